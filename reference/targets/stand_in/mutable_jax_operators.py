"""The operators of an array that JAX can differentiate through: the functions of NumPy that Python means by them."""

from __future__ import annotations

import operator
from typing import Any

from reference.targets.stand_in.mutable_jax import FUNCTIONS, MutableArray, made
from reference.targets.stand_in.mutable_jax_noting import noted_as

__all__ = ["give_operators"]

BINARY = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide",
    "mod": "remainder", "pow": "power", "matmul": "matmul", "and": "bitwise_and", "or": "bitwise_or",
    "xor": "bitwise_xor", "lshift": "left_shift", "rshift": "right_shift", "divmod": "divmod",
}  # fmt: skip
COMPARING = ("lt", "le", "gt", "ge", "eq", "ne")
UNARY = {"neg": "negative", "pos": "positive", "abs": "absolute", "invert": "invert"}


def give_operators() -> None:
    """Set them on the class."""
    for python, name in BINARY.items():
        for form, function in zip(("__{}__", "__r{}__", "__i{}__"), _operator(name), strict=True):
            setattr(MutableArray, form.format(python), function)
    for python in COMPARING:
        setattr(MutableArray, f"__{python}__", _comparison(getattr(operator, python)))
    for python, name in UNARY.items():
        setattr(MutableArray, f"__{python}__", _unary(name))
    for python, function in {"bool": bool, "int": int, "trunc": int}.items():
        setattr(MutableArray, f"__{python}__", _asked(function))


def _is_foreign(other: Any) -> bool:
    return other is None or isinstance(other, str | dict)


def _operator(name: str) -> tuple[Any, Any, Any]:
    def forward(self: MutableArray, other: Any) -> Any:
        return NotImplemented if _is_foreign(other) else FUNCTIONS[name](self, other)

    def reflected(self: MutableArray, other: Any) -> Any:
        return NotImplemented if _is_foreign(other) else FUNCTIONS[name](other, self)

    def in_place(self: MutableArray, other: Any) -> Any:
        return NotImplemented if _is_foreign(other) else self.written(FUNCTIONS[name](self, other))

    return forward, reflected, in_place


def _comparison(compare: Any) -> Any:
    def compared(self: MutableArray, other: Any) -> Any:
        if _is_foreign(other):
            return compare is operator.ne if compare in (operator.eq, operator.ne) else NotImplemented
        return made(noted_as(compare, self, other))

    return compared


def _unary(name: str) -> Any:
    return lambda self: FUNCTIONS[name](self)


def _asked(function: Any) -> Any:
    """A step, whose derivative is 0."""
    return lambda self: noted_as(function, self)
