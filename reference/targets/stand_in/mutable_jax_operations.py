"""The arithmetic that is recorded, as one table: what NumPy computes at once, and what JAX differentiates later.

``entrywise`` operations broadcast their operands and make each element from the elements at the same place; the others
see whole arrays. Static parameters follow the operands. ``jax`` is handed in, since it is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

__all__ = ["OPERATIONS", "Operation", "special_value"]


class Operation(NamedTuple):
    """``value(*operands, *static)`` by NumPy; ``traced(jax, *operands, *static)`` by JAX."""

    value: Callable[..., Any]
    traced: Callable[..., Any]
    entrywise: bool


def special_value(name: str) -> Callable[..., Any]:
    """A function of ``scipy.special``."""

    def value(*operands: Any, **options: Any) -> Any:
        import scipy.special

        return getattr(scipy.special, name)(*operands, **options)

    return value


def _lax(name: str) -> Callable[..., Any]:
    return lambda jax, *operands: getattr(jax.lax, name)(*operands)


def _jnp(name: str) -> Callable[..., Any]:
    return lambda jax, *operands: getattr(jax.numpy, name)(*operands)


def _scipy(name: str) -> Callable[..., Any]:
    return lambda jax, *operands: getattr(jax.scipy.special, name)(*operands)


def _power(jax: Any, x: Any, y: Any) -> Any:
    return jax.numpy.power(x, y)


def _constant_power(jax: Any, x: Any, exponent: float) -> Any:
    whole = float(exponent).is_integer() and abs(exponent) < 2**31
    return jax.lax.integer_pow(x, int(exponent)) if whole else jax.lax.pow(x, x * 0 + exponent)


ENTRYWISE: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "add": (np.add, _lax("add")),
    "subtract": (np.subtract, _lax("sub")),
    "multiply": (np.multiply, _lax("mul")),
    "divide": (np.divide, _lax("div")),
    "negative": (np.negative, _lax("neg")),
    "power": (np.power, _power),
    "constant_power": (np.power, _constant_power),
    "square": (np.square, _lax("square")),
    "reciprocal": (np.reciprocal, _jnp("reciprocal")),
    "sqrt": (np.sqrt, _lax("sqrt")),
    "cbrt": (np.cbrt, _lax("cbrt")),
    "exp": (np.exp, _lax("exp")),
    "exp2": (np.exp2, _jnp("exp2")),
    "expm1": (np.expm1, _lax("expm1")),
    "log": (np.log, _lax("log")),
    "log2": (np.log2, _jnp("log2")),
    "log10": (np.log10, _jnp("log10")),
    "log1p": (np.log1p, _lax("log1p")),
    "logaddexp": (np.logaddexp, _jnp("logaddexp")),
    "logaddexp2": (np.logaddexp2, _jnp("logaddexp2")),
    "sin": (np.sin, _lax("sin")),
    "cos": (np.cos, _lax("cos")),
    "tan": (np.tan, _lax("tan")),
    "arcsin": (np.arcsin, _lax("asin")),
    "arccos": (np.arccos, _lax("acos")),
    "arctan": (np.arctan, _lax("atan")),
    "arctan2": (np.arctan2, _lax("atan2")),
    "hypot": (np.hypot, _jnp("hypot")),
    "sinh": (np.sinh, _lax("sinh")),
    "cosh": (np.cosh, _lax("cosh")),
    "tanh": (np.tanh, _lax("tanh")),
    "arcsinh": (np.arcsinh, _lax("asinh")),
    "arccosh": (np.arccosh, _lax("acosh")),
    "arctanh": (np.arctanh, _lax("atanh")),
    "sinc": (np.sinc, _jnp("sinc")),
    "expit": (special_value("expit"), _lax("logistic")),
    "log_expit": (special_value("log_expit"), lambda jax, x: -jax.numpy.logaddexp(-x, 0.0)),
    "log_ndtr": (special_value("log_ndtr"), _scipy("log_ndtr")),
    "logit": (special_value("logit"), _scipy("logit")),
    "erf": (special_value("erf"), _lax("erf")),
    "erfc": (special_value("erfc"), _lax("erfc")),
    "gammaln": (special_value("gammaln"), _lax("lgamma")),
    "digamma": (special_value("digamma"), _lax("digamma")),
    "xlogy": (special_value("xlogy"), _scipy("xlogy")),
    "xlog1py": (special_value("xlog1py"), _scipy("xlog1py")),
}


def _reduced(name: str) -> Operation:
    def traced(jax: Any, x: Any, axis: Any, keepdims: bool) -> Any:
        return getattr(jax.numpy, name)(x, axis=axis, keepdims=keepdims)

    return Operation(lambda x, axis, keepdims: getattr(np, name)(x, axis=axis, keepdims=keepdims), traced, False)


def _spread(name: str) -> Operation:
    def traced(jax: Any, x: Any, axis: Any, ddof: float, keepdims: bool) -> Any:
        return getattr(jax.numpy, name)(x, axis=axis, ddof=ddof, keepdims=keepdims)

    def value(x: Any, axis: Any, ddof: float, keepdims: bool) -> Any:
        return getattr(np, name)(x, axis=axis, ddof=ddof, keepdims=keepdims)

    return Operation(value, traced, False)


def _along(name: str) -> Operation:
    return Operation(
        lambda x, axis: getattr(np, name)(x, axis=axis),
        lambda jax, x, axis: getattr(jax.numpy, name)(x, axis=axis),
        False,
    )


def _whole(name: str) -> Operation:
    return Operation(getattr(np, name), _jnp(name), False)


def _linear(name: str) -> Operation:
    return Operation(getattr(np.linalg, name), lambda jax, *operands: getattr(jax.numpy.linalg, name)(*operands), False)


def _softened(name: str, traced: str) -> Operation:
    return Operation(
        lambda x, axis: special_value(name)(x, axis=axis),
        lambda jax, x, axis: getattr(jax.nn, traced)(x, axis=axis),
        False,
    )


def _sum_of_exponentials() -> Operation:
    def traced(jax: Any, x: Any, axis: Any, keepdims: bool) -> Any:
        return jax.nn.logsumexp(x, axis=axis, keepdims=keepdims)

    return Operation(lambda x, axis, k: special_value("logsumexp")(x, axis=axis, keepdims=k), traced, False)


def _einsum() -> Operation:
    return Operation(
        lambda *given: np.einsum(given[-1], *given[:-1]),
        lambda jax, *given: jax.numpy.einsum(given[-1], *given[:-1]),
        False,
    )


def _added_at() -> Operation:
    """``base`` with ``values`` added at positions that may repeat."""

    def value(base: Any, values: Any, positions: tuple[int, ...]) -> Any:
        result = base.copy()
        np.add.at(result, np.array(positions, dtype=np.int64), values)
        return result

    def traced(jax: Any, base: Any, values: Any, positions: tuple[int, ...]) -> Any:
        where = jax.lax.ScatterDimensionNumbers(
            update_window_dims=(), inserted_window_dims=(0,), scatter_dims_to_operand_dims=(0,)
        )
        index = np.array(positions, dtype=np.int64)[:, None]
        mode = jax.lax.GatherScatterMode.PROMISE_IN_BOUNDS
        return jax.lax.scatter_add(base, index, values, where, mode=mode)

    return Operation(value, traced, False)


OPERATIONS: dict[str, Operation] = {
    **{name: Operation(value, traced, True) for name, (value, traced) in ENTRYWISE.items()},
    **{name: _reduced(name) for name in ("sum", "mean", "prod", "nansum", "nanmean", "nanprod")},
    **{name: _spread(name) for name in ("var", "std", "nanvar", "nanstd")},
    **{name: _along(name) for name in ("cumsum", "cumprod")},
    **{name: _whole(name) for name in ("matmul", "dot", "inner", "tensordot", "interp")},
    **{name: _linear(name) for name in ("inv", "det", "solve", "cholesky", "pinv")},
    "softmax": _softened("softmax", "softmax"),
    "log_softmax": _softened("log_softmax", "log_softmax"),
    "logsumexp": _sum_of_exponentials(),
    "einsum": _einsum(),
    "added_at": _added_at(),
}
