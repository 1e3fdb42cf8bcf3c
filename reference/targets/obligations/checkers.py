"""Gradient checkers, judged by what they accept, what they reject, and by the number they give; and the scalar pair."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from manual_backprop import network
from reference.diagnosis.checker import cause_of_checker
from reference.diagnosis.mistakes.checker import Nudged
from reference.findings.codes import NOT_JUDGED
from reference.interface.entry import Violation
from reference.interface.exceptions import TargetRaised
from reference.targets.obligations.asking import Asking, LawResult, as_array, same
from reference.targets.obligations.lines import traced
from reference.targets.obligations.vectors import SHAPES, dictionary
from reference.targets.pairing import layouts as forms
from reference.targets.reading.roles import Role

__all__ = ["check_n", "scalar_backward", "scalar_check", "scalar_forward"]

POINTS = ((2.3, 3.7), (-1.5, 0.7), (3.1, -2.2))  # x, θ
EPSILON = 1e-7
STEP = 1e-5  # of differences that are right to ten digits
TRACED = 1  # the first planted fault: the numerator of a right gradient is next to nothing
GOOD = re.compile(r"perfect|correct\b(?<!incorrect)|fine|right|good|passed|success|正常|正确", re.IGNORECASE)
BAD = re.compile(r"mistake|wrong|incorrect|error|fail|bug|bad|not (correct|right|ok)|超出|错", re.IGNORECASE)
RIGHT = 1e-6  # a right gradient at ε = 1e-7: rounding alone gives 1.2e-7 in the assignment's own case
NUMBER = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?")


def scalar_forward(asking: Asking) -> LawResult:
    """J = θ x."""
    for x, θ in POINTS:
        J = asking.call({"X": x, "theta": θ})
        if not same(J, θ * x):
            said = "returns nothing" if J is None else f"J = {_number(J):.6g} at x = {x:g}, θ = {θ:g}; owed {θ * x:.6g}"
            return len(POINTS), [asking.wrong("cost", "MB702" if J is None else "MB802", said)]
    return len(POINTS), []


def scalar_backward(asking: Asking) -> LawResult:
    """dθ = x: or the derivative of the file's own J, where that is another."""
    forwards = [f for f in asking.functions if f.role == Role.SCALAR_FORWARD]
    for x, θ in POINTS:
        dtheta = asking.call({"X": x, "theta": θ})
        if same(dtheta, x):
            continue
        if forwards and dtheta is not None:
            J = [
                _number(asking.call({"X": x, "theta": θ + s}, name=forwards[0].name, role=Role.SCALAR_FORWARD))
                for s in (1e-4, -1e-4)
            ]
            if abs(_number(dtheta) - (J[0] - J[1]) / 2e-4) <= 1e-6 * max(1.0, abs(_number(dtheta))):
                continue
        if dtheta is None:
            return len(POINTS), [asking.wrong("dtheta", "MB702", "returns nothing")]
        ratio = _number(dtheta) / x
        text = f"dθ = {_number(dtheta):.6g} at x = {x:g}, θ = {θ:g}; owed {x:g}"
        operand = "θ" if same(dtheta, θ) else "θ x" if same(dtheta, θ * x) else None
        if operand:
            return len(POINTS), [asking.wrong("dtheta", "MB103", f"{text}: it is {operand}")]
        code = "MB101" if ratio in (-1.0, 2.0, 0.5, 0.0) else "MB199"
        return len(POINTS), [
            asking.wrong("dtheta", code, text, certainty="exactly" if code == "MB101" else "unexplained")
        ]
    return len(POINTS), []


def scalar_check(asking: Asking) -> LawResult:
    """|g − g̃| / (|g| + |g̃|) at θ, with a right derivative and with wrong ones put in its place."""
    backward = next((f.name for f in asking.functions if f.role == Role.SCALAR_BACKWARD), "backward_propagation")
    forward = next((f.name for f in asking.functions if f.role == Role.SCALAR_FORWARD), "forward_propagation")
    looked, wrong = 0, []
    for x, θ in POINTS[:2]:
        stand_ins = {"x": x, "x/3": x / 3, "2x": 2 * x, "-x": -x, "0": 0.0, "θx": θ * x}
        at = _nudged(np.array([θ]), partial(_product, x))
        asked = [
            _Asked(
                f"dθ = {stand_in}",
                np.array([g]),
                {
                    "values": {"X": x, "theta": θ, "epsilon": EPSILON},
                    "replaced": {backward: stand_in, forward: "θx"},
                },
            )
            for stand_in, g in stand_ins.items()
        ]
        wrong += _checked(asking, at, asked)
        looked += len(asked)
    return looked, wrong[:1]


