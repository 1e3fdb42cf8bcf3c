"""Updates of the parameters: gradient descent, momentum, RMSProp and Adam, over three steps in a row, at every depth.

A function is handed its own averages back, so that a state which is not handed on shows. It takes networks of 1 to 4
layers, of widths all equal and all different; one that is right for a single depth, and takes no other, is made for it.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np

from reference.interface.entry import Violation
from reference.interface.exceptions import TargetRaised
from reference.interface.raised import described
from reference.targets.obligations.asking import Asking, LawResult, as_array, raised_for_a_layer
from reference.targets.obligations.update_causes import StepsExplained, judged, settings_of
from reference.targets.obligations.update_forms import Named, Style, read, styles
from reference.targets.obligations.update_lines import with_lines
from reference.targets.obligations.update_rules import Rates, Steps
from reference.targets.reading.roles import Role
from reference.targets.reading.training import array_names
from reference.targets.reading.vocabulary import strong

__all__ = ["not_judged", "other_update", "update"]

GIVEN = Rates(α=0.375, β1=0.75, β2=0.3125, ε=0.03125)  # exact in binary, none like another
STEPS = (1, 2, 3)
KEEPS = {Role.UPDATE: ("parameters",), Role.MOMENTUM: ("parameters", "v"), Role.RMSPROP: ("parameters", "s"),
         Role.ADAM: ("parameters", "v", "s")}  # fmt: skip
DIFFERENT, EQUAL = (4, 3, 5, 2, 6), (3, 3, 3, 3, 3)
DEPTHS = (3, 2, 4, 1)
TURNED = "the gradient of W is given as its transpose"
NAMES = "give its arguments the course's names: parameters, grads, v, s, t, beta1, beta2, epsilon, learning_rate"


def not_judged(asking: Asking, reason: str, remedy: str = NAMES) -> LawResult:
    """Nothing is said of the function but why it was not judged."""
    return 0, [Violation("*", "MB704", reason, remedy=remedy)]


def other_update(asking: Asking) -> LawResult:
    """A rule that none here is held to."""
    return not_judged(asking, "its rule is none of gradient descent, momentum, RMSProp and Adam")


class Network(NamedTuple):
    dims: tuple[int, ...]

    @property
    def depth(self) -> int:
        return len(self.dims) - 1

    def draw(self, seed: int) -> Named:
        rng = np.random.RandomState(seed)
        shapes = itertools.pairwise(self.dims)
        return {
            f"{kind}{l}": rng.standard_normal((n, k if kind == "W" else 1))
            for l, (k, n) in enumerate(shapes, start=1)
            for kind in "Wb"
        }


class StepsTaken(NamedTuple):
    """What became of a few steps for one network."""

    network: Network
    by_name: dict[str, Steps]
    missing: dict[str, str]  # of the parameters: what is the matter with them
    question: dict[str, Any]  # the last


def update(asking: Asking) -> LawResult:
    """θ ← θ − α · (what the rule says), for every network that it takes."""
    names = [a[0] for a in asking.function.arguments]
    separate = list(array_names(names).values())
    fixed = max((int(n[-1]) for n in separate), default=None)
    if any(not 1 <= int(n[-1]) <= max(DEPTHS) for n in separate):
        return not_judged(asking, "its arguments are of more layers than are tried")
    style, first_error = _style(asking, names, separate, fixed)
    if style is None:
        assert first_error is not None
        return _raised(asking, first_error)
    ran: dict[Network, StepsTaken | TargetRaised | str] = {}
    for network in _networks(style, fixed):
        try:
            ran[network] = _run(asking, network, style, separate)
        except TargetRaised as error:
            ran[network] = error
    return _concluded(asking, style, ran, settings_of(asking.function.arguments, GIVEN, asking.function.role or ""))


def _networks(style: Style, fixed: int | None) -> list[Network]:
    depths = (fixed,) if fixed is not None else (1,) if style.one_layer else DEPTHS
    return [Network(widths[: depth + 1]) for depth in depths for widths in (DIFFERENT, EQUAL)]


def _style(
    asking: Asking, names: list[str], separate: list[str], fixed: int | None
) -> tuple[Style | None, TargetRaised | None]:
    """The first form in which it takes some network, and returns or changes its parameters."""
    error: TargetRaised | None = None
    for style in [Style()] if separate else styles(names, _own_style(asking)):
        for depth in sorted({n.depth for n in _networks(style, fixed)}, key=lambda d: abs(d - 2)):
            try:
                ran = _run(asking, Network(DIFFERENT[: depth + 1]), style, separate)
            except TargetRaised as raised:
                error = error or raised
                if raised.details["template"] or raised.details["unbindable"] or raised.details["needs"]:
                    return None, raised
                continue
            if isinstance(ran, StepsTaken) or style == Style():
                return style, None
    return None, error


def _own_style(asking: Asking) -> Style | None:
    """The names under which the file's own initialiser keeps v and s."""
    for f in asking.functions:
        if f.role != Role.INITIALISE_STATE:
            continue
        try:
            made = asking.call({"parameters": Network((2, 2)).draw(0)}, name=f.name)
        except TargetRaised:
            continue
        trees = [m for m in (made if isinstance(made, tuple) else (made,)) if isinstance(m, dict) and m]
        keys = [next((str(k)[:-2] for k in tree if str(k).endswith("W1")), None) for tree in trees]
        if keys and None not in keys:
            return Style(v=keys[0] or "", s=keys[-1] or "")
    return None


