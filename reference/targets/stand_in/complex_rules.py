"""What a ufunc makes of x + ihy, where h² is zero in the machine: f(x) + ih f′(x) y, in extended precision.

NumPy's own complex functions are used where they are right at every size; the others overflow, drop the imaginary
part, or compare what has no order. A part that does not move stays where it is, whatever the slope.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.switches import left_is_taken

__all__ = ["CHOSEN", "COMPLEX", "NATIVE", "REAL", "RULES", "join", "parts"]

REAL = np.longdouble
COMPLEX = np.clongdouble
WIDE = REAL(1)


def parts(z: Any) -> tuple[Any, Any]:
    """Real and imaginary part in the widest precision; 0 for a real number's."""
    z = np.asarray(z)
    if z.dtype.kind == "c":
        return z.real, z.imag
    return z.astype(REAL), REAL(0)


def join(real: Any, imaginary: Any) -> NDArray:
    """A complex array of its parts, without multiplying by i: 0 · ∞ is no number."""
    real, imaginary = np.asarray(real), np.asarray(imaginary)
    z = np.empty(np.broadcast_shapes(real.shape, imaginary.shape), dtype=COMPLEX)
    z.real, z.imag = real, imaginary
    return z


def moved(slope: Any, imaginary: Any) -> Any:
    """The slope times the imaginary part; what does not move has none."""
    return np.where(np.equal(imaginary, 0), 0, slope * imaginary)


def _unary(f: Callable[[Any], Any], slope: Callable[[Any, Any], Any]) -> Callable[[Any], NDArray]:
    def rule(z: Any) -> NDArray:
        x, y = parts(z)
        value = f(x)
        return join(value, moved(slope(x, value), y))

    return rule


def _divide(a: Any, b: Any) -> NDArray:
    """a/b. Where the divisor is infinite the quotient is 0, and so is its slope."""
    (x, dx), (y, dy) = parts(a), parts(b)
    quotient = x / y
    slope = dx / y if not np.any(dy) else (dx - moved(quotient, dy)) / y
    return join(quotient, np.where(np.isinf(y) & np.isfinite(x), 0, np.where((dx == 0) & (dy == 0), 0, slope)))


def _power(a: Any, b: Any) -> NDArray:
    """a**b. A negative base under a fractional exponent is no real number: NaN, as in real arithmetic."""
    (x, dx), (p, dp) = parts(a), parts(b)
    value = np.power(x, p)
    imaginary = moved(p * np.power(x, p - 1), np.where(p == 0, 0, dx))
    if np.any(dp):
        imaginary = imaginary + moved(np.where(x == 0, 0, np.log(x)) * value, dp)
    return join(value, imaginary)


def _logaddexp(a: Any, b: Any, *, base: Any = None) -> NDArray:
    (x, dx), (y, dy) = parts(a), parts(b)
    scale = 1 if base is None else np.log(REAL(base))
    gap = np.where(x == y, 0, y - x) * scale
    share = _expit(gap)  # of b
    value = (np.logaddexp if base is None else np.logaddexp2)(x, y)
    return join(value, moved(1 - share, dx) + moved(share, dy))


