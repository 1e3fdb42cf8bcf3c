"""What compares and chooses: the outcome is known at once, and what is chosen keeps its label.

At a tie of ``maximum`` and ``minimum`` a number that is written down is taken, so the derivative of relu at 0 is 0; of
two arrays, the second. The derivative of ``abs`` at 0 is 0. A maximum along an axis is the first of its equals.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.mutable_jax import is_ours, made, values_of
from reference.targets.stand_in.mutable_jax_arithmetic import arithmetic, into, static
from reference.targets.stand_in.mutable_jax_noting import noted
from reference.targets.stand_in.mutable_jax_tape import CONSTANT, current_tape, labels_like
from reference.targets.stand_in.switches import left_is_taken

__all__ = ["CHOICES", "chosen", "decided", "extreme_labels", "signed"]

Function = Callable[..., Any]


def decided(name: str) -> Function:
    """A function whose result does not move with what it is given: outcomes, counts, positions, whole numbers."""

    def function(*operands: Any, out: Any = None, where: Any = True, **options: Any) -> Any:
        return into(_made(noted(name, *operands, **options)), out, where)

    return function


def _made(result: Any) -> Any:
    if type(result) is tuple:
        return tuple(map(_made, result))
    return made(result) if isinstance(result, np.ndarray | np.number) else result


def _labels(values: Any, labels: NDArray | None) -> NDArray:
    return np.zeros(np.shape(values), dtype=np.int64) if labels is None else labels


def chosen(value: Any, labels: Any) -> Any:
    """An array of elements that were there before."""
    if np.asarray(value).dtype.kind != "f":
        return made(value)
    laid = labels_like(np.asarray(value))
    laid[...] = labels
    return made(value, laid)


def _raw(x: Any) -> Any:
    return x if isinstance(x, int | float) else values_of(x)[0]


def _extremum(name: str) -> Function:
    ufunc = getattr(np, name)

    def function(a: Any, b: Any, out: Any = None, where: Any = True, **options: Any) -> Any:
        (va, la), (vb, lb) = values_of(a), values_of(b)
        value = noted(name, a, b)
        if la is None and lb is None:
            return into(made(value), out, where)
        first = left_is_taken(ufunc, _raw(a), _raw(b))
        return into(chosen(value, np.where(first, _labels(va, la), _labels(vb, lb))), out, where)

    return function


def clip(
    a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, *, min: Any = None, max: Any = None, **options: Any
) -> Any:
    """Not below and not above."""
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    values, labels = values_of(a)
    value, labels = noted("clip", a, low, high), _labels(values, labels)
    for bound, beyond in ((low, np.less_equal), (high, np.greater_equal)):
        if bound is not None:
            bounds, theirs = values_of(bound)
            labels = np.where(beyond(values, bounds), _labels(bounds, theirs), labels)
    return into(chosen(value, labels), out)


def signed(x: Any) -> Any:
    """x · sign(x), of which the sign is known."""
    return arithmetic("multiply", x, np.sign(values_of(x)[0]))


def absolute(x: Any, out: Any = None, where: Any = True, **options: Any) -> Any:
    """Noted, and made by ``signed``."""
    value, labels = noted("absolute", x), values_of(x)[1]
    return into(signed(x) if current_tape().is_traced(labels) else made(value), out, where)


def where(condition: Any, *choices: Any, x: Any = None, y: Any = None) -> Any:
    """One or the other, or positions."""
    choices = choices if x is None else (x, y)
    value = noted("where", condition, *choices)
    if not choices:
        return _made(value)
    mask = values_of(condition)[0]
    (va, la), (vb, lb) = map(values_of, choices)
    return chosen(value, np.where(mask, _labels(va, la), _labels(vb, lb)))


def select(conditions: Any, choices: Any, default: Any = 0) -> Any:
    """The first of several whose condition holds."""
    masks, pairs = [values_of(c)[0] for c in conditions], [values_of(c) for c in choices]
    rest, theirs = values_of(default)
    value = np.select(masks, [v for v, _ in pairs], rest)
    return chosen(value, np.select(masks, [_labels(v, l) for v, l in pairs], _labels(rest, theirs)))


def choose(a: Any, choices: Any, **options: Any) -> Any:
    """By number."""
    number, pairs = values_of(a)[0], [values_of(c) for c in choices]
    value = np.choose(number, [v for v, _ in pairs])
    return chosen(value, np.choose(number, [_labels(v, l) for v, l in pairs]))


def _quotient(name: str, whole: np.ufunc) -> Function:
    def function(a: Any, b: Any, out: Any = None, where: Any = True, **options: Any) -> Any:
        (va, la), (vb, lb) = values_of(a), values_of(b)
        value = noted(name, a, b)
        if not (current_tape().is_traced(la) or current_tape().is_traced(lb)):
            return into(made(value), out, where)
        times = whole(np.true_divide(va, vb))
        return into(arithmetic("subtract", a, arithmetic("multiply", b, times)), out, where)

    return function


def divmod_(a: Any, b: Any) -> Any:
    """The quotient, which does not move, and what is left."""
    whole, rest = noted("divmod", a, b)
    moving = any(current_tape().is_traced(values_of(x)[1]) for x in (a, b))
    return made(whole), arithmetic("subtract", a, arithmetic("multiply", b, whole)) if moving else made(rest)


def modf(x: Any) -> Any:
    """The fraction, which moves, and the whole part, which does not."""
    fraction, whole = noted("modf", x)
    return arithmetic("subtract", x, whole) if is_ours(x) else made(fraction), made(whole)


def copysign(x: Any, y: Any, out: Any = None, **options: Any) -> Any:
    """The size of one with the sign of the other."""
    noted("copysign", x, y)
    values, signs = values_of(x)[0], np.copysign(1.0, values_of(y)[0])
    return into(arithmetic("multiply", x, signs * np.sign(values)), out)


def nan_to_num(x: Any, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """Numbers in the place of what is none."""
    values, labels = values_of(x)
    value = noted("nan_to_num", x, nan=nan, posinf=posinf, neginf=neginf)
    result = chosen(value, np.where(np.isfinite(values), _labels(values, labels), CONSTANT))
    return result if copy else into(result, x)


def _rows(values: NDArray, axis: Any) -> tuple[NDArray, tuple[int, ...]]:
    """The axes of a reduction as the last one."""
    axes = (
        tuple(range(values.ndim)) if axis is None else tuple(int(k) % max(values.ndim, 1) for k in np.atleast_1d(axis))
    )
    rest = [k for k in range(values.ndim) if k not in axes]
    return values.transpose(*rest, *axes).reshape(*(values.shape[k] for k in rest), -1), axes


def extreme_labels(name: str, values: NDArray, labels: NDArray, axis: Any) -> NDArray:
    """Whose element is the largest, or the smallest, over these axes."""
    argument = {"max": np.argmax, "min": np.argmin, "nanmax": np.nanargmax, "nanmin": np.nanargmin}[name]
    at = argument(_rows(values, axis)[0], axis=-1)[..., None]
    return np.take_along_axis(_rows(labels, axis)[0], at, axis=-1)[..., 0]


def _extreme(name: str, called: str) -> Function:
    def function(
        a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = None, where: Any = True
    ) -> Any:
        if where is not True:
            raise Refused(f"{called}(where=…)")
        values, labels = values_of(a)
        axis = static(axis)
        value = noted(
            called, a, axis=axis, keepdims=bool(keepdims), **({} if initial is None else {"initial": initial})
        )
        if labels is None or not values.size:
            return into(made(value), out)
        picked = np.reshape(extreme_labels(name, values, labels, axis), np.shape(value))
        if initial is not None:
            own = getattr(np, name)(values, axis=axis, keepdims=bool(keepdims))
            picked = np.where(own == value, picked, _labels(*values_of(initial)))
        return into(chosen(value, picked), out)

    return function


def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """From the smallest to the largest."""
    largest, smallest = (CHOICES[name](a, axis, keepdims=keepdims) for name in ("max", "min"))
    return into(arithmetic("subtract", largest, smallest), out)


def _sorted(name: str) -> Function:
    def function(a: Any, *given: Any, axis: Any = -1, **options: Any) -> Any:
        if name == "partition":
            given, axis = given[:1], given[1] if len(given) > 1 else axis
        else:
            given, axis = (), given[0] if given else axis
        noted(name, a, *given, axis=axis)
        return _in_order(*values_of(a), axis)

    return function


def _in_order(values: NDArray, labels: NDArray | None, axis: Any) -> Any:
    if axis is None:
        values, labels, axis = values.ravel(), None if labels is None else labels.ravel(), 0
    order = np.argsort(values, axis=axis, kind="stable")
    return made(
        np.take_along_axis(values, order, axis), None if labels is None else np.take_along_axis(labels, order, axis)
    )


def _quantile(name: str, scale: float) -> Function:
    def function(
        a: Any, q: Any = 0.5, axis: Any = None, *, keepdims: bool = False, out: Any = None, **options: Any
    ) -> Any:
        if options.pop("method", "linear") != "linear" or np.ndim(values_of(q)[0]):
            raise Refused(f"{name} of several, or by another method than the linear one")
        noted(name, *((a,) if name == "median" else (a, q)), axis=static(axis))
        values, labels = values_of(a)
        rows, axes = _rows(values, static(axis))
        ordered = _in_order(rows, None if labels is None else _rows(labels, static(axis))[0], -1)
        at = float(values_of(q)[0]) / scale * (rows.shape[-1] - 1)
        low, high = ordered[..., int(np.floor(at))], ordered[..., int(np.ceil(at))]
        part = arithmetic("multiply", arithmetic("subtract", high, low), at - np.floor(at))
        result = arithmetic("add", low, part)
        if keepdims:
            result = result.reshape([1 if k in axes else n for k, n in enumerate(values.shape)])
        return into(result, out)

    if name == "median":
        return lambda a, axis=None, out=None, overwrite_input=False, keepdims=False: function(
            a, 0.5, axis, keepdims=keepdims, out=out
        )
    return function


DECIDED = """greater greater_equal less less_equal equal not_equal logical_and logical_or logical_xor logical_not
    isnan isinf isfinite signbit bitwise_and bitwise_or bitwise_xor bitwise_not invert left_shift right_shift
    sign floor ceil rint trunc fix heaviside floor_divide round around
    argmax argmin nanargmax nanargmin argsort argpartition any all nonzero flatnonzero argwhere count_nonzero
    searchsorted digitize isclose allclose array_equal array_equiv lexsort isin isneginf isposinf"""

CHOICES: dict[str, Function] = {
    **{name: decided(name) for name in DECIDED.split()},
    **{name: _extremum(name) for name in ("maximum", "minimum", "fmax", "fmin")},
    **{name: _extreme(name, name) for name in ("max", "min", "nanmax", "nanmin")},
    "amax": _extreme("max", "amax"), "amin": _extreme("min", "amin"), "clip": clip, "absolute": absolute,
    "abs": absolute, "fabs": absolute, "where": where, "select": select, "choose": choose, "nan_to_num": nan_to_num,
    "ptp": ptp, "remainder": _quotient("remainder", np.floor), "mod": _quotient("remainder", np.floor),
    "fmod": _quotient("fmod", np.trunc), "modf": modf, "copysign": copysign,
    "divmod": divmod_,
    "sort": _sorted("sort"), "msort": lambda a: CHOICES["sort"](a, 0), "partition": _sorted("partition"),
    "quantile": _quantile("quantile", 1.0), "percentile": _quantile("percentile", 100.0),
    "median": _quantile("median", 1.0),
}  # fmt: skip
