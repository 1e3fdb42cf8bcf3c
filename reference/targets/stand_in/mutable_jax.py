"""An array that a stranger's code may write into, and that JAX can differentiate through.

It is two arrays of NumPy that move together: the values, which are known, and the labels, which say of each element
which step of arithmetic made it (``mutable_jax_tape``). An index, a view, a write into a slice or through a mask does
to the labels what it does to the values, so NumPy itself decides what is a view of what, and what ``if`` and loops see
is concrete. Arithmetic makes new labels and is recorded.

Integers, booleans and whole constants have values only, as far as no derivative can be lost by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.mutable_jax_flat import FlatPlaces
from reference.targets.stand_in.mutable_jax_tape import CONSTANT, current_tape, labels_like

__all__ = ["FUNCTIONS", "MutableArray", "MutableNumber", "concrete", "is_ours", "made", "values_of"]

FUNCTIONS: dict[str, Any] = {}  # of NumPy, by name: what operators and methods are made of

BY_FUNCTION = """all any argmax argmin argsort clip cumprod cumsum diagonal dot max mean min nonzero prod ptp ravel
    repeat round searchsorted squeeze std sum swapaxes take trace var compress"""  # x.name(…) is np.name(x, …)
METHODS = frozenset(BY_FUNCTION.split())


class Exactly(type):
    """A number is no instance of the class of arrays."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return type(instance) is cls


class MutableArray(metaclass=Exactly):
    """In the place of ``numpy.ndarray``."""

    __slots__ = ("labels", "value")
    __array_ufunc__ = None  # an array of NumPy itself leaves operators to us
    __hash__ = None  # type: ignore[assignment]

    value: NDArray
    labels: NDArray | None  # None: whole numbers and truth values
    scalar = False  # one number, as a reduction to one makes it: never written into

    def __new__(cls, shape: Any = (), dtype: Any = float, *args: Any, **options: Any) -> MutableArray:
        """As ``numpy.ndarray(shape)`` makes one."""
        return FUNCTIONS["empty"](shape, dtype)

    # --- what it is ---------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    @shape.setter
    def shape(self, shape: Any) -> None:
        self.value.shape = shape
        if self.labels is not None:
            self.labels.shape = shape

    @property
    def T(self) -> MutableArray:
        return FUNCTIONS["transpose"](self)

    @property
    def mT(self) -> MutableArray:
        return FUNCTIONS["matrix_transpose"](self)

    @property
    def flat(self) -> MutableArray | FlatPlaces:
        return self.reshape(-1) if self.value.flags.c_contiguous else FlatPlaces(self)

    @property
    def real(self) -> MutableArray:
        return self

    def __len__(self) -> int:
        return len(self.value)

    def __repr__(self) -> str:
        return repr(self.value[()] if self.scalar else self.value)

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(self.value[()] if self.ndim == 0 else self.value, spec)

    def __getattr__(self, name: str) -> Any:
        if name in METHODS:
            return partial(FUNCTIONS[name], self)
        if hasattr(np.ndarray, name) and not name.startswith("__"):
            raise Refused(f"ndarray.{name}")
        raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")

    # --- what leaves us -----------------------------------------------------------------------------------------

    def is_traced(self) -> bool:
        """Does it depend on a primal?"""
        return current_tape().is_traced(self.labels)

    def _plain(self, by: str) -> NDArray:
        if self.is_traced():
            raise Refused(f"{by} of a number that depends on what is differentiated by")
        return self.value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray:
        value = self._plain("an array of NumPy's own")
        return np.array(value, dtype=dtype, copy=True)

    def __float__(self) -> float:
        return float(self._plain("float()"))

    def __complex__(self) -> complex:
        return complex(self._plain("complex()"))

    def __index__(self) -> int:
        return self.value.__index__()

    def __round__(self, digits: int | None = None) -> Any:
        rounded = FUNCTIONS["round"](self, digits or 0)
        return int(rounded.value) if digits is None else rounded

    def __contains__(self, item: Any) -> bool:
        return bool(FUNCTIONS["any"](self == item))

    def __iter__(self) -> Iterator[Any]:
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[k] for k in range(len(self)))

    def item(self, *index: Any) -> Any:
        if not index:
            if self.size != 1:
                raise ValueError("can only convert an array of size 1 to a Python scalar")
            return self.reshape(-1)[0]
        if len(index) == 1 and not isinstance(index[0], tuple):
            return self.reshape(-1)[index[0]]
        return self[index[0] if isinstance(index[0], tuple) else index]

    def tolist(self) -> Any:
        if self.value.dtype.kind != "f":
            return self.value.tolist()
        return [a.tolist() for a in self] if self.ndim > 1 else list(self) if self.ndim else self

    # --- views, copies and writes -------------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Any:
        key = concrete(key)
        labels = None if self.labels is None else self.labels[key]
        return made(self.value[key], labels)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._writable()
        key = concrete(key)
        values, labels = values_of(value)
        if self.labels is None:
            if current_tape().is_traced(labels):
                raise Refused(f"an array of {self.dtype} is given a number that depends on what is differentiated by")
            self.value[key] = values
            return
        self.value[key] = values
        self.labels[key] = CONSTANT if labels is None else labels

    def _writable(self) -> None:
        if self.scalar:
            raise TypeError("'numpy.float64' object does not support item assignment")

    def copy(self, order: Any = "C") -> MutableArray:
        return made(
            self.value.copy(order), None if self.labels is None else self.labels.copy(order), scalar=self.scalar
        )

    def __copy__(self) -> MutableArray:
        return self.copy("K")

    def __deepcopy__(self, memo: Any) -> MutableArray:
        return self.copy("K")

    def __reduce__(self) -> Any:
        raise Refused("pickling an array")

    def reshape(self, *shape: Any, order: Any = "C", copy: Any = None) -> MutableArray:
        return FUNCTIONS["reshape"](self, shape[0] if len(shape) == 1 else shape, order)

    def transpose(self, *axes: Any) -> MutableArray:
        given = axes[0] if len(axes) == 1 else axes or None
        return FUNCTIONS["transpose"](self, given)

    def flatten(self, order: Any = "C") -> MutableArray:
        return FUNCTIONS["ravel"](self, order).copy()

    def view(self, dtype: Any = None) -> MutableArray:
        if dtype is not None and dtype is not MutableArray:
            raise Refused("ndarray.view with a type")
        return self[...]

    def fill(self, value: Any) -> None:
        self[...] = value

    def put(self, indices: Any, values: Any) -> None:
        FUNCTIONS["put"](self, indices, values)

    def sort(self, axis: int = -1, **options: Any) -> None:
        self[...] = FUNCTIONS["sort"](self, axis, **options)

    def resize(self, *shape: Any, refcheck: bool = True) -> None:
        raise Refused("ndarray.resize")

    def astype(self, dtype: Any, *args: Any, copy: bool = True, **options: Any) -> Any:
        return FUNCTIONS["astype"](self, dtype, copy=copy)

    def conj(self) -> MutableArray:
        return self.copy()

    conjugate = conj

    def written(self, result: Any) -> Any:
        """In place, unless this is a number."""
        if self.scalar:
            return result
        if self.labels is None and result.value.dtype.kind == "f":
            raise TypeError(f"cannot cast the result from float64 to {self.dtype} in place")
        self[...] = result
        return self


