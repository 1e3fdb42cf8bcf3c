"""What a target's process is asked, and how it answers: one function per question, trees of arrays in and out."""

from __future__ import annotations

import io
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from reference.targets import outcome
from reference.targets.pairing import layouts as forms
from reference.targets.pairing.candidates import family
from reference.targets.pairing.passes import (
    STATE,
    Family,
    Function,
    Single,
    as_returned,
    function,
    run,
    seeded,
    stages,
)
from reference.targets.process.metering import peak_memory, seconds
from reference.targets.process.tracing import trace
from reference.targets.reading.namespace import Loaded, load, module_of
from reference.targets.reading.source import Cell, place
from reference.targets.reading.unfinished import unfinished
from reference.targets.reading.vocabulary import Unbindable, backward_role, bind, forward_role, learn

__all__ = ["Server"]

LONGEST = 300  # of an exception's message, and of what is kept of a print
FRAMES = 6
OURS = tuple(str(Path(__file__).parents[3] / package) for package in ("reference", "manual_backprop"))


class Server:
    """A loaded target. Every answer is a tree; an exception of the target's is an answer too."""

    def __init__(self) -> None:
        self.path = Path()
        self.cells: list[Cell] = []
        self.loaded: Loaded | None = None
        self.functions: dict[str, Function] = {}
        self.families: dict[str, Family] = {}  # found when they are asked for: that runs the target's code
        self.wanted: dict[str, Any] = {}
        self.elsewhere: frozenset[str] = frozenset()
        self.templates: dict[str, int] = {}  # unfinished functions, and the line where something is missing
        self.direct: Callable[..., Any] | None = None  # a function of one problem

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        ask: Callable[..., Any] = getattr(self, f"ask_{question.pop('ask')}")
        said = io.StringIO()
        try:
            with redirect_stdout(Shortened(said)):
                answer = ask(**question)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # sys.exit included
            return {"raised": self._described(error)}
        return {"answer": answer, "printed": said.getvalue()[-LONGEST * 4 :]}

    def _is_in_the_file(self, file: str) -> bool:
        """Or in one beside it, which it imports."""
        return place(file)[0] == str(self.path) or Path(file).parent == self.path.parent

    def _is_theirs(self, file: str) -> bool:
        return place(file)[0] == str(self.path) or not file.startswith((*OURS, "<"))

    # --- loading -------------------------------------------------------------------------------------------

    def ask_load(self, path: str, cells: list[Any], binding: dict[str, Any], only: str | None) -> dict[str, Any]:
        """Everything that the file defines, and what each of it is. ``only``: one function, under whatever name."""
        self._learn(binding)
        self.path, self.cells = Path(path), [Cell(number, text) for number, text in cells]
        loaded = load(self.path, self.cells, np)
        self.loaded = loaded
        for name, value in loaded.names.items():
            if isinstance(value, FunctionType):
                self.functions[name] = function(name, value, own=name in loaded.own)
        self.templates = {name: line for name in loaded.own if (line := unfinished(loaded.names[name])) is not None}
        self.elsewhere = frozenset(loaded.skipped)
        self._read_as(binding, only)
        return {
            "functions": [self._function(f) for f in self.functions.values() if f.own],
            "unloadable": [list(u) for u in loaded.unloadable],
            "skipped": {name: list(where) for name, where in loaded.skipped.items()},
            "repaired": loaded.repaired,
            "direct": self.direct is not None,
        }

    def _learn(self, binding: dict[str, Any]) -> None:
        learn(binding["arguments"])
        self.wanted = {"form": binding["form"], "layout": binding["layout"]}

    def _read_as(self, binding: dict[str, Any], only: str | None) -> None:
        """What a binding says of a function, and what is asked for by name, is what it is said to be."""
        forward = self.functions.get(binding["forward"] or "")
        if forward is not None:
            others = [n for n, f in self.functions.items() if (f.role or "").startswith("forward")]
            self.functions |= {n: self.functions[n]._replace(role=None) for n in others}
            self.functions[forward.name] = forward._replace(role=forward_role(forward.arguments), own=True)
        asked = self.functions.get(only or "")
        if asked is None or asked.role is not None:
            return
        role = backward_role(asked.arguments)
        if role is None and len([a for a in asked.arguments if not a.default]) == 1:
            self.direct = asked.call
        else:
            self.functions[asked.name] = asked._replace(role=role)

    def _function(self, f: Function) -> dict[str, Any]:
        assert self.loaded is not None
        where = self.loaded.own[f.name]
        return {
            "name": f.name,
            "role": f.role,
            "cell": where.cell,
            "line": where.line,
            "arguments": [[a.name, a.default] for a in f.arguments],
            "template": self.templates.get(f.name),
        }

    # --- running -------------------------------------------------------------------------------------------

    def ask_family(self, check: str) -> dict[str, Any]:
        """A backward pass, and what feeds it: found by trying."""
        return _family(self._family(check))

    def _family(self, check: str) -> Family:
        if check not in self.families:
            every = list(self.functions.values())
            self.families[check] = family(self.functions[check], every, self.elsewhere, **self.wanted)
        return self.families[check]

    def _own(self, check: str) -> Family:
        """The backward pass with the file's own forward pass, whatever that computes."""
        found = self._family(check)
        return found.alternative or found

    def ask_run(self, check: str, problem: dict[str, Any], own: bool = False) -> dict[str, Any]:
        """A backward pass over a stack: its quantities stacked, and the arguments that it changed."""
        family = self._own(check) if own else self._family(check)
        outcomes: list[dict[str, Any]] = []
        changed: dict[str, int] = {}
        for g, single in enumerate(_singles(problem)):
            returned, touched = run(family, single)
            outcomes.append(returned)
            changed |= dict.fromkeys(touched, g)
        names = [n for n in outcomes[0] if all(n in o for o in outcomes)]
        stacked: dict[str, Any] = {}
        for name in names:
            arrays = [np.asarray(o[name]) for o in outcomes]
            if all(a.shape == arrays[0].shape and a.dtype.kind in "biufc" for a in arrays):
                stacked[name] = np.stack(arrays)
        return {"outcome": stacked, "changed": changed}

    def ask_masks(self, check: str, problem: dict[str, Any]) -> list[Any]:
        """The masks that the file's own forward pass draws for a stack, layer by layer."""
        found = [stages(self._family(check), single).masks or [] for single in _singles(problem)]
        return [np.stack([masks[l] for masks in found]) for l in range(len(found[0]))]

    def ask_trace(self, check: str, problem: dict[str, Any]) -> list[Any]:
        """What the file's own frames assign while the backward pass runs; the first problem of the stack."""
        single, family = _singles(problem)[0], self._family(check)
        stage = stages(family, single)
        arguments = bind(family.backward.arguments, family.backward.role or "", stage.values)

        return self._traced(lambda: family.backward.call(**arguments), STATE + 1)

    def _traced(self, call: Callable[[], Any], state: int) -> list[Any]:
        def run() -> None:
            with seeded(state):
                call()

        events = trace(run, self._is_in_the_file)
        return [[*place(e.file), e.line, e.function, e.frame, e.variable, e.value] for e in events]

    def ask_costs(self, check: str, cost: str | None, problem: dict[str, Any]) -> Any:
        """The file's own J of every problem of a stack: its forward pass, and its cost."""
        return np.array([self._cost(check, cost, single) for single in _singles(problem)])

    def _cost(self, check: str, cost: str | None, single: Single) -> Any:
        stage = stages(self._own(check), single)
        assert stage.returned is not None
        if cost is None:
            return float(np.squeeze(stage.returned.cost))
        f = self.functions[cost]
        with seeded():
            return float(np.squeeze(f.call(**bind(f.arguments, f.role or "", stage.values))))

    def ask_autodiff(self, check: str, cost: str | None, problem: dict[str, Any]) -> Any:
        """dJ of the file's own forward pass and cost by JAX, with ``jax.numpy`` in NumPy's place."""
        from reference.targets.process.jax_numpy import gradients_of

        return gradients_of(self.path, self.cells, self._own(check), cost, _singles(problem)[0])

    def ask_call(self, name: str, values: dict[str, Any], role: str | None = None, form: str = "dict",
                 replaced: dict[str, str] | None = None, traced: bool = False) -> Any:  # fmt: skip
        """Call a function with arguments by their meaning. ``replaced``: globals that are ours for this call.

        ``traced``: what its variables took, in place of what it returns.
        """
        f = self.functions[name]
        call = f.call
        if replaced:
            call = _with_globals(call, {k: STANDINS[v] for k, v in replaced.items()})
        given = {k: _formed(v, form) if k in ("parameters", "gradients") else v for k, v in values.items()}
        bound = bind(f.arguments, role or f.role or "", given)
        if traced:
            return self._traced(lambda: call(**bound), STATE)
        with seeded():
            return call(**bound)

    def ask_sizes(self, name: str, sizes: dict[str, int]) -> Any:
        """An initialiser that takes the sizes of its layers one by one."""
        with seeded():
            return self.functions[name].call(**sizes)

    # --- a function of one problem ---------------------------------------------------------------------------

    def ask_module(self, module: str, attribute: str, folder: str, binding: dict[str, Any]) -> Any:
        """Import ``module:attribute``; says where the name leads nowhere. ``None`` for a function of one problem."""
        self._learn(binding)
        try:
            found: Any = module_of(Path(folder), module)
            for part in attribute.split("."):
                found = getattr(found, part)
        except ModuleNotFoundError as error:
            if error.name is None or not module.startswith(error.name):
                raise
            return f"not there: {error}"
        except AttributeError:
            return f"not there: module {module} has no {attribute}"
        pair = _pair(found)
        if pair is None and not callable(found):
            kind = type(found).__name__
            return f"not there: {attribute} is a {kind}; it takes a function, or a forward and a backward pass"
        forward, backward = pair or (None, found)
        last = function(attribute.rpartition(".")[2], backward, own=True)
        role = backward_role(last.arguments)
        if pair is None and (role is None or len(last.arguments) == 1):
            self.direct = found
            return None
        self.functions[last.name] = last._replace(role=role or "backward")
        if forward is not None:
            first = function("forward", forward, own=True)
            self.functions[first.name] = first._replace(role=forward_role(first.arguments))
        return self.ask_family(last.name)

    def ask_problem(self, problem: dict[str, Any]) -> dict[str, Any]:
        """The function's quantities of every problem, stacked; and the arguments that it changed."""
        assert self.direct is not None
        given = _singles(problem)
        before = [_flat(single) for single in _singles(problem)]
        before = [{name: a.copy() for name, a in arrays.items()} for arrays in before]
        with np.errstate(all="ignore"):
            outcomes = [self.direct(_asked(single, problem["hidden"], problem["output"])) for single in given]
        changed = [
            [name, g]
            for g, single in enumerate(given)
            for name, a in _flat(single).items()
            if not np.array_equal(a, before[g][name])
        ]
        stacked, why = _stacked(outcomes)
        return {"outcome": stacked, "why": why, "changed": changed}

    # --- what it costs ---------------------------------------------------------------------------------------

    def ask_seconds(self, check: str | None, problem: dict[str, Any], repetitions: int) -> float:
        """Of one call for the first problem of a stack, forward and backward."""
        return seconds(self._call(check, problem), repetitions)

    def ask_memory(self, check: str | None, problem: dict[str, Any]) -> int | None:
        """Bytes of one call."""
        return peak_memory(self._call(check, problem))

    def _call(self, check: str | None, problem: dict[str, Any]) -> Callable[[], Any]:
        single = _singles(problem)[0]
        if check is None:
            asked, direct = _asked(single, problem["hidden"], problem["output"]), self.direct
            assert direct is not None
            return lambda: direct(asked)
        found = self._family(check)
        return lambda: as_returned(found, stages(found, single).values, single)

    # --- what went wrong -----------------------------------------------------------------------------------

    def _described(self, error: BaseException) -> dict[str, Any]:
        try:
            message = str(error)
        except Exception:  # the target's own __str__
            message = ""
        stack = traceback.extract_tb(error.__traceback__)
        frames = [f for f in stack if self._is_theirs(f.filename)]
        mine = [f for f in frames if place(f.filename)[0] == str(self.path)] or frames
        known = self.loaded.skipped if self.loaded is not None else {}
        missing = getattr(error, "name", None) if isinstance(error, NameError) else None
        blank = next((f for f in reversed(mine) if f.name in self.templates), None)
        return {
            "type": type(error).__name__,
            "message": message[:LONGEST] + ("…" if len(message) > LONGEST else ""),
            "frames": [[*place(f.filename), f.lineno or 0, f.name] for f in mine[-FRAMES:]],
            "template": isinstance(error, NotImplementedError) or blank is not None,
            "blank": None if blank is None else [*place(blank.filename), self.templates[blank.name]],
            "needs": isinstance(error, ModuleNotFoundError) or missing in known,
            "unbindable": isinstance(error, Unbindable),
        }


