"""Functions with squares, roots or factorisations for complex numbers: nothing is conjugated, the real parts decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.complex_rules import COMPLEX, REAL, RULES, join, moved, parts

__all__ = ["FORMULAS", "SPECIAL_FORMULAS"]


def _mean(
    x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True
) -> Any:
    x = np.asarray(x)
    if x.dtype.kind != "c":
        x = x.astype(REAL)
    value = np.mean(x, axis=axis, keepdims=keepdims, where=where)
    return _given_out(out, value)


def _given_out(out: Any, value: Any) -> Any:
    if out is None:
        return value
    out[...] = value
    return out


def _variance(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = False, *,
              where: Any = True, mean: Any = None, correction: Any = None) -> Any:  # fmt: skip
    x = np.asarray(x)
    x = x.astype(COMPLEX)
    centre = np.mean(x, axis=axis, keepdims=True, where=where) if mean is None else mean
    squares = np.where(where, (x - centre) ** 2, 0)
    count = np.sum(np.broadcast_to(where, x.shape), axis=axis, keepdims=keepdims)
    return _given_out(
        out, RULES[np.divide](squares.sum(axis=axis, keepdims=keepdims), count - (correction or ddof))[()]
    )


def _deviation(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, *rest: Any, **options: Any) -> Any:
    return _given_out(out, RULES[np.sqrt](_variance(x, axis, dtype, None, *rest, **options))[()])


def _skipping(formula: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, *arguments, **options: formula(x, *arguments, where=~np.isnan(np.real(x)), **options)


def _covariance(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None) -> Any:
    x = np.atleast_2d(m) if rowvar else np.atleast_2d(np.transpose(m))
    if y is not None:
        x = np.concatenate([x, np.atleast_2d(y) if rowvar else np.atleast_2d(np.transpose(y))])
    x = x.astype(COMPLEX)
    x = x - x.mean(axis=1, keepdims=True)
    return np.squeeze(x @ x.T / REAL(x.shape[1] - ((0 if bias else 1) if ddof is None else ddof)))


def _correlation(m: Any, y: Any = None, rowvar: bool = True) -> Any:
    c = np.atleast_2d(_covariance(m, y, rowvar))
    d = RULES[np.sqrt](np.diag(c))
    return np.squeeze(RULES[np.divide](c, d[:, None] * d[None, :]))


def _sinc(z: Any) -> Any:
    x = np.pi * np.asarray(z, dtype=COMPLEX)
    zero = x.real == 0
    safe = np.where(zero, 1, x)
    return np.where(zero, 1, RULES[np.divide](RULES[np.sin](safe), safe))


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    x = np.asarray(x).astype(COMPLEX)
    size = join(np.abs(x.real), np.sign(x.real) * x.imag)
    matrix = ord is not None and (len(axis) == 2 if isinstance(axis, tuple) else axis is None and x.ndim == 2)
    if ord is None or (ord == "fro" and matrix) or (ord == 2 and not matrix):
        return _root_of_squares(x, axis, keepdims)
    if matrix:
        raise NotImplementedError("a norm of matrices by singular values or column sums")
    if ord == 1:
        return size.sum(axis=axis, keepdims=keepdims)
    if ord in (np.inf, -np.inf):
        at = (np.argmax if ord > 0 else np.argmin)(size.real, axis=axis, keepdims=True)
        value = np.take_along_axis(size, at, axis) if axis is not None else size.ravel()[at.ravel()[0]]
        return value if keepdims or axis is None else np.squeeze(value, axis)
    if ord == 0:
        return (x.real != 0).sum(axis=axis, keepdims=keepdims)
    return RULES[np.power](RULES[np.power](size, ord).sum(axis=axis, keepdims=keepdims), 1 / REAL(ord))[()]


def _root_of_squares(x: NDArray, axis: Any, keepdims: bool) -> Any:
    return RULES[np.sqrt]((x * x).sum(axis=axis, keepdims=keepdims))[()]


# --- factorisations: LAPACK's answer in double, refined in the wide complex type --------------------------------------


def _inverse(A: Any) -> Any:
    """R ← R(2I − AR) doubles the digits each time, and carries the derivative along."""
    A = np.asarray(A).astype(COMPLEX)
    R = np.linalg.inv(A.real.astype(np.float64)).astype(COMPLEX)
    two = 2 * np.eye(A.shape[-1], dtype=REAL)
    for _ in range(4):
        R = R @ (two - A @ R)
    return R


def _solve(A: Any, b: Any) -> Any:
    b = np.asarray(b)
    return _inverse(A) @ b


def _eliminated(A: Any) -> tuple[NDArray, NDArray]:
    """Gaussian elimination with the largest real part as the pivot: the diagonal, and the sign of the permutation."""
    A = np.array(A, dtype=COMPLEX)
    stack = A.reshape(-1, *A.shape[-2:])
    sign = np.ones(len(stack))
    for g, U in enumerate(stack):
        for k in range(len(U)):
            p = k + int(np.argmax(np.abs(U[k:, k].real)))
            if p != k:
                U[[k, p]] = U[[p, k]]
                sign[g] = -sign[g]
            if U[k, k].real == 0:
                continue
            U[k + 1 :] -= RULES[np.divide](U[k + 1 :, k], U[k, k])[:, None] * U[k]
    return np.diagonal(stack, axis1=-2, axis2=-1).reshape(A.shape[:-1]), sign.reshape(A.shape[:-2])


def _determinant(A: Any) -> Any:
    diagonal, sign = _eliminated(A)
    return np.prod(diagonal, axis=-1) * sign


def _log_determinant(A: Any) -> tuple[Any, Any]:
    diagonal, sign = _eliminated(A)
    size = join(np.abs(diagonal.real), np.sign(diagonal.real) * diagonal.imag)
    return np.prod(np.sign(diagonal.real), axis=-1) * sign, RULES[np.log](size).sum(axis=-1)


def _cholesky(A: Any, *, upper: bool = False) -> Any:
    A = np.asarray(A).astype(COMPLEX)
    L = np.zeros_like(A)
    for j in range(A.shape[-1]):
        L[..., j, j] = RULES[np.sqrt](A[..., j, j] - (L[..., j, :j] ** 2).sum(-1))
        for i in range(j + 1, A.shape[-1]):
            L[..., i, j] = RULES[np.divide](A[..., i, j] - (L[..., i, :j] * L[..., j, :j]).sum(-1), L[..., j, j])
    return np.swapaxes(L, -1, -2) if upper else L


def _pseudo_inverse(A: Any, *rest: Any) -> Any:
    T = np.swapaxes(A, -1, -2)
    return _inverse(T @ A) @ T if A.shape[-2] >= A.shape[-1] else T @ _inverse(A @ T)


def _matrix_power(A: Any, n: int) -> Any:
    return np.linalg.matrix_power(_inverse(A) if n < 0 else A, abs(n))


def _correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    a, v = np.asarray(a), np.asarray(v)
    convolve: Any = np.convolve
    return convolve(a, v[::-1], mode) if len(v) <= len(a) or mode == "full" else convolve(v[::-1], a, mode)


FORMULAS: dict[str, Callable[..., Any]] = {
    "mean": _mean, "var": _variance, "std": _deviation, "nanmean": _skipping(_mean), "nanvar": _skipping(_variance),
    "nanstd": _skipping(_deviation), "vdot": lambda a, b: np.dot(np.ravel(a), np.ravel(b)), "cov": _covariance,
    "corrcoef": _correlation, "sinc": _sinc, "correlate": _correlate, "linalg.norm": _norm, "linalg.inv": _inverse,
    "linalg.vector_norm": lambda x, *, ord=2, axis=None, keepdims=False: _norm(
        np.ravel(x) if axis is None else x, ord, axis, keepdims),
    "linalg.matrix_norm": lambda x, *, ord="fro", keepdims=False: _norm(x, ord, (-2, -1), keepdims),
    "linalg.solve": _solve, "linalg.det": _determinant, "linalg.slogdet": _log_determinant,
    "linalg.cholesky": _cholesky, "linalg.pinv": _pseudo_inverse, "linalg.matrix_power": _matrix_power,
}  # fmt: skip


# --- scipy.special ----------------------------------------------------------------------------------------------------


def _smooth(f: Callable[[Any], Any], slope: Callable[[Any], Any]) -> Callable[..., Any]:
    def formula(z: Any) -> Any:
        x, y = parts(z)
        return join(f(x), moved(slope(x), y))[()]

    return formula


def _sigmoid(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return np.where(x > 0, 1, e) / (1 + e)


def _sigmoid_slope(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return e / (1 + e) ** 2


def _log_sigmoid(x: Any) -> Any:
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


def _in_double(name: str) -> Callable[[Any], Any]:
    """A function that exists in double precision only; its slope is as wide as the rest."""

    def f(x: Any) -> Any:
        import scipy.special

        return getattr(scipy.special, name)(np.asarray(x, dtype=np.float64)).astype(REAL)

    return f


def _bell(x: Any) -> Any:
    return np.exp(-x * x)


ROOT_PI = np.sqrt(REAL(4) * np.arctan(REAL(1)))


def _times_log(a: Any, b: Any, *, shift: int = 0) -> Any:
    (x, dx), (y, dy) = parts(a), parts(b)
    log = np.log1p(y) if shift else np.log(y)
    zero = x == 0
    value = np.where(zero, 0, x * np.where(zero, 0, log))
    return join(value, moved(log, dx) + moved(np.where(zero, 0, x / (y + shift)), dy))[()]


def _log_sum_exp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    if return_sign:
        raise NotImplementedError("logsumexp with its sign")
    a = np.asarray(a).astype(COMPLEX)
    largest = np.max(a.real, axis=axis, keepdims=True)
    largest = np.where(np.isfinite(largest), largest, 0)
    terms = RULES[np.exp](a - largest)
    if b is not None:
        terms = terms * b
    total = RULES[np.log](terms.sum(axis=axis, keepdims=True)) + largest
    return total if keepdims else np.squeeze(total, axis=axis)[()]


def _softmax(x: Any, axis: Any = None) -> Any:
    return RULES[np.exp](_log_softmax(x, axis))


def _log_softmax(x: Any, axis: Any = None) -> Any:
    return np.asarray(x) - _log_sum_exp(x, axis, keepdims=True)


def _entropy(x: Any) -> Any:
    return -_times_log(x, x)


def _relative(a: Any, b: Any) -> Any:
    return _times_log(a, RULES[np.divide](a, b))


SPECIAL_FORMULAS: dict[str, Callable[..., Any]] = {
    "expit": _smooth(_sigmoid, _sigmoid_slope),
    "logit": _smooth(lambda p: np.log(p) - np.log1p(-p), lambda p: 1 / (p * (1 - p))),
    "log_expit": _smooth(_log_sigmoid, lambda x: _sigmoid(-x)),
    "softplus": _smooth(lambda x: -_log_sigmoid(-x), _sigmoid),
    "erf": _smooth(_in_double("erf"), lambda x: 2 / ROOT_PI * _bell(x)),
    "erfc": _smooth(_in_double("erfc"), lambda x: -2 / ROOT_PI * _bell(x)),
    "ndtr": _smooth(_in_double("ndtr"), lambda x: _bell(x / np.sqrt(REAL(2))) / (ROOT_PI * np.sqrt(REAL(2)))),
    "gammaln": _smooth(_in_double("gammaln"), _in_double("digamma")),
    "lgamma": _smooth(_in_double("gammaln"), _in_double("digamma")),
    "gamma": _smooth(_in_double("gamma"), lambda x: _in_double("gamma")(x) * _in_double("digamma")(x)),
    "xlogy": _times_log,
    "xlog1py": lambda a, b: _times_log(a, b, shift=1),
    "entr": _entropy,
    "rel_entr": _relative,
    "kl_div": lambda a, b: _relative(a, b) - a + b,
    "logsumexp": _log_sum_exp,
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "exp10": _smooth(lambda x: np.power(REAL(10), x), lambda x: np.log(REAL(10)) * np.power(REAL(10), x)),
    **{name: RULES[getattr(np, name)] for name in ("expm1", "log1p", "exp2", "cbrt")},
}