def _run(asking: Asking, network: Network, style: Style, separate: list[str]) -> StepsTaken | str:
    """Three steps in a row; in words, why what it gives is no set of parameters."""
    role, L = asking.function.role, network.depth
    wanted = KEEPS[Role(role)] if role else ()
    now: dict[str, Named] = {what: {n: a * 0 for n, a in network.draw(0).items()} for what in ("v", "s")}
    now["parameters"] = network.draw(1)
    if style.form == "array":
        now = {what: {"W1": arrays["W1"]} for what, arrays in now.items()}
    record: dict[str, list[tuple[np.ndarray, ...]]] = {name: [] for name in now["parameters"]}
    missing: dict[str, str] = {}
    for t in STEPS:
        g = {name: a for name, a in network.draw(1 + t).items() if name in now["parameters"]}
        values = _values(now, g, t, style, L)
        value, after = asking.call_and_after(values)
        then = read(value, after, style, L, separate, wanted)
        if then is None:
            return "nothing" if value is None else "something else"
        changed = any(not np.array_equal(a, now["parameters"][n]) for n, a in then["parameters"].items())
        if not changed and (value is None or style.form != "dict"):  # a form is guessed by what becomes of it
            return "nothing"
        for name, θ in now["parameters"].items():
            made = {what: _shaped(then.get(what, {}).get(name), θ) for what in now}
            if made["parameters"] is None:
                there = then["parameters"].get(name)
                missing[name] = "is not there" if there is None else f"has shape {np.shape(there)}; owed {θ.shape}"
            v, s = (a if a is not None else θ * np.nan for a in (made["v"], made["s"]))
            θ_after = made["parameters"] if made["parameters"] is not None else θ * np.nan
            record[name].append((θ, g[name], now["v"][name], now["s"][name], np.full(θ.shape, t), θ_after, v, s))
        for what in wanted:
            now[what] = {name: a if (new := _shaped(then[what].get(name), a)) is None else new
                         for name, a in now[what].items()}  # fmt: skip
    by_name = {name: Steps(*(np.stack(column) for column in zip(*rows, strict=True))) for name, rows in record.items()}
    return StepsTaken(network, by_name, missing, asking.calls[-1])


def _values(now: dict[str, Named], g: Named, t: int, style: Style, L: int) -> dict[str, Any]:
    one_by_one = {f"{prefix}{name}": a.copy() for prefix, arrays in
                  (("", now["parameters"]), ("d", g), ("vd", now["v"]), ("sd", now["s"]))
                  for name, a in arrays.items()}  # fmt: skip
    return {
        "parameters": style.given(now["parameters"], "parameters"), "gradients": style.given(g, "gradients"),
        "v": style.given(now["v"], "v"), "s": style.given(now["s"], "s"), "t": t, "learning_rate": GIVEN.α,
        "beta1": GIVEN.β1, "beta2": GIVEN.β2, "epsilon": GIVEN.ε, "L": L, **one_by_one,
    }  # fmt: skip