def _expit(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return np.where(x > 0, 1, e) / (1 + e)


def _arctan2(a: Any, b: Any) -> NDArray:
    (y, dy), (x, dx) = parts(a), parts(b)
    return join(np.arctan2(y, x), moved(x / (x * x + y * y), dy) - moved(y / (x * x + y * y), dx))


def _hypot(a: Any, b: Any) -> NDArray:
    (x, dx), (y, dy) = parts(a), parts(b)
    value = np.hypot(x, y)
    return join(value, moved(x / value, dx) + moved(y / value, dy))


LN2, LN10 = np.log(REAL(2)), np.log(REAL(10))
DEGREE = np.arctan(REAL(1)) / 45

RULES: dict[Any, Callable[..., Any]] = {
    np.exp: _unary(np.exp, lambda x, y: y),
    np.exp2: _unary(np.exp2, lambda x, y: y * LN2),
    np.expm1: _unary(np.expm1, lambda x, y: np.exp(x)),
    np.log: _unary(np.log, lambda x, y: 1 / x),
    np.log2: _unary(np.log2, lambda x, y: 1 / (x * LN2)),
    np.log10: _unary(np.log10, lambda x, y: 1 / (x * LN10)),
    np.log1p: _unary(np.log1p, lambda x, y: 1 / (1 + x)),
    np.sqrt: _unary(np.sqrt, lambda x, y: 0.5 / y),
    np.cbrt: _unary(np.cbrt, lambda x, y: 1 / (3 * y * y)),
    np.reciprocal: _unary(lambda x: 1 / x, lambda x, y: -y * y),
    np.sin: _unary(np.sin, lambda x, y: np.cos(x)),
    np.cos: _unary(np.cos, lambda x, y: -np.sin(x)),
    np.tan: _unary(np.tan, lambda x, y: 1 + y * y),
    np.arcsin: _unary(np.arcsin, lambda x, y: 1 / np.sqrt((1 - x) * (1 + x))),
    np.arccos: _unary(np.arccos, lambda x, y: -1 / np.sqrt((1 - x) * (1 + x))),
    np.arctan: _unary(np.arctan, lambda x, y: 1 / (1 + x * x)),
    np.sinh: _unary(np.sinh, lambda x, y: np.cosh(x)),
    np.cosh: _unary(np.cosh, lambda x, y: np.sinh(x)),
    np.tanh: _unary(np.tanh, lambda x, y: 1 / np.cosh(x) ** 2),
    np.arcsinh: _unary(np.arcsinh, lambda x, y: 1 / np.hypot(1, x)),
    np.arccosh: _unary(np.arccosh, lambda x, y: 1 / np.sqrt((x - 1) * (x + 1))),
    np.arctanh: _unary(np.arctanh, lambda x, y: 1 / ((1 - x) * (1 + x))),
    np.degrees: _unary(lambda x: x / DEGREE, lambda x, y: 1 / DEGREE),
    np.radians: _unary(lambda x: x * DEGREE, lambda x, y: DEGREE),
    np.divide: _divide,
    np.power: _power,
    np.float_power: _power,
    np.logaddexp: _logaddexp,
    np.logaddexp2: lambda a, b: _logaddexp(a, b, base=2),
    np.arctan2: _arctan2,
    np.hypot: _hypot,
    np.conjugate: lambda z: z,
    np.vecdot: lambda a, b, **options: np.einsum("...i,...i->...", np.asarray(a), np.asarray(b)),
}
RULES |= {np.rad2deg: RULES[np.degrees], np.deg2rad: RULES[np.radians]}

NATIVE = {np.add, np.subtract, np.multiply, np.negative, np.positive, np.square, np.matmul}  # NumPy's own complex ones


# --- what chooses: the real parts decide ------------------------------------------------------------------------------


def _signed(ufunc: Any, z: Any, *rest: Any) -> NDArray:
    x, y = parts(z)
    return join(np.abs(x), np.sign(x) * y)


def _copysign(ufunc: Any, a: Any, b: Any) -> NDArray:
    x, y = parts(a)
    other = parts(b)[0]
    return join(np.copysign(x, other), np.where(np.signbit(x) == np.signbit(other), y, -y))


def _taken(ufunc: Any, a: Any, b: Any) -> Any:
    real = [z.real if np.iscomplexobj(z) else z for z in (a, b)]
    return np.where(left_is_taken(ufunc, *real), a, b)


def _remainder(ufunc: Any, a: Any, b: Any) -> NDArray:
    (x, dx), (y, dy) = parts(a), parts(b)
    whole = (np.trunc if ufunc is np.fmod else np.floor)(x / y)
    return join(ufunc(x, y), dx - whole * dy)


def _divmod(ufunc: Any, a: Any, b: Any) -> tuple[Any, Any]:
    return np.floor_divide(parts(a)[0], parts(b)[0]), _remainder(np.remainder, a, b)


def _modf(ufunc: Any, z: Any) -> tuple[Any, Any]:
    x, y = parts(z)
    fraction, whole = np.modf(x)
    return join(fraction, y), whole


CHOSEN: dict[Any, Callable[..., Any]] = {
    **dict.fromkeys([np.absolute, np.fabs], _signed),
    **dict.fromkeys([np.maximum, np.minimum, np.fmax, np.fmin], _taken),
    **dict.fromkeys([np.remainder, np.fmod], _remainder),
    np.copysign: _copysign, np.divmod: _divmod, np.modf: _modf,
}  # fmt: skip
