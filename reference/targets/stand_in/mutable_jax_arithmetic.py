"""Arithmetic that makes new elements: NumPy computes it at once, the tape keeps it for JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.mutable_jax import is_ours, made, values_of
from reference.targets.stand_in.mutable_jax_operations import OPERATIONS
from reference.targets.stand_in.mutable_jax_tape import Operand, current_tape

__all__ = ["ARITHMETIC", "arithmetic", "into", "static"]

Function = Callable[..., Any]


def arithmetic(name: str, *operands: Any, given: tuple[Any, ...] = ()) -> Any:
    """An operation of the table; ``given``: its static parameters."""
    pairs = [values_of(operand) for operand in operands]
    numbers = [o if isinstance(o, int | float) else v for o, (v, _) in zip(operands, pairs, strict=True)]
    value = OPERATIONS[name].value(*numbers, *given)
    tape = current_tape()
    if not any(tape.is_traced(labels) for _, labels in pairs):
        return made(value)
    array = np.asarray(value)
    if array.dtype != np.float64:
        raise Refused(f"{name} with a result of {array.dtype}")
    return made(value, tape.step(name, given, [Operand(*pair) for pair in pairs], array))


def into(result: Any, out: Any = None, where: Any = True) -> Any:
    """A result written where ``out`` says, and only ``where`` it is wanted."""
    out = out[0] if isinstance(out, tuple) else out
    if out is None:
        if where is not True:
            raise Refused("where= without out=")
        return result
    if where is True:
        out[...] = result
    else:
        mask = np.broadcast_to(values_of(where)[0], out.shape)
        values, labels = values_of(result)
        out[mask] = made(
            np.broadcast_to(values, out.shape), None if labels is None else np.broadcast_to(labels, out.shape)
        )[mask]
    return out


def static(axis: Any) -> Any:
    """An axis, or several, that can be looked up."""
    if axis is None:
        return None
    if np.ndim(values_of(axis)[0]):
        return tuple(static(a) for a in axis)
    return int(axis)


def _entrywise(name: str) -> Function:
    def function(*operands: Any, out: Any = None, where: Any = True, **options: Any) -> Any:
        many = _arity(name)
        return into(arithmetic(name, *operands[:many]), operands[many] if len(operands) > many else out, where)

    return function


def _arity(name: str) -> int:
    value = OPERATIONS[name].value
    return value.nin if isinstance(value, np.ufunc) else 1


def power(base: Any, exponent: Any, out: Any = None, where: Any = True, **options: Any) -> Any:
    """A constant exponent is a parameter: a negative base has a derivative by the base alone."""
    constant = exponent.value[()] if is_ours(exponent) and not exponent.is_traced() else exponent
    if isinstance(constant, int | float | np.number) and not isinstance(constant, bool):
        return into(arithmetic("constant_power", base, given=(constant,)), out, where)
    return into(arithmetic("power", base, exponent), out, where)


def _reduction(name: str) -> Function:
    def function(
        a: Any,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        keepdims: Any = False,
        initial: Any = None,
        where: Any = True,
    ) -> Any:
        if where is not True:
            a = (
                made(*_only(a, where, 1.0 if name == "prod" else 0.0))
                if name in ("sum", "prod")
                else _refused(f"{name}(where=…)")
            )
        if not is_ours(a):
            a = made(*values_of(a))
        if not a.is_traced():
            result = made(getattr(np, name)(a.value if is_ours(a) else a, axis=static(axis), keepdims=bool(keepdims)))
        else:
            result = arithmetic(name, a, given=(static(axis), bool(keepdims)))
        if initial is not None:
            result = arithmetic("multiply" if name == "prod" else "add", result, initial)
        return into(result, out)

    return function


def _only(a: Any, where: Any, rest: float) -> tuple[Any, Any]:
    values, labels = values_of(a)
    mask = np.broadcast_to(values_of(where)[0], values.shape)
    return np.where(mask, values, rest), None if labels is None else np.where(mask, labels, 0)


def _refused(what: str) -> Any:
    raise Refused(what)


def _spread(name: str) -> Function:
    def function(
        a: Any,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        ddof: float = 0,
        keepdims: Any = False,
        **options: Any,
    ) -> Any:
        if options:
            raise Refused(f"{name}({', '.join(options)}=…)")
        return into(arithmetic(name, a, given=(static(axis), ddof, bool(keepdims))), out)

    return function


def _running(name: str) -> Function:
    def function(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        return into(arithmetic(name, a, given=(static(axis),)), out)

    return function


def _product(name: str) -> Function:
    def function(a: Any, b: Any, out: Any = None, **options: Any) -> Any:
        return into(arithmetic(name, a, b), out)

    return function


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """The sum over pairs of axes."""
    return arithmetic(
        "tensordot", a, b, given=(static(axes) if np.ndim(axes) == 0 else tuple(static(x) for x in axes),)
    )


def einsum(subscripts: Any, *operands: Any, out: Any = None, optimize: Any = None, **options: Any) -> Any:
    """By a text of subscripts."""
    if not isinstance(subscripts, str):
        raise Refused("einsum by lists of axes")
    return into(arithmetic("einsum", *operands, given=(subscripts.replace(" ", ""),)), out)


def vdot(a: Any, b: Any) -> Any:
    """The sum of products of all entries."""
    (a, x), (b, y) = values_of(a), values_of(b)
    return arithmetic(
        "dot", made(a.ravel(), None if x is None else x.ravel()), made(b.ravel(), None if y is None else y.ravel())
    )


def outer(a: Any, b: Any, out: Any = None) -> Any:
    """Every product of an entry and an entry."""
    (a, x), (b, y) = values_of(a), values_of(b)
    rows = made(a.reshape(-1, 1), None if x is None else x.reshape(-1, 1))
    return into(arithmetic("multiply", rows, made(b.reshape(1, -1), None if y is None else y.reshape(1, -1))), out)


def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """Of two sequences, as the sum of products along the diagonals of their outer product."""
    table = outer(a, v)
    n, m = table.shape
    positions = tuple(int(k) for k in np.add.outer(np.arange(n), np.arange(m)).ravel())
    whole = arithmetic("added_at", np.zeros(n + m - 1), table.reshape(-1), given=(positions,))
    long, short = max(n, m), min(n, m)
    start = {"full": 0, "same": (short - 1) // 2, "valid": short - 1}[mode]
    return whole[start : start + {"full": n + m - 1, "same": long, "valid": long - short + 1}[mode]]


def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """``convolve`` with the second one turned round."""
    values, labels = values_of(v)
    return convolve(a, made(values[::-1], None if labels is None else labels[::-1]), mode)


def _linear(name: str) -> Function:
    return lambda *operands: arithmetic(name, *operands)


_ENTRYWISE = {name: _entrywise(name) for name, operation in OPERATIONS.items() if operation.entrywise}
ARITHMETIC: dict[str, Function] = {
    **_ENTRYWISE,
    **{name: _reduction(name) for name in ("sum", "mean", "prod", "nansum", "nanmean", "nanprod")},
    **{name: _spread(name) for name in ("var", "std", "nanvar", "nanstd")},
    **{name: _running(name) for name in ("cumsum", "cumprod")},
    **{name: _product(name) for name in ("matmul", "dot", "inner")},
    "true_divide": _ENTRYWISE["divide"], "power": power, "pow": power, "float_power": power, "tensordot": tensordot,
    "einsum": einsum, "vdot": vdot, "outer": outer, "convolve": convolve, "correlate": correlate,
    "product": _reduction("prod"), "cumproduct": _running("cumprod"),
}  # fmt: skip