def _pair(found: Any) -> tuple[Any, Any] | None:
    """A forward and a backward pass: two functions, or an object that has them."""
    if isinstance(found, tuple | list) and len(found) == 2 and all(map(callable, found)):
        return found[0], found[1]
    forward, backward = getattr(found, "forward", None), getattr(found, "backward", None)
    return (forward, backward) if callable(forward) and callable(backward) else None


def _asked(s: Single, hidden: str, output: str) -> outcome.Single:
    masks = None if s.masks is None else tuple(s.masks)
    return outcome.Single(s.X, s.Y, tuple(s.parameters), masks, s.lambd, s.keep_prob, hidden, output)


def _flat(single: Single) -> dict[str, np.ndarray]:
    arrays = {"X": single.X, "Y": single.Y}
    for l, (W, b) in enumerate(single.parameters, start=1):
        arrays |= {f"W{l}": W, f"b{l}": b}
    return arrays | {f"D{l}": D for l, D in enumerate(single.masks or (), start=1)}


def _stacked(outcomes: list[Any]) -> tuple[dict[str, Any] | None, str | None]:
    """Quantities with a leading axis; or the reason why there are none."""
    try:
        return {str(name): a for name, a in outcome.stacked(outcomes).items()}, None
    except TypeError as error:
        return None, str(error)
    except ValueError as error:
        if not str(error).startswith("returned "):
            raise
        return None, str(error)