def check_n(asking: Asking) -> LawResult:
    """‖g − g̃‖ / (‖g‖ + ‖g̃‖), for the right gradient and for planted faults, at the assignment's own shapes.

    Right is what belongs to the J that it calls: the course's, or that of the file's own forward pass.
    """
    parameters = {name: a * 0.7 for name, a in dictionary(5).items()}
    rng = np.random.RandomState(6)
    X, Y = rng.standard_normal((4, 3)), np.array([[1.0, 1.0, 0.0]])
    theta, J = _vector(parameters), partial(_cost, X, Y)
    own = next((f for f in asking.functions if f.role == Role.FORWARD_N), None)
    if own is not None:
        its_own = partial(_own_cost, asking, own.name, X, Y)
        if abs(its_own(theta) - J(theta)) > 1e-9 * abs(J(theta)):  # never so where it gives none
            right = _differenced(its_own, theta)
            if not any(np.any(a) for a in right.values()):
                return 0, [asking.wrong("*", NOT_JUDGED, "the cost that it differences depends on no parameter")]
            return _check_n(asking, parameters, X, Y, its_own, right)
    pairs = _unpacked(theta)
    ours = network.forward_propagation(X, pairs, hidden="relu", output="sigmoid")
    g = network.backward_propagation(Y, pairs, ours, hidden="relu", output="sigmoid")
    right = {f"d{kind}{l}": a for kind, layers in (("W", g.dW), ("b", g.db)) for l, a in enumerate(layers, 1)}
    return _check_n(asking, parameters, X, Y, J, {**right, **{f"dZ{l}": a for l, a in enumerate(g.dZ, 1)}})


def _check_n(
    asking: Asking,
    parameters: dict[str, np.ndarray],
    X: np.ndarray,
    Y: np.ndarray,
    J: Callable[[np.ndarray], float],
    right: dict[str, np.ndarray],
) -> LawResult:
    faults = {
        "the right gradient": right,
        "dW2 × 2": {**right, "dW2": right["dW2"] * 2},
        "db1 × 4": {**right, "db1": right["db1"] * 4},
        "−dW1": {**right, "dW1": -right["dW1"]},
        "a zero gradient": {name: a * 0 for name, a in right.items()},
    }
    values = {"parameters": parameters, "X": X, "Y": Y, "epsilon": EPSILON}
    asked = [
        _Asked(name, _vector(given, "d"), {"values": {**values, "gradients": given}}) for name, given in faults.items()
    ]
    return len(faults), _checked(asking, _nudged(_vector(parameters), J), asked)[:1]


def _own_cost(asking: Asking, name: str, X: np.ndarray, Y: np.ndarray, theta: np.ndarray) -> float:
    """J of the file's own forward pass; not a number where it gives none."""
    parameters = {
        f"{kind}{l}": a for l, pair in enumerate(_unpacked(theta), 1) for kind, a in zip("Wb", pair, strict=True)
    }
    try:
        whole = asking.call({"parameters": parameters, "X": X, "Y": Y}, name=name, role=Role.FORWARD_N)
    except TargetRaised:
        return float("nan")
    return _number(forms.returned(whole, (1, X.shape[1])).cost)


def _differenced(J: Callable[[np.ndarray], float], theta: np.ndarray) -> dict[str, np.ndarray]:
    """The gradient of a J by central differences."""
    steps = STEP * np.eye(theta.size)
    found = np.array([(J(theta + step) - J(theta - step)) / (2 * STEP) for step in steps])
    pairs = _unpacked(found)
    return {f"d{kind}{l}": a for l, pair in enumerate(pairs, 1) for kind, a in zip("Wb", pair, strict=True)}


# --- asked, and judged ---------------------------------------------------------------------------------------------


class _Asked(NamedTuple):
    """A gradient that is handed to a checker, the right one first; and the question."""

    what: str
    gradient: np.ndarray
    question: dict[str, Any]


