"""Gradient checkers, judged by what they accept, what they reject, and by the number they give; and the scalar pair."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from manual_backprop import network
from reference.targets.obligations.asking import Asking, LawResult, as_array, same
from reference.targets.obligations.vectors import SHAPES, dictionary
from reference.targets.reading.roles import Role

__all__ = ["check_n", "scalar_backward", "scalar_check", "scalar_forward"]

POINTS = ((2.3, 3.7), (-1.5, 0.7), (3.1, -2.2))  # x, θ
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
    looked = 0
    for stand_in, want in (("x", 0.0), ("2x", 1 / 3), ("-x", 1.0), ("0", 1.0)):
        for x, θ in POINTS[:2]:
            value, printed = asking.call_with_output(
                {"X": x, "theta": θ, "epsilon": 1e-7}, replaced={backward: stand_in, forward: "θx"}
            )
            got, looked = _difference(value, printed), looked + 1
            if said := _judged(asking, got, want, stand_in == "x", f"dθ = {stand_in}"):
                return looked, [said]
    return looked, []


def check_n(asking: Asking) -> LawResult:
    """‖g − g̃‖ / (‖g‖ + ‖g̃‖), for the right gradient and for planted faults, at the assignment's own shapes."""
    parameters = {name: a * 0.7 for name, a in dictionary(5).items()}
    rng = np.random.RandomState(6)
    X, Y = rng.standard_normal((4, 3)), np.array([[1.0, 1.0, 0.0]])
    pairs = [(parameters[f"W{l}"], parameters[f"b{l}"]) for l in (1, 2, 3)]
    ours = network.forward_propagation(X, pairs, hidden="relu", output="sigmoid")
    g = network.backward_propagation(Y, pairs, ours, hidden="relu", output="sigmoid")
    right = {f"d{kind}{l}": a for kind, layers in (("W", g.dW), ("b", g.db)) for l, a in enumerate(layers, 1)}
    right |= {f"dZ{l}": a for l, a in enumerate(g.dZ, 1)}
    faults = {
        "the right gradient": right,
        "dW2 × 2": {**right, "dW2": right["dW2"] * 2},
        "db1 × 4": {**right, "db1": right["db1"] * 4},
        "−dW1": {**right, "dW1": -right["dW1"]},
        "a zero gradient": {name: a * 0 for name, a in right.items()},
    }
    truth = _vector(right)
    for looked, (name, given) in enumerate(faults.items(), start=1):
        value, printed = asking.call_with_output(
            {"parameters": parameters, "gradients": given, "X": X, "Y": Y, "epsilon": 1e-7}
        )
        want = float(np.linalg.norm(_vector(given) - truth) / (np.linalg.norm(_vector(given)) + np.linalg.norm(truth)))
        if said := _judged(asking, _difference(value, printed), want, name == "the right gradient", name):
            return looked, [said]
    return len(faults), []


def _vector(gradients: dict[str, Any]) -> np.ndarray:
    return np.concatenate([gradients[f"d{name}"].ravel() for name in SHAPES])


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
