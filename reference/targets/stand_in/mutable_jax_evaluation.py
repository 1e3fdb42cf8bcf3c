"""A program of JAX computed by NumPy, operation by operation: nothing is compiled.

JAX has differentiated the program; what is left are some fifty primitive operations on arrays that are known.
Compiling them costs a tenth of a second and more for every new shape, computing them costs microseconds. A primitive
that is not in the table is computed by JAX.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["evaluated"]

Rule = Callable[..., Any]


def evaluated(jaxpr: Any, constants: Sequence[Any], arguments: Sequence[Any]) -> list[Any]:
    """The results of a jaxpr."""
    values: dict[Any, Any] = dict(zip(jaxpr.constvars, constants, strict=True))
    values |= zip(jaxpr.invars, arguments, strict=True)
    last = {id(v): k for k, equation in enumerate(jaxpr.eqns) for v in equation.invars}
    kept = {id(v) for v in jaxpr.outvars}

    def read(variable: Any) -> Any:
        return variable.val if hasattr(variable, "val") else values[variable]

    for k, equation in enumerate(jaxpr.eqns):
        results = _results(equation, [read(v) for v in equation.invars])
        values |= zip(equation.outvars, results, strict=True)
        for v in equation.invars:  # memory is given back when nobody reads it any more
            if last[id(v)] == k and id(v) not in kept and not hasattr(v, "val"):
                values.pop(v, None)
    return [read(v) for v in jaxpr.outvars]


def _results(equation: Any, operands: list[Any]) -> Sequence[Any]:
    name, params = equation.primitive.name, equation.params
    if name in RULES:
        result = RULES[name](*operands, **params)
        if result is not NotImplemented:
            return result if equation.primitive.multiple_results else [np.asarray(result)]
    for key in ("jaxpr", "call_jaxpr"):
        inner = params.get(key)
        if name in CALLS and inner is not None:
            closed = hasattr(inner, "consts")
            return evaluated(inner.jaxpr if closed else inner, inner.consts if closed else [], operands)
    given = equation.primitive.get_bind_params(params)
    functions, rest = given if isinstance(given, tuple) else ((), given)
    results = equation.primitive.bind(*functions, *operands, **rest)  # by JAX itself
    return [np.asarray(result) for result in (results if equation.primitive.multiple_results else [results])]


CALLS = {
    "jit",
    "pjit",
    "closed_call",
    "core_call",
    "custom_jvp_call",
    "custom_vjp_call",
    "custom_vjp_call_jaxpr",
    "remat",
    "checkpoint",
}


def _plain(function: Callable[..., Any]) -> Rule:
    return lambda *operands, **_: function(*operands)


def _scipy(name: str) -> Rule:
    def rule(*operands: Any, **_: Any) -> Any:
        import scipy.special

        return getattr(scipy.special, name)(*operands)

    return rule


def _dot_general(a: Any, b: Any, *, dimension_numbers: Any, **_: Any) -> Any:
    (contract_a, contract_b), (batch_a, batch_b) = dimension_numbers
    free_a = [k for k in range(a.ndim) if k not in (*contract_a, *batch_a)]
    free_b = [k for k in range(b.ndim) if k not in (*contract_b, *batch_b)]
    batch = tuple(a.shape[k] for k in batch_a)
    inner = _size(a, contract_a)
    left = np.transpose(a, (*batch_a, *free_a, *contract_a)).reshape((*batch, _size(a, free_a), inner))
    right = np.transpose(b, (*batch_b, *contract_b, *free_b)).reshape((*batch, inner, _size(b, free_b)))
    return (left @ right).reshape((*batch, *(a.shape[k] for k in free_a), *(b.shape[k] for k in free_b)))


def _size(a: Any, axes: Sequence[int]) -> int:
    return math.prod(a.shape[k] for k in axes)


def _broadcast_in_dim(x: Any, *, shape: Any, broadcast_dimensions: Any, **_: Any) -> Any:
    if np.ndim(x) == 0:
        return np.broadcast_to(x, shape)
    apart = [1] * len(shape)
    for k, axis in enumerate(broadcast_dimensions):
        apart[axis] = x.shape[k]
    return np.broadcast_to(np.reshape(x, apart), shape)


def _reshape(x: Any, *, new_sizes: Any, dimensions: Any = None, **_: Any) -> Any:
    return np.reshape(x if dimensions is None else np.transpose(x, dimensions), new_sizes)


def _slice(x: Any, *, start_indices: Any, limit_indices: Any, strides: Any, **_: Any) -> Any:
    strides = strides or [1] * len(start_indices)
    return x[tuple(map(slice, start_indices, limit_indices, strides))]


def _pad(x: Any, fill: Any, *, padding_config: Any, **_: Any) -> Any:
    """Apart by what is within; then the edges, which are cut off where they are negative."""
    apart = [n + max(0, n - 1) * within for n, (_, _, within) in zip(x.shape, padding_config, strict=True)]
    spread = np.full(apart, fill, dtype=x.dtype)
    spread[tuple(slice(None, None, within + 1) for _, _, within in padding_config)] = x
    edges = [(max(0, low), max(0, high)) for low, high, _ in padding_config]
    padded = np.pad(spread, edges, constant_values=fill) if edges else spread
    return padded[
        tuple(
            slice(max(0, -low), n - max(0, -high))
            for n, (low, high, _) in zip(padded.shape, padding_config, strict=True)
        )
    ]


def _in_bounds(index: Any, batching: Any, mode: Any) -> bool:
    return index.shape[-1:] == (1,) and not batching and "PROMISE_IN_BOUNDS" in str(mode)


def _gather(x: Any, index: Any, *, dimension_numbers: Any, mode: Any = None, **_: Any) -> Any:
    """Of a vector, by positions that are there."""
    d = dimension_numbers
    simple = x.ndim == 1 and not d.offset_dims and d.collapsed_slice_dims == (0,)
    return x[index[..., 0]] if simple and _in_bounds(index, d.operand_batching_dims, mode) else NotImplemented


def _scatter_add(x: Any, index: Any, updates: Any, *, dimension_numbers: Any, mode: Any = None, **_: Any) -> Any:
    d = dimension_numbers
    simple = x.ndim == 1 and not d.update_window_dims and d.inserted_window_dims == (0,) and x.dtype == np.float64
    if not simple or not _in_bounds(index, d.operand_batching_dims, mode):
        return NotImplemented
    if not x.size:
        return x
    return x + np.bincount(index[..., 0].ravel(), weights=np.ravel(updates), minlength=x.size)


def _split(x: Any, *, sizes: Sequence[int], axis: int, **_: Any) -> list[Any]:
    return np.split(x, np.cumsum(sizes)[:-1], axis=axis)


def _reduced(ufunc: np.ufunc) -> Rule:
    return lambda x, *, axes, **_: ufunc.reduce(x, axis=tuple(axes))


def _accumulated(ufunc: np.ufunc) -> Rule:
    def rule(x: Any, *, axis: int, reverse: bool = False, **_: Any) -> Any:
        return (
            np.flip(ufunc.accumulate(np.flip(x, axis), axis=axis), axis) if reverse else ufunc.accumulate(x, axis=axis)
        )

    return rule


def _select(which: Any, *cases: Any, **_: Any) -> Any:
    if np.asarray(which).dtype == bool:
        return np.where(which, cases[1], cases[0])
    return np.choose(which, cases) if len(cases) < 32 else NotImplemented


def _iota(*_: Any, dtype: Any, shape: Any, dimension: int, **__: Any) -> NDArray:
    apart = [1] * len(shape)
    apart[dimension] = shape[dimension]
    return np.broadcast_to(np.arange(shape[dimension], dtype=dtype).reshape(apart), shape)


def _power_of(x: Any, *, y: int, **_: Any) -> Any:
    return np.asarray(x) ** float(y)


UNARY: dict[str, Callable[..., Any]] = {
    "neg": np.negative, "exp": np.exp, "exp2": np.exp2, "log": np.log, "log1p": np.log1p, "expm1": np.expm1,
    "tanh": np.tanh, "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin, "acos": np.arccos,
    "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "asinh": np.arcsinh, "acosh": np.arccosh,
    "atanh": np.arctanh, "sqrt": np.sqrt, "cbrt": np.cbrt, "abs": np.abs, "sign": np.sign, "floor": np.floor,
    "ceil": np.ceil, "square": np.square, "is_finite": np.isfinite, "not": np.logical_not, "copy": np.asarray,
    "copy_p": np.asarray, "stop_gradient": np.asarray, "real": np.real, "rsqrt": lambda x: 1 / np.sqrt(x),
}  # fmt: skip
BINARY: dict[str, Callable[..., Any]] = {
    "add": np.add, "add_any": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.true_divide,
    "max": np.maximum, "min": np.minimum, "pow": np.power, "atan2": np.arctan2, "eq": np.equal,
    "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
    "and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor,
}  # fmt: skip
RULES: dict[str, Rule] = {
    **{name: _plain(function) for name, function in {**UNARY, **BINARY}.items()},
    "div": lambda a, b, **_: np.true_divide(a, b) if np.asarray(a).dtype.kind == "f" else NotImplemented,
    "not": lambda x, **_: np.invert(x),
    "logistic": _scipy("expit"), "erf": _scipy("erf"), "erfc": _scipy("erfc"), "lgamma": _scipy("gammaln"),
    "digamma": _scipy("digamma"), "integer_pow": _power_of,
    "clamp": lambda low, x, high, **_: np.minimum(np.maximum(x, low), high),
    "convert_element_type": lambda x, *, new_dtype, **_: np.asarray(x).astype(new_dtype),
    "reduce_sum": _reduced(np.add), "reduce_max": _reduced(np.maximum), "reduce_min": _reduced(np.minimum),
    "reduce_prod": _reduced(np.multiply), "reduce_and": _reduced(np.logical_and), "reduce_or": _reduced(np.logical_or),
    "cumsum": _accumulated(np.add), "cumprod": _accumulated(np.multiply), "cummax": _accumulated(np.maximum),
    "dot_general": _dot_general, "broadcast_in_dim": _broadcast_in_dim,
    "reshape": _reshape,
    "squeeze": lambda x, *, dimensions, **_: np.squeeze(x, tuple(dimensions)),
    "expand_dims": lambda x, *, dimensions, **_: np.expand_dims(x, tuple(dimensions)),
    "transpose": lambda x, *, permutation, **_: np.transpose(x, permutation),
    "rev": lambda x, *, dimensions, **_: np.flip(x, tuple(dimensions)),
    "concatenate": lambda *parts, dimension, **_: np.concatenate(parts, axis=dimension),
    "slice": _slice, "pad": _pad, "gather": _gather, "scatter-add": _scatter_add, "scatter_add": _scatter_add,
    "select_n": _select, "iota": _iota, "split": _split,
}  # fmt: skip