def _checked(asking: Asking, at: Nudged, asked: Sequence[_Asked]) -> list[Violation]:
    """What a checker says of the right gradient and of wrong ones; and the cause where it is not what is owed."""
    truth, answers, said = asked[0].gradient, [], []
    for k, one in enumerate(asked):
        value, printed = asking.call_with_output(**one.question)
        got = _difference(value, printed)
        want = _norm(one.gradient - truth) / (_norm(one.gradient) + _norm(truth))
        wrong = _judged(asking, got, want, k == 0, one.what)
        if got is None:
            return [wrong]
        said.append(_words(printed))
        answers.append((got, wrong))
    wrong = next((wrong for _, wrong in answers if wrong is not None), None)
    if wrong is None:
        return _inverted(asking, asked, said)
    events = traced(asking, {"name": asking.name, **asked[TRACED].question})
    gradients = [one.gradient for one in asked]
    cause = cause_of_checker(at, gradients, [got for got, _ in answers], events, TRACED)
    if cause is None:
        return [wrong]
    text = f"{cause.text}: {wrong.text}" if cause.sure else f"{wrong.text}; consistent with: {cause.text}"
    return [wrong._replace(text=text, place=cause.place)]


def _words(printed: str) -> bool | None:
    """Does it call the gradient right, in what it prints? ``None`` where that cannot be told."""
    good, bad = GOOD.search(printed) is not None, BAD.search(printed) is not None
    return None if good == bad else good


def _inverted(asking: Asking, asked: Sequence[_Asked], said: Sequence[bool | None]) -> list[Violation]:
    """The numbers are right, and what is made of them is the opposite: every planted fault is called right."""
    if said[0] is False and all(word is True for word in said[1:]):
        text = f"calls the right gradient wrong, and {asked[1].what} right: its comparison is the wrong way round"
        return [asking.wrong("rejects", "MB803", text)]
    return []


def _nudged(theta: np.ndarray, J: Callable[[np.ndarray], float]) -> Nudged:
    steps = EPSILON * np.eye(theta.size)
    plus, minus = (np.array([J(theta + sign * step) for step in steps]) for sign in (1, -1))
    return Nudged(theta, EPSILON, J(theta), plus, minus)


def _product(x: float, theta: np.ndarray) -> float:
    return float(theta[0] * x)


def _unpacked(theta: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    sizes = np.cumsum([int(np.prod(shape)) for shape in SHAPES.values()])[:-1]
    arrays = [a.reshape(shape) for a, shape in zip(np.split(theta, sizes), SHAPES.values(), strict=True)]
    return list(zip(arrays[::2], arrays[1::2], strict=True))


def _cost(X: np.ndarray, Y: np.ndarray, theta: np.ndarray) -> float:
    """The course's J."""
    A = network.forward_propagation(X, _unpacked(theta), hidden="relu", output="sigmoid").H[-1]
    return float(np.sum(-Y * np.log(A) - (1 - Y) * np.log(1 - A)) / X.shape[1])


def _norm(a: np.ndarray) -> float:
    return float(np.linalg.norm(a))


def _vector(arrays: dict[str, Any], before: str = "") -> np.ndarray:
    return np.concatenate([arrays[f"{before}{name}"].ravel() for name in SHAPES])


def _difference(value: Any, printed: str) -> float | None:
    """The number that was returned; else the last that was printed."""
    if isinstance(value, tuple | list) and value:
        value = next((v for v in value if np.size(v) == 1 and as_array(v) is not None), None)
    array = as_array(value)
    if array is not None and array.size == 1:
        return float(array.ravel()[0])
    numbers = NUMBER.findall(re.sub(r"\x1b\[[\d;]*m", "", printed))
    floats = [n for n in numbers if "." in n or "e" in n.lower()]
    return float((floats or numbers)[-1]) if numbers else None


def _judged(asking: Asking, got: float | None, want: float, right: bool, what: str) -> Any:
    """``None`` where the number is the one that is owed."""
    if got is None:
        return asking.wrong(
            "*", "MB702" if asking.function.template else "MB803", "neither returns nor prints a difference"
        )
    if right:
        if not got <= RIGHT:
            return asking.wrong("accepts", "MB803", f"gives {got:.3g} for a right gradient")
        if got < 0:
            return asking.wrong("difference", "MB803", f"gives {got:.3g}, below zero")
        return None
    if not got > 1e-3 * want:
        return asking.wrong("rejects", "MB803", f"gives {got:.3g} for {what}; ‖g − g̃‖ / (‖g‖ + ‖g̃‖) is {want:.3g}")
    if abs(got - want) > 1e-4 * want:
        return asking.wrong("difference", "MB803", f"gives {got:.6g} for {what}; ‖g − g̃‖ / (‖g‖ + ‖g̃‖) is {want:.6g}")
    return None


def _number(value: Any) -> float:
    array = as_array(value)
    return float("nan") if array is None or array.size != 1 else float(array.ravel()[0])
