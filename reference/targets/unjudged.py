"""What of a file was not judged, why, and the line that would have it judged.

A file's survey tells what each function looks like. What looks like a backward pass, a gradient checker or an update
counts as judged where it is judged by itself, or where something of its kind that is judged uses it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reference.interface.entry import NotJudged, Place
from reference.settings.binding import MEANINGS
from reference.targets.library_check import of_a_cost, of_a_layer
from reference.targets.reading.looks import LAYER
from reference.targets.reading.vocabulary import meaning, plain

__all__ = ["SCRIPT", "Account", "judged_with", "names_in", "not_judged"]

SCRIPT = "script"  # what is not judged in the lines outside every function
LISTED = 6  # names in one line
OF_A_LAYER = "a layer's backward pass, and no forward pass was found that it belongs to"
LOOP = re.compile(
    r"train|fit$|^fit|model|main|^run|optimi[sz]|descent|learn|solve|demo|experiment|regression|perceptron"
)
BOUND = 2  # arguments that a command is written out for
OWED = {
    "backward pass": 'backward_propagation(X, Y, cache) that returns {"dW1": …, "db1": …}',
    "gradient checker": "gradient_check_n(parameters, gradients, X, Y)",
    "update": "update_parameters(parameters, grads, learning_rate)",
}


class Account(NamedTuple):
    """The functions that are judged, by what they look like; and a file's name, as given and as it is."""

    backward: frozenset[str]
    checkers: frozenset[str]
    updates: frozenset[str]
    others: frozenset[str]
    shown: str
    file: str
    own_losses: frozenset[str] = frozenset()
    bound: frozenset[str] = frozenset()  # arguments whose meaning the caller said

    @property
    def verify(self) -> str:
        return f"manual-backprop verify {shlex.quote(self.shown.partition('::')[0])}"

    @property
    def derivatives(self) -> frozenset[str]:
        """What gives gradients: backward passes, and functions that return their own loss."""
        return self.backward | self.own_losses

    def every(self) -> frozenset[str]:
        return self.backward | self.checkers | self.updates | self.others


def names_in(survey: Mapping[str, Any]) -> tuple[str, ...]:
    """Everything that the file defines."""
    of_classes = [f"{c['name']}.{m['name']}" for c in survey["classes"] for m in c["methods"] if m["looks"]]
    return (*(f["name"] for f in survey["functions"]), *(c["name"] for c in survey["classes"]), *of_classes)


def judged_with(survey: Mapping[str, Any], judged: Account) -> set[str]:
    """What is judged, and the functions that it uses: they are judged where the whole is."""
    functions = {f["name"]: f for f in survey["functions"]}
    return {*judged.every(), *judged.own_losses, *_used_by(judged.every() | judged.own_losses, functions)}


def not_judged(
    survey: Mapping[str, Any], judged: Account, notes: Sequence[str | NotJudged], *, only: str | None = None
) -> list[str | NotJudged]:
    """The notes, with what is missing in them; ``only``: the one function that is asked for."""
    functions = {f["name"]: f for f in survey["functions"]}
    used = {
        "backward pass": _used_by(judged.backward, functions),
        "gradient checker": _used_by(judged.checkers, functions),
        "update": _used_by(judged.updates, functions) | _used_by(judged.backward, functions),
    }
    found: list[str | NotJudged] = []
    known = {note.check: note for note in notes if isinstance(note, NotJudged)}
    for note in notes:
        f = functions.get(note.check) if isinstance(note, NotJudged) else None
        if isinstance(note, NotJudged) and f is not None and f["looks"]:
            if note.check in used[f["looks"]]:
                continue  # it is judged where the whole is
            own = _of(f, judged, functions)
            said = note._replace(remedy=note.remedy or own.remedy, place=note.place or own.place, needed=True)
            found.append(own if _is_of_a_layer(f) else said)
            continue
        found.append(note)
    if only is not None:
        return found
    for f in functions.values():
        if f["looks"] == "update" and f["plain"] and set(f["uses"]) & judged.derivatives:
            continue  # a loop that takes the plain step with gradients that are judged
        if f["looks"] and f["name"] not in known and f["name"] not in judged.every() | used[f["looks"]]:
            found.append(_of(f, judged, functions))
    of_classes = [_of_class(c, judged) for c in survey["classes"]]
    found += [of_class for of_class in of_classes if of_class is not None]
    return [*found, *_of_script(survey["script"], judged)]


def _used_by(names: frozenset[str], functions: Mapping[str, Any]) -> set[str]:
    """The functions of the file that these use, and those that they use in turn."""
    found: set[str] = set()
    waiting = [name for name in names if name in functions]
    while waiting:
        for name in functions[waiting.pop()]["uses"]:
            if name in functions and name not in found:
                found.add(name)
                waiting.append(name)
    return found


