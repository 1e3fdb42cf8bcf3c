"""The array of a kind: NumPy's own, views and writes in place included, whose operations the kind hears of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from reference.targets.stand_in.functions import words
from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.pattern import PATTERN

__all__ = ["array_class"]

BY_FUNCTION = words("""
    mean var std max min argmax argmin sum prod cumsum cumprod clip round sort argsort any all nonzero trace ptp
    dot searchsorted partition argpartition choose compress repeat take put conj conjugate diagonal""")
IN_PLACE = ("sort", "partition")


class Anyone(type):
    """``isinstance(x, np.ndarray)`` is true of a plain array too."""

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, np.ndarray)

    def __eq__(cls, other: Any) -> bool:
        return other is cls or other is np.ndarray

    def __hash__(cls) -> int:
        return hash(np.ndarray)


def array_class(kind: Any) -> type[np.ndarray]:
    """The class of a kind's arrays. What leaves one of them is wrapped by the kind."""
    getitem, setitem, view = np.ndarray.__getitem__, np.ndarray.__setitem__, np.ndarray.view
    real_dtype = np.ndarray.dtype.__get__
    scalars, pattern = kind.scalars, PATTERN

    class ndarray(np.ndarray, metaclass=Anyone):
        def __new__(cls, *arguments: Any, **options: Any) -> Any:
            return kind.wrap(kind.functions["empty"](*arguments, **options))

        def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
            return kind.apply(ufunc, method, inputs, out, options)

        def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
            module = function.__module__.replace("numpy", "", 1).lstrip(".")
            name = f"{module}.{function.__name__}" if module else function.__name__
            if name not in kind.functions:
                raise Refused(f"{name} of NumPy is not on the list of the stand-in")
            return kind.functions[name](*arguments, **options)

        def __getitem__(self, key: Any) -> Any:
            pattern.touched += 1
            value = getitem(self, key)
            scalar = scalars.get(type(value))
            return value if scalar is None else scalar(value)

        def __setitem__(self, key: Any, value: Any) -> None:
            pattern.touched += 1
            setitem(self, key, kind.fitting(value, real_dtype(self)))

        def __contains__(self, value: Any) -> bool:
            return bool((self == value).any())

        def __bool__(self) -> bool:
            return bool(self.astype(bool).view(np.ndarray))

        def __int__(self) -> int:
            return int(self.item())

        def __float__(self) -> float:
            return kind.number_of(self.item())

        def __complex__(self) -> complex:
            return complex(kind.number_of(self.item()))

        def __round__(self, digits: int = 0) -> Any:
            return kind.functions["round"](self, digits)

        def __format__(self, form: str) -> str:
            return format(kind.shown(self), form)

        def __repr__(self) -> str:
            return repr(kind.shown(self))

        def __str__(self) -> str:
            return str(kind.shown(self))

        def __deepcopy__(self, memo: Any) -> Any:
            return self.copy()

        def __reduce__(self) -> Any:
            return kind.lift, (np.array(kind.shown(self)),)

        @property
        def dtype(self) -> Any:
            return kind.dtype_of(real_dtype(self))

        @property  # type: ignore[misc]
        def real(self) -> Any:
            return self

        @property  # type: ignore[misc]
        def imag(self) -> Any:
            raise Refused("imag is not on the list of the stand-in")

        @property
        def ctypes(self) -> Any:
            raise Refused("ctypes of an array is not on the list of the stand-in: what is compiled sees no derivative")

        @property
        def flat(self) -> Any:
            return Flat(self)

        @flat.setter
        def flat(self, value: Any) -> None:
            Flat(self)[:] = value

        def item(self, *index: Any) -> Any:
            if index:
                return self[np.unravel_index(index[0], self.shape)] if len(index) == 1 else self[index]
            if self.size != 1:
                raise ValueError("can only convert an array of size 1 to a Python scalar")
            value = getitem(view(self, np.ndarray), (0,) * self.ndim)
            scalar = scalars.get(type(value))
            return value.item() if scalar is None else scalar(value)

        def tolist(self) -> Any:
            return [v.tolist() for v in self] if self.ndim else self.item()

        def astype(self, dtype: Any, *arguments: Any, **options: Any) -> Any:
            return kind.cast(self, dtype)

        def view(self, *arguments: Any, **options: Any) -> Any:
            wanted = arguments[0] if arguments else options.get("dtype", options.get("type"))
            if wanted in (None, np.ndarray, ndarray) or options:
                return view(self, np.ndarray) if wanted is np.ndarray else view(self)
            if np.dtype(kind.dtype(wanted)) == real_dtype(self):
                return view(self)
            raise Refused("view of another dtype is not on the list of the stand-in")

        def fill(self, value: Any) -> None:
            self[...] = value

        def sort(self, axis: int = -1, **options: Any) -> None:  # type: ignore[override]
            self[...] = kind.functions["sort"](self, axis=axis)

    def method(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda self, *arguments, **options: function(self, *arguments, **options)

    for name in BY_FUNCTION:
        if name not in IN_PLACE:
            setattr(ndarray, name, method(kind.functions[name]))

    class Flat:
        """``x.flat``: reads wrapped, writes into ``x``."""

        def __init__(self, of: Any) -> None:
            self.of, self.inner = of, np.ndarray.flat.__get__(view(of, np.ndarray))

        def __getitem__(self, key: Any) -> Any:
            return kind.wrap(self.inner[key])

        def __setitem__(self, key: Any, value: Any) -> None:
            self.inner[key] = kind.plain(kind.fitting(value, real_dtype(self.of)))

        def __iter__(self) -> Iterator[Any]:
            return map(kind.wrap, self.inner)

        def __len__(self) -> int:
            return int(self.of.size)

        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            return np.array(self.inner)

    return ndarray


def counted() -> None:
    """One more call of NumPy."""
    PATTERN.operations += 1