class MutableNumber(MutableArray):
    """In the place of ``numpy.float64``."""

    __slots__ = ()
    scalar = True

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self.value[()])


for _name in ("ndim", "size", "dtype", "nbytes", "itemsize", "strides", "flags", "base"):
    setattr(MutableArray, _name, property(attrgetter(f"value.{_name}")))


def is_ours(x: Any) -> bool:
    """An array or a number of this kind."""
    return type(x) is MutableArray or type(x) is MutableNumber


def made(value: Any, labels: NDArray | None = None, *, scalar: bool | None = None) -> Any:
    """An array of ours. Whole numbers and truth values that are one number stay NumPy's own."""
    one = isinstance(value, np.generic) if scalar is None else scalar
    one = one or isinstance(value, float)
    value = np.asarray(value)
    if value.dtype.kind not in "fiub":
        if value.dtype.kind == "c":
            raise Refused("complex numbers")
        return value
    if value.dtype.kind != "f":
        if one:
            return value[()]
        labels = None
    elif value.dtype != np.float64:
        value = value.astype(np.float64)
    if value.dtype.kind == "f":
        labels = labels_like(value) if labels is None else np.asarray(labels)
    array = object.__new__(MutableNumber if one else MutableArray)
    array.value, array.labels = value, labels
    return array


def values_of(given: Any) -> tuple[NDArray, NDArray | None]:
    """Values and labels of whatever NumPy would take for an array."""
    if is_ours(given):
        return given.value, given.labels
    if isinstance(given, int | float | np.generic | np.ndarray):
        return np.asarray(given), None
    array = FUNCTIONS["array"](given)
    return (array.value, array.labels) if is_ours(array) else (np.asarray(array), None)


def concrete(key: Any) -> Any:
    """An index as NumPy has it."""
    kind = type(key)
    if kind is int:
        return key
    if kind is slice:
        ends = key.start, key.stop, key.step
        return slice(*map(concrete, ends)) if any(map(is_ours, ends)) else key
    if is_ours(key):
        return key.value
    if isinstance(key, tuple):
        return key if all(type(k) is int for k in key) else tuple(map(concrete, key))
    return [concrete(k) for k in key] if isinstance(key, list) else key