# --- one function, one class, the script -----------------------------------------------------------------------------


def _of(f: Mapping[str, Any], judged: Account, functions: Mapping[str, Any]) -> NotJudged:
    place = Place(judged.file, f["cell"], f["line"])
    reason, remedy = _why(f, judged, functions)
    return NotJudged(f["name"], reason, remedy, place, needed=True)


def _why(f: Mapping[str, Any], judged: Account, functions: Mapping[str, Any]) -> tuple[str, str]:
    """The reason, and what would have the function judged."""
    looks, n = f["looks"], plain(f["name"])
    if _is_of_a_layer(f):
        otherwise = f"a whole backward pass that calls it, in the same file; or left out: --except {f['name']}"
        return OF_A_LAYER, of_a_layer(f, functions) or otherwise
    if f["inline"] and (LOOP.search(n) or (looks == "update" and f["loops"] and "update" not in n)):
        lines = _lines(f["inline"])
        what = "an update" if looks == "update" else "a gradient"
        return f"it computes {what} on its way ({lines})", f"moving {lines} into a function {OWED[looks]}"
    foreign = [name for name in f["arguments"] if meaning(name) is None and name not in judged.bound]
    command = judged.verify + (f"::{f['name']}" if looks == "backward pass" else "")
    reason = f"it looks like {'an' if looks == 'update' else 'a'} {looks}, but "
    if not foreign:
        called = f"calling it {OWED[looks]}, with these arguments"
        return f"{reason}its name is none that is known", command if looks == "backward pass" else called
    several = len(foreign) > 1
    reason += f"its arguments {_and(foreign)} are" if several else f"its argument {foreign[0]} is"
    reason += " not among the known ones"
    check = of_a_cost(functions.values(), foreign[0]) if looks == "backward pass" else None
    if check is not None:
        return reason, check
    binds = " ".join(f"--bind argument.{name}=MEANING" for name in foreign[:BOUND])
    more = " …" if len(foreign) > BOUND else ""
    return reason, f"{command} {binds}{more} (MEANING: {', '.join(MEANINGS[:5])} …)"


def _is_of_a_layer(f: Mapping[str, Any]) -> bool:
    return f["looks"] == "backward pass" and bool(LAYER.match(plain(f["name"]))) and "Y" not in map(meaning, f["every"])


def _of_class(c: Mapping[str, Any], judged: Account) -> NotJudged | None:
    """A class with a backward pass, unless it is judged."""
    methods = [m for m in c["methods"] if m["looks"]]
    answered = any(name == c["name"] or name.startswith(f"{c['name']}.") for name in judged.every())
    if not methods or answered:
        return None
    first = next((m for m in methods if m["looks"] == "backward pass"), methods[0])
    reason = f"class {c['name']} has {_and([m['name'] for m in methods])}, and a class is not judged as it stands"
    remedy = (
        f"writing gradients(problem), which sets up a {c['name']} from problem.parameters, runs {first['name']} on "
        f'problem.X and problem.Y and returns {{"dW1": …, "db1": …}}; then {judged.verify}::gradients'
    )
    place = Place(judged.file, c["cell"], first["line"])
    return NotJudged(f"{c['name']}.{first['name']}", reason, remedy, place, needed=True)


def _of_script(script: Mapping[str, Any], judged: Account) -> Iterator[str | NotJudged]:
    """Lines outside every function that compute gradients; one such line alone may be anything."""
    gradients, lifted = script["gradients"], script["lifted"]
    if len(gradients) < 2:
        for lines in lifted:
            yield f"{lines}, train a network, and a script is not run: {judged.verify} --script judges them"
        return
    cell, first, _ = gradients[0]
    names = list(dict.fromkeys(name for _, _, name in gradients))
    lines = _lines([[name, line] for of, line, name in gradients if of == cell])
    within = f"{lines} of cell {cell}" if cell else lines
    look = "looks" if within.startswith("line ") else "look"
    reason = f"{within} {look} like a backward pass ({_and(names)}), and a script is not run"
    remedy = (
        'putting them into "def backward_propagation(X, Y, cache):" with "return {"dW1": …, "db1": …}", and what comes '
        f'before into "def forward_propagation(X, parameters):" with "return A, cache"; then {judged.verify}'
    )
    remedy = f"{judged.verify} --script" if lifted else remedy
    yield NotJudged(SCRIPT, reason, remedy, Place(judged.file, cell, first), needed=True)


def _lines(inline: Sequence[Sequence[Any]]) -> str:
    lines = [line for _, line in inline]
    return f"line {lines[0]}" if min(lines) == max(lines) else f"lines {min(lines)} to {max(lines)}"


def _and(names: Sequence[str]) -> str:
    names = [*names[:LISTED], f"{len(names) - LISTED} more"] if len(names) > LISTED else names
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
