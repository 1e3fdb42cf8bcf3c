"""Calling a stranger's functions: problems and arguments as they take them, what they return, and what they print."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from reference.interface.outcome import Single, as_dict, stacked, unlike
from reference.targets.pairing import layouts
from reference.targets.reading.namespace import Nowhere

__all__ = [
    "STANDINS",
    "Printed",
    "arrays_of",
    "as_form",
    "changed_since",
    "forward_and_backward",
    "in_common",
    "quantities",
    "singles",
    "with_globals",
]

KEPT = 1200  # letters of what is printed

STANDINS: dict[str, Callable[..., Any]] = {  # for the passes that a gradient checker calls
    "θx": lambda x, theta: theta * x,
    "x": lambda x, theta: x,
    "2x": lambda x, theta: 2 * x,
    "-x": lambda x, theta: -x,
    "0": lambda x, theta: 0.0,
    "x/3": lambda x, theta: x / 3,
}


class Printed(io.TextIOBase):
    """The last of what is printed, however much that is."""

    def __init__(self) -> None:
        self.letters: deque[str] = deque(maxlen=KEPT)

    def write(self, text: str) -> int:
        self.letters.extend(text[-KEPT:])
        return len(text)

    def writable(self) -> bool:
        return True

    def text(self) -> str:
        return "".join(self.letters)


def singles(problem: dict[str, Any]) -> list[Single]:
    """The problems of a stack, as they came over the wire, one by one; arrays are views."""
    masks = problem["masks"]
    return [
        Single(
            problem["X"][g],
            problem["Y"][g],
            tuple((W[g], b[g]) for W, b in problem["parameters"]),
            None if masks is None else tuple(D[g] for D in masks),
            float(problem["lambd"][g]),
            float(problem["keep_prob"][g]),
            problem["hidden"],
            problem["output"],
        )
        for g in range(len(problem["X"]))
    ]


def arrays_of(single: Single) -> dict[str, np.ndarray]:
    """Everything that a function is handed, by the course's names."""
    arrays = {"X": single.X, "Y": single.Y}
    for l, (W, b) in enumerate(single.parameters, start=1):
        arrays |= {f"W{l}": W, f"b{l}": b}
    return arrays | {f"D{l}": D for l, D in enumerate(single.masks or (), start=1)}


def changed_since(before: list[dict[str, np.ndarray]], given: list[Single]) -> list[list[Any]]:
    """The arguments of each problem that are not as they were, with the problem's index."""
    return [
        [name, g]
        for g, single in enumerate(given)
        for name, a in arrays_of(single).items()
        if not np.array_equal(a, before[g][name])
    ]


def quantities(returned: list[Any]) -> tuple[dict[str, Any] | None, str | None]:
    """What a function returned for each problem as one stack; or the reason why there is none."""
    try:
        outcomes = [as_dict(outcome) for outcome in returned]
    except TypeError as error:
        return None, str(error)
    if (why := unlike(outcomes)) is not None:
        return None, why
    return {str(name): a for name, a in stacked(outcomes).items()}, None


def in_common(outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    """What every problem has in one shape, stacked."""
    stacked: dict[str, Any] = {}
    for name in outcomes[0]:
        arrays = [np.asarray(o[name]) for o in outcomes if name in o]
        alike = len(arrays) == len(outcomes) and all(a.shape == arrays[0].shape for a in arrays)
        if alike and all(a.dtype.kind in "biufc" for a in arrays):
            stacked[name] = np.stack(arrays)
    return stacked


def as_form(value: Any, form: str) -> Any:
    """``{"W1": …}`` or ``{"dW1": …}`` in the form that the file has parameters in."""
    if form == "dict" or not isinstance(value, dict):
        return value
    L = len(value) // 2
    prefix = "d" if "dW1" in value else ""
    return layouts.FORMS[form]([(value[f"{prefix}W{l}"], value[f"{prefix}b{l}"]) for l in range(1, L + 1)])


def with_globals(call: Any, names: dict[str, Any]) -> Any:
    """The same function, for which these global names mean something else."""
    return FunctionType(
        call.__code__, {**call.__globals__, **names}, call.__name__, call.__defaults__, call.__closure__
    )


def forward_and_backward(target: Any, name: str) -> tuple[Any, Any] | None:
    """The two passes: two functions, or an object that has them; ``None`` for one function. Raises ``Nowhere``."""
    if isinstance(target, tuple | list) and len(target) == 2 and all(map(callable, target)):
        return target[0], target[1]
    forward, backward = getattr(target, "forward", None), getattr(target, "backward", None)
    if callable(forward) and callable(backward):
        return forward, backward
    if not callable(target):
        raise Nowhere(f"{name} is a {type(target).__name__}; it takes a function, or a forward and a backward pass")
    return None
