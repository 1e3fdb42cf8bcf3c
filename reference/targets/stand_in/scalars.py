"""A number that was taken out of an array of a kind: NumPy's own, whose comparisons the kind still hears of."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.targets.stand_in.functions import words
from reference.targets.stand_in.pattern import PATTERN

__all__ = ["scalar_class"]

ARITHMETIC = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide, "pow": np.power}
STEPPING = {"floordiv": np.floor_divide, "mod": np.remainder}
COMPARISONS = {"gt": np.greater, "ge": np.greater_equal, "lt": np.less, "le": np.less_equal,
               "eq": np.equal, "ne": np.not_equal}  # fmt: skip
METHODS = words("""
    sum mean var std max min prod argmax argmin astype reshape ravel flatten squeeze transpose clip dot any all
    cumsum repeat round nonzero conj conjugate take trace swapaxes""")


def scalar_class(kind: Any, base: Any, direct: tuple[str, ...]) -> type:
    """``direct``: the arithmetic for which NumPy's own on two numbers is right; everything else the kind is asked."""

    class Number(base):
        __slots__ = ()
        __hash__ = base.__hash__

        def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
            return kind.apply(ufunc, method, inputs, out, options)

        def __neg__(self) -> Any:
            return Number(base.__neg__(self))

        def __pos__(self) -> Any:
            return self

        def __abs__(self) -> Any:
            return kind.apply(np.absolute, "__call__", (self,), None, {})

        def __bool__(self) -> bool:
            value = kind.real(self)
            PATTERN.note_bit("truth", value != 0, value, abs(value))
            return bool(value != 0)

        def __int__(self) -> int:
            return kind.whole(self)

        __trunc__ = __int__

        def __floor__(self) -> int:
            return int(kind.real(kind.apply(np.floor, "__call__", (self,), None, {})))

        def __ceil__(self) -> int:
            return int(kind.real(kind.apply(np.ceil, "__call__", (self,), None, {})))

        def __round__(self, digits: int | None = None) -> Any:
            value = kind.functions["round"](self, digits or 0)
            return int(kind.real(value)) if digits is None else value

        def __divmod__(self, other: Any) -> Any:
            return self // other, self % other

        def __rdivmod__(self, other: Any) -> Any:
            return other // self, other % self

        def __float__(self) -> float:
            return kind.number_of(self)

        def __complex__(self) -> complex:
            return complex(kind.number_of(self))

        def __format__(self, form: str) -> str:
            return format(kind.shown(self), form)

        def __repr__(self) -> str:
            return repr(kind.shown(self))

        def __str__(self) -> str:
            return str(kind.shown(self))

        def __getitem__(self, key: Any) -> Any:
            return kind.wrap(np.asarray(kind.plain(self)))[key]

        def __deepcopy__(self, memo: Any) -> Any:
            return self

        def __copy__(self) -> Any:
            return self

        def copy(self) -> Any:
            return self

        def item(self, *index: Any) -> Any:
            return self

        def tolist(self) -> Any:
            return self

        def is_integer(self) -> bool:
            return bool(self == np.floor(kind.real(self)))

        @property
        def dtype(self) -> Any:
            return kind.dtype_of(np.dtype(base))

        @property
        def real(self) -> Any:
            return self

        @property
        def T(self) -> Any:
            return self

    Number.__name__ = base.__name__
    for name, ufunc in ARITHMETIC.items():
        if name in direct:
            setattr(Number, f"__{name}__", _direct(getattr(base, f"__{name}__"), base, Number))
            setattr(Number, f"__r{name}__", _direct(getattr(base, f"__r{name}__"), base, Number))
        else:
            setattr(Number, f"__{name}__", _asked(kind, ufunc))
            setattr(Number, f"__r{name}__", _asked(kind, ufunc, swapped=True))
    for name, ufunc in STEPPING.items():
        setattr(Number, f"__{name}__", _asked(kind, ufunc))
        setattr(Number, f"__r{name}__", _asked(kind, ufunc, swapped=True))
    for name, ufunc in COMPARISONS.items():
        setattr(Number, f"__{name}__", _compared(kind, ufunc, getattr(operator, name)))
    for name in METHODS:
        setattr(Number, name, _forwarded(kind, name))
    return Number


def _direct(operation: Callable[..., Any], base: type, number: type) -> Callable[..., Any]:
    pattern = PATTERN

    def arithmetic(self: Any, other: Any) -> Any:
        value = operation(self, other)
        if type(value) is base:
            pattern.operations += 1
            return number(value)
        return value

    return arithmetic


def _asked(kind: Any, ufunc: Any, *, swapped: bool = False) -> Callable[..., Any]:
    def arithmetic(self: Any, other: Any) -> Any:
        if isinstance(other, list | tuple | str | dict) or other is None:
            return NotImplemented
        return kind.apply(ufunc, "__call__", (other, self) if swapped else (self, other), None, {})

    return arithmetic


def _compared(kind: Any, ufunc: Any, operation: Callable[..., Any]) -> Callable[..., Any]:
    """A comparison of two numbers, without the way through arrays: the commonest switch of a loop."""
    real, name, pattern = kind.real, ufunc.__name__, PATTERN

    def comparison(self: Any, other: Any) -> Any:
        if isinstance(other, np.ndarray | list | tuple):
            return kind.apply(ufunc, "__call__", (self, other), None, {})
        if not isinstance(other, int | float | np.number | np.bool_):
            return NotImplemented
        a, b = real(self), real(other)
        outcome = operation(a, b)
        pattern.operations += 1
        if pattern.measured:
            pattern.note_bit(name, outcome, float(a - b), max(abs(float(a)), abs(float(b))))
        else:
            pattern.pending.append(bool(outcome))
        return outcome

    return comparison


def _forwarded(kind: Any, name: str) -> Callable[..., Any]:
    def method(self: Any, *arguments: Any, **options: Any) -> Any:
        return kind.wrap(getattr(kind.wrap(np.asarray(kind.plain(self))), name)(*arguments, **options))

    return method
