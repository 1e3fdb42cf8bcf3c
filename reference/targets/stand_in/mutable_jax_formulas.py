"""Functions of NumPy that are formulas of others: written with arrays of ours, so JAX sees what they are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.mutable_jax import concrete, is_ours, made, values_of
from reference.targets.stand_in.mutable_jax_arithmetic import ARITHMETIC, arithmetic, into, static
from reference.targets.stand_in.mutable_jax_choices import chosen, decided, extreme_labels, signed
from reference.targets.stand_in.mutable_jax_movement import MOVEMENT, array, asarray
from reference.targets.stand_in.mutable_jax_noting import noted
from reference.targets.stand_in.mutable_jax_writing import add_at

__all__ = ["FORMULAS"]

Function = Callable[..., Any]


def average(a: Any, axis: Any = None, weights: Any = None, **options: Any) -> Any:
    """The mean, weighted."""
    if options:
        raise Refused(f"average({', '.join(options)}=…)")
    a = asarray(a)
    if weights is None:
        return a.mean(axis)
    weights = asarray(weights)
    if weights.shape != a.shape:
        weights = MOVEMENT["broadcast_to"](
            weights.reshape([-1 if k == axis % a.ndim else 1 for k in range(a.ndim)]), a.shape
        )
    return (a * weights).sum(axis) / weights.sum(axis)


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Of vectors, and of Frobenius."""
    noted("linalg.norm", x, ord, axis=static(axis), keepdims=keepdims)
    x, axis = asarray(x), static(axis)
    if ord is None or (ord in ("fro", "f") and (x.ndim == 2 if axis is None else isinstance(axis, tuple))):
        return _euclidean(x, axis, keepdims)
    if (axis is None and x.ndim != 1) or (isinstance(axis, tuple) and len(axis) != 1) or isinstance(ord, str):
        raise Refused(f"linalg.norm of order {ord} of a matrix")
    return _vector_norm(x, ord, axis, keepdims)


def _euclidean(x: Any, axis: Any, keepdims: bool) -> Any:
    return ARITHMETIC["sqrt"](ARITHMETIC["sum"](ARITHMETIC["square"](x), axis=axis, keepdims=keepdims))


def _vector_norm(x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    if ord == 2:
        return _euclidean(x, axis, keepdims)
    size = signed(x)
    if ord in (np.inf, -np.inf):
        name = "max" if ord > 0 else "min"
        value = getattr(np, name)(size.value, axis=axis, keepdims=keepdims)
        return chosen(value, np.reshape(extreme_labels(name, size.value, size.labels, axis), np.shape(value)))
    if ord == 0:
        return made(np.sum(x.value != 0, axis=axis, keepdims=keepdims, dtype=float))
    total = ARITHMETIC["sum"](size if ord == 1 else ARITHMETIC["power"](size, ord), axis=axis, keepdims=keepdims)
    return total if ord == 1 else ARITHMETIC["power"](total, 1.0 / ord)


def vector_norm(x: Any, *, ord: Any = 2, axis: Any = None, keepdims: bool = False) -> Any:
    """Of all entries where no axis is given."""
    return _vector_norm(asarray(x), ord, static(axis), keepdims)


def matrix_norm(x: Any, *, ord: Any = "fro", keepdims: bool = False) -> Any:
    """Of Frobenius."""
    if ord != "fro":
        raise Refused(f"linalg.matrix_norm of order {ord}")
    return norm(x, None, (-2, -1), keepdims)


def slogdet(a: Any) -> Any:
    """The sign of the determinant, and the logarithm of its size."""
    det = arithmetic("det", a)
    return made(np.sign(det.value)[()]), ARITHMETIC["log"](signed(det))


def multi_dot(arrays: Any, **options: Any) -> Any:
    """One after the other."""
    first, *rest = list(arrays)
    for a in rest:
        first = ARITHMETIC["dot"](first, a)
    return first


def matrix_power(a: Any, n: int) -> Any:
    """A whole power of a matrix."""
    if n < 0:
        return matrix_power(arithmetic("inv", a), -n)
    result = MOVEMENT["eye"](asarray(a).shape[-1])
    for _ in range(n):
        result = ARITHMETIC["matmul"](result, a)
    return result


def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None) -> Any:
    """The sum of the diagonal."""
    return into(MOVEMENT["diagonal"](a, offset, axis1, axis2).sum(axis=-1), out)


def trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Any:
    """The area under a curve."""
    y = MOVEMENT["moveaxis"](asarray(y), axis, -1)
    width = dx if x is None else MOVEMENT["diff"](asarray(x))
    return ((y[..., 1:] + y[..., :-1]) * width).sum(axis=-1) / 2.0


def polyval(p: Any, x: Any) -> Any:
    """By Horner."""
    result = x * 0
    for coefficient in asarray(p):
        result = result * x + coefficient
    return result


def vander(x: Any, N: Any = None, increasing: bool = False) -> Any:
    """Powers side by side."""
    x = asarray(x)
    powers = [x**k for k in range(len(x) if N is None else N)]
    return MOVEMENT["stack"](powers if increasing else powers[::-1], axis=1)


def cov(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None, **options: Any) -> Any:
    """Of rows, or of columns."""
    if y is not None or options:
        raise Refused("cov of two arrays, or weighted")
    m = MOVEMENT["atleast_2d"](asarray(m))
    m = m if rowvar or m.shape[0] == 1 else m.T
    centred = m - m.mean(axis=1, keepdims=True)
    divisor = m.shape[1] - ((0 if bias else 1) if ddof is None else ddof)
    return MOVEMENT["squeeze"](ARITHMETIC["matmul"](centred, centred.T) / divisor)


def corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Any:
    """The covariance, scaled."""
    c = cov(x, y, rowvar)
    spread = ARITHMETIC["sqrt"](MOVEMENT["diagonal"](c))
    return c / ARITHMETIC["outer"](spread, spread)


def cross(a: Any, b: Any, axis: int = -1) -> Any:
    """Of vectors in space."""
    a, b = (MOVEMENT["moveaxis"](asarray(v), axis, -1) for v in (a, b))
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise Refused("cross of vectors that are not of three")
    turn, back = [1, 2, 0], [2, 0, 1]
    return MOVEMENT["moveaxis"](a[..., turn] * b[..., back] - a[..., back] * b[..., turn], -1, axis)


def kron(a: Any, b: Any) -> Any:
    """Every entry of one times all of the other."""
    a, b = asarray(a), asarray(b)
    if a.ndim != 2 or b.ndim != 2:
        raise Refused("kron of what are no matrices")
    return (a[:, None, :, None] * b[None, :, None, :]).reshape(a.shape[0] * b.shape[0], -1)


def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    """How often, or the sum of what is weighed."""
    number = np.asarray(concrete(x))
    if weights is None:
        return decided("bincount")(number, minlength=minlength)
    total = MOVEMENT["zeros"](max(minlength, int(number.max()) + 1 if number.size else 0))
    add_at(total, number, weights)
    return total


def unique(a: Any, *args: Any, **options: Any) -> Any:
    """Of numbers that are known: those that depend on a primal are all different."""
    if is_ours(a) and a.is_traced():
        raise Refused("unique of numbers that depend on what is differentiated by")
    return decided("unique")(a, *args, **options)


def piecewise(x: Any, conditions: Any, functions: Any, *args: Any) -> Any:
    """Each function where its condition holds."""
    result, conditions = MOVEMENT["zeros_like"](x), [values_of(c)[0].astype(bool) for c in conditions]
    if len(functions) > len(conditions):
        conditions.append(~np.logical_or.reduce(conditions))
    for condition, function in zip(conditions, functions, strict=True):
        result[condition] = function(x[condition], *args) if callable(function) else function
    return result