def _family(f: Family) -> dict[str, Any]:
    return {
        "check": f.backward.name, "role": f.backward.role, "forward": None if f.forward is None else f.forward.name,
        "own_forward": (f.alternative or f).forward is not None and bool((f.alternative or f).forward.own),
        "own_name": None if (f.alternative or f).forward is None else (f.alternative or f).forward.name,
        "own_depths": list((f.alternative or f).depths), "own_output": (f.alternative or f).output, "random": f.random,
        "hidden": f.hidden, "output": f.output,
        "depths": list(f.depths), "l2": f.l2, "dropout": f.dropout, "ties": f.ties, "scaled": f.scaled,
        "rows": f.rows, "unmasked": f.unmasked, "status": f.status, "note": f.note, "cache": f.cache,
        "draws": f.forward is not None and f.dropout and bool(f.paths),
    }  # fmt: skip


def _singles(problem: dict[str, Any]) -> list[Single]:
    masks = problem["masks"]
    return [
        Single(
            problem["X"][g],
            problem["Y"][g],
            [(W[g], b[g]) for W, b in problem["parameters"]],
            None if masks is None else [D[g] for D in masks],
            float(problem["lambd"][g]),
            float(problem["keep_prob"][g]),
        )
        for g in range(len(problem["X"]))
    ]