def _shaped(a: Any, like: np.ndarray) -> np.ndarray | None:
    array = as_array(a)
    return array if array is not None and array.shape == like.shape else None


# --- what is said --------------------------------------------------------------------------------------------------


def _concluded(
    asking: Asking, style: Style, ran: dict[Network, StepsTaken | TargetRaised | str], settings: Any
) -> LawResult:
    """Right at every depth, or at one for which it is made; else what is wrong where most is right."""
    role, course = Role(asking.function.role or ""), strong(asking.name)
    verdicts = {n: judged(role, r.by_name, settings, strict=course, most=0)
                for n, r in ran.items() if isinstance(r, StepsTaken)}  # fmt: skip
    right = [n for n, v in verdicts.items() if not v.wrong]
    looked = sum(x.θ.size for n in right if isinstance(r := ran[n], StepsTaken) for x in r.by_name.values())
    if len(right) == len(ran) or (right and _made_for_one_depth(right, ran, verdicts)):
        said = dict.fromkeys(text for n in right for text in verdicts[n].conventions)
        said |= {TURNED: None} if style.turned else {}
        return looked, [Violation("*", "", text) for text in said]
    errors = [r for r in ran.values() if isinstance(r, TargetRaised)]
    if not verdicts:
        text = next((r for r in ran.values() if isinstance(r, str)), None)
        if text is None:
            return _raised(asking, errors[0])
        if not course and not asking.function.template:
            return not_judged(asking, f"it returns {text} that is known as parameters")
        code = "MB702" if text == "nothing" else "MB501"
        return 1, [asking.wrong("*", code, "returns no dictionary of parameters, and changes none")]
    if right and errors:
        code, text, place = described(errors[0])
        failing = next(n for n, r in ran.items() if r is errors[0])
        return looked, [Violation("*", code, f"{text}, with {_network(failing)}", place=place)]
    return _explained(asking, role, ran, verdicts, settings, course)


def _explained(
    asking: Asking, role: Role, ran: Any, verdicts: dict[Network, StepsExplained], settings: Any, course: bool
) -> LawResult:
    wrong = [n for n, v in verdicts.items() if v.wrong]
    some_right = any(not v.wrong for v in verdicts.values())
    network = min(wrong, key=lambda n: (len(verdicts[n].wrong) / len(ran[n].by_name), n.dims == EQUAL[: n.depth + 1]))
    found = judged(role, ran[network].by_name, settings, strict=course)
    where = f", with {_network(network)}" if some_right else ""
    violations = found.violations(asking, missing=ran[network].missing, where=where)
    if not course and not some_right and all(v.certainty == "unexplained" for v in violations):
        return not_judged(asking, "what it does is none of the rules that are known: " + violations[0].text)
    return 1, with_lines(asking, ran[network].question, violations, ran[network].by_name, settings[0])


def _network(network: Network) -> str:
    return (
        f"{network.depth} layers of {', '.join(map(str, network.dims[1:]))} units" if network.depth > 1 else "1 layer"
    )


def _made_for_one_depth(right: list[Network], ran: Any, verdicts: dict[Network, StepsExplained]) -> bool:
    """Right for one depth; fewer layers it does not take, and of more it leaves the others as they are."""
    depths = {n.depth for n in right}
    if len(depths) > 1 or depths == {1} or sum(n.depth in depths for n in ran) != len(right):
        return False
    (made_for,) = depths
    for network, r in ran.items():
        if network.depth < made_for and not isinstance(r, TargetRaised):
            return False
        more = network.depth > made_for and isinstance(r, StepsTaken)
        if more and any(int(name[1:]) <= made_for for name in verdicts[network].wrong):
            return False
    return True


def _raised(asking: Asking, error: TargetRaised) -> LawResult:
    """A layer that is not there is the loop's mistake; what else is raised may come of arguments that were guessed."""
    if error.details["template"]:
        raise error
    said = raised_for_a_layer(error)
    code, text, place = described(error)
    if said is not None and strong(asking.name):
        return 1, [Violation("*", "MB804", said, place=place)]
    if error.details["unbindable"]:
        return not_judged(asking, error.details["message"])
    if strong(asking.name) and not error.details["needs"] and error.details["type"] != "KeyError":
        return 1, [Violation("*", code, text, place=place)]
    return not_judged(asking, f"with arguments as the course has them it {text}")