def apply_along_axis(func1d: Function, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """One row after the other; the arguments are called as NumPy's are."""
    a = MOVEMENT["moveaxis"](asarray(arr), axis, -1)
    rows = [array(func1d(a[at], *args, **kwargs)) for at in np.ndindex(a.shape[:-1])]
    table = MOVEMENT["stack"](rows)
    table = table.reshape(a.shape[:-1] + table.shape[1:])
    return MOVEMENT["moveaxis"](table, -1, axis) if rows[0].ndim else table


class Vectorized:
    """``np.vectorize``: a function of numbers, called for each."""

    def __init__(self, function: Function, *args: Any, **options: Any) -> None:
        if options.keys() - {"otypes", "doc", "cache"}:
            raise Refused(f"vectorize({', '.join(options)}=…)")
        self.function = function

    def __call__(self, *arrays: Any) -> Any:
        spread = MOVEMENT["broadcast_arrays"](*(asarray(a) for a in arrays))
        results = [self.function(*(a[at] for a in spread)) for at in np.ndindex(spread[0].shape)]
        return array(results).reshape(spread[0].shape) if spread[0].ndim else results[0]


def gradient(f: Any, *spacing: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Central differences inside, one-sided ones at the ends."""
    f = asarray(f)
    if f.ndim != 1 or len(spacing) > 1 or edge_order != 1 or (spacing and np.ndim(values_of(spacing[0])[0])):
        raise Refused("gradient of a table, or of uneven spacing")
    h = spacing[0] if spacing else 1.0
    inside = (f[2:] - f[:-2]) / (2.0 * h)
    return MOVEMENT["concatenate"]([(f[1:2] - f[:1]) / h, inside, (f[-1:] - f[-2:-1]) / h])


def interp(x: Any, xp: Any, fp: Any) -> Any:
    """Straight between knots that are known."""
    if is_ours(xp) and xp.is_traced():
        raise Refused("interp with knots that depend on what is differentiated by")
    noted("interp", x, xp, fp)
    return arithmetic("interp", x, xp, fp)


def _linear(name: str) -> Function:
    return lambda *operands: arithmetic(name, *operands)


FORMULAS: dict[str, Function] = {
    "average": average, "linalg.norm": norm, "linalg.vector_norm": vector_norm, "linalg.matrix_norm": matrix_norm,
    "linalg.slogdet": slogdet, "linalg.multi_dot": multi_dot, "linalg.matrix_power": matrix_power, "trace": trace,
    **{f"linalg.{name}": _linear(name) for name in ("inv", "det", "solve", "cholesky", "pinv")},
    "linalg.outer": ARITHMETIC["outer"], "linalg.trace": lambda x, offset=0: trace(x, offset, -2, -1),
    "trapezoid": trapezoid, "trapz": trapezoid, "polyval": polyval, "vander": vander, "cov": cov,
    "corrcoef": corrcoef, "cross": cross, "kron": kron, "bincount": bincount, "unique": unique,
    "piecewise": piecewise, "apply_along_axis": apply_along_axis, "vectorize": Vectorized, "gradient": gradient,
    "ediff1d": lambda a: MOVEMENT["diff"](asarray(a).ravel()), "vecdot": lambda a, b, axis=-1: (a * b).sum(axis=axis),
    "positive": lambda x, **_: asarray(x).copy(), "conj": lambda x, **_: asarray(x).copy(), "real": asarray,
    "conjugate": lambda x, **_: asarray(x).copy(), "real_if_close": asarray,
    **{name: lambda x, **_: ARITHMETIC["multiply"](x, np.pi / 180.0) for name in ("radians", "deg2rad")},
    **{name: lambda x, **_: ARITHMETIC["multiply"](x, 180.0 / np.pi) for name in ("degrees", "rad2deg")},
    "ndenumerate": lambda a: ((at, a[at]) for at in np.ndindex(asarray(a).shape)),
    "interp": interp,
}  # fmt: skip