def _formed(value: Any, form: str) -> Any:
    if form == "dict" or not isinstance(value, dict):
        return value
    L = len(value) // 2
    prefix = "d" if "dW1" in value else ""
    return forms.FORMS[form]([(value[f"{prefix}W{l}"], value[f"{prefix}b{l}"]) for l in range(1, L + 1)])


def _with_globals(call: Any, names: dict[str, Any]) -> Any:
    return FunctionType(
        call.__code__, {**call.__globals__, **names}, call.__name__, call.__defaults__, call.__closure__
    )


STANDINS: dict[str, Callable[..., Any]] = {
    "θx": lambda x, theta: theta * x,
    "x": lambda x, theta: x,
    "2x": lambda x, theta: 2 * x,
    "-x": lambda x, theta: -x,
    "0": lambda x, theta: 0.0,
}


class Shortened(io.TextIOBase):
    """The last of what is printed, however much that is."""

    def __init__(self, kept: io.StringIO) -> None:
        self.kept = kept

    def write(self, text: str) -> int:
        self.kept.write(text)
        if self.kept.tell() > 64 * LONGEST:
            last = self.kept.getvalue()[-LONGEST * 4 :]
            self.kept.seek(0)
            self.kept.truncate()
            self.kept.write(last)
        return len(text)

    def writable(self) -> bool:
        return True
