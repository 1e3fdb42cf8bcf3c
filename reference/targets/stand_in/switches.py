"""What is noted of a ufunc that compares or chooses: its outcome, and how far each outcome was from another.

One set of rules for every kind of stand-in: they see real numbers only, so that two kinds note the same bits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.pattern import PATTERN

__all__ = [
    "NOTED",
    "as_given",
    "left_is_taken",
    "note_cast_to",
    "note_largest",
    "note_order",
    "note_truth",
    "refuse_method",
]


FEW = 64  # numbers that are sorted as a list sooner than as an array


def as_given(x: Any) -> Any:
    """What a ufunc is given: a list of numbers as the array that it stands for."""
    return np.asarray(x) if isinstance(x, list | tuple) else x


def is_constant(x: Any) -> bool:
    """A number that is written down, which nothing moves."""
    return isinstance(x, int | float) and not isinstance(x, np.generic)


def left_is_taken(ufunc: Any, a: Any, b: Any) -> NDArray:
    """Which of two is taken by a maximum or a minimum: at a tie the constant, so that relu has the slope 0 at 0."""
    larger = ufunc in (np.maximum, np.fmax)
    if is_constant(a) and not is_constant(b):
        taken = np.greater_equal(a, b) if larger else np.less_equal(a, b)
    else:
        taken = np.greater(a, b) if larger else np.less(a, b)
    if ufunc in (np.fmax, np.fmin):
        return np.asarray((taken | np.isnan(b)) & ~np.isnan(a))
    return np.asarray((taken | np.isnan(a)) & ~(np.isnan(b) & ~np.isnan(a)))


def _between(a: Any, b: Any) -> dict[str, Any]:
    """The gap between two, and the scale that it is measured by."""
    return {"gap": lambda: np.abs(np.subtract(a, b)), "scale": lambda: np.maximum(_largest(a), _largest(b))}


def _largest(x: Any) -> float:
    x = np.abs(np.asarray(x))
    x = x[np.isfinite(x)]
    return float(x.max()) if x.size else 0.0


def _compared(ufunc: Any, given: list[Any], result: Any) -> None:
    a, b = given
    PATTERN.note(ufunc.__name__, result, **_between(a, b))


def _chosen(ufunc: Any, given: list[Any], result: Any) -> None:
    a, b = given
    PATTERN.note(ufunc.__name__, left_is_taken(ufunc, a, b), **_between(a, b))


def _signs(ufunc: Any, given: list[Any], result: Any) -> None:
    x = given[0]
    PATTERN.note(ufunc.__name__, np.greater(x, 0), np.less(x, 0), gap=lambda: np.abs(x), scale=lambda: _largest(x))


def _both_signs(ufunc: Any, given: list[Any], result: Any) -> None:
    for x in given:
        _signs(ufunc, [x], result)


def _truths(ufunc: Any, given: list[Any], result: Any) -> None:
    for x in given:
        if np.asarray(x).dtype.kind == "f":
            PATTERN.note(ufunc.__name__, np.not_equal(x, 0))


def _outcomes(ufunc: Any, given: list[Any], result: Any) -> None:
    for outcome in result if isinstance(result, tuple) else (result,):
        PATTERN.note(ufunc.__name__, outcome)


def _steps(ufunc: Any, given: list[Any], result: Any) -> None:
    """Rounding to whole numbers; the kink lies at a whole number, or half-way between two."""
    x = np.asarray(given[0])
    half = 0.5 if ufunc is np.rint else 0.0
    PATTERN.note(ufunc.__name__, result, gap=lambda: np.abs(x - half - np.rint(x - half)), scale=lambda: _largest(x))


def _quotients(ufunc: Any, given: list[Any], result: Any) -> None:
    quotient = np.asarray(np.true_divide(*given))
    whole = np.trunc(quotient) if ufunc is np.fmod else np.floor(quotient)
    PATTERN.note(ufunc.__name__, whole, gap=lambda: np.abs(quotient - np.rint(quotient)), scale=_largest(quotient))


def _fractions(ufunc: Any, given: list[Any], result: Any) -> None:
    _steps(np.trunc, given, np.trunc(given[0]))


NOTED: dict[Any, Callable[[Any, list[Any], Any], None]] = {
    **dict.fromkeys([np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal], _compared),
    **dict.fromkeys([np.maximum, np.minimum, np.fmax, np.fmin], _chosen),
    **dict.fromkeys([np.absolute, np.fabs, np.sign, np.heaviside], _signs),
    np.copysign: _both_signs,
    **dict.fromkeys([np.logical_and, np.logical_or, np.logical_xor, np.logical_not], _truths),
    **dict.fromkeys([np.isnan, np.isinf, np.isfinite, np.signbit], _outcomes),
    **dict.fromkeys([np.floor, np.ceil, np.rint, np.trunc], _steps),
    **dict.fromkeys([np.floor_divide, np.remainder, np.fmod, np.divmod], _quotients),
    np.modf: _fractions,
}


METHODS: dict[str, set[Any]] = {
    "reduce": {np.add, np.multiply},
    "accumulate": {np.add, np.multiply},
    "reduceat": {np.add},
    "at": {np.add, np.subtract, np.multiply},
    "outer": {np.add, np.subtract, np.multiply, np.divide},
}


def refuse_method(ufunc: Any, method: str) -> None:
    """Which methods of a ufunc are on the list."""
    if ufunc not in METHODS.get(method, ()):
        raise Refused(f"numpy.{ufunc.__name__}.{method} is not on the list of the stand-in")


def note_truth(what: str, x: NDArray) -> NDArray:
    """Which numbers are not 0, noted where they are floats."""
    truth = np.asarray(np.not_equal(x, 0))
    if np.asarray(x).dtype.kind == "f":
        PATTERN.note(what, truth)
    return truth


def note_cast_to(dtype: np.dtype, x: NDArray) -> None:
    """A cast of floats to integers or booleans."""
    if dtype.kind == "b":
        note_truth("astype", x)
    elif dtype.kind in "iu":
        PATTERN.note("astype", np.trunc(x), gap=lambda: np.abs(x - np.rint(x)), scale=lambda: _largest(x))


def note_order(what: str, x: NDArray, axis: int) -> NDArray:
    """The order of numbers along an axis, noted: the permutation that sorts them."""
    order = np.argsort(x, axis=axis, kind="stable")
    if x.dtype.kind == "f" and x.shape[axis] > 1:
        PATTERN.note(what, order, gap=lambda: np.diff(np.take_along_axis(x, order, axis), axis=axis), scale=_largest(x))
    return order


def note_largest(what: str, x: NDArray, axis: int, *, smallest: bool = False) -> NDArray:
    """Which number along an axis is the largest, noted: its index, the first of several."""
    taken = np.asarray(x.argmin(axis) if smallest else x.argmax(axis))
    if x.dtype.kind == "f" and x.shape[axis] > 1:
        if x.ndim == 1 and x.size <= FEW and np.isfinite(x).all():
            _note_one_of_few(what, int(taken), x, smallest)
            return taken

        def gap() -> NDArray:
            two = np.partition(x, 1, axis) if smallest else np.partition(-x, 1, axis)
            return np.abs(np.take(two, 0, axis) - np.take(two, 1, axis))

        PATTERN.note(what, taken, gap=gap, scale=lambda: _largest(x))
    return taken


def _note_one_of_few(what: str, taken: int, x: NDArray, smallest: bool) -> None:
    """The same of a window in a loop, without the way through arrays."""
    ordered = sorted(x.tolist()) if PATTERN.measured else [0.0, 0.0]
    gap = ordered[1] - ordered[0] if smallest else ordered[-1] - ordered[-2]
    PATTERN.note_index(what, taken, gap, max(abs(ordered[0]), abs(ordered[-1])))
