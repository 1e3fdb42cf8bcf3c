"""Recording: NumPy itself in float64, or in float32 throughout, with every comparison and choice noted."""

from __future__ import annotations

from types import ModuleType
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.arrays import array_class
from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.modules import functions_of, modules_of
from reference.targets.stand_in.number_types import dtype_behind
from reference.targets.stand_in.pattern import PATTERN, where_asked
from reference.targets.stand_in.scalars import scalar_class
from reference.targets.stand_in.single_precision import single_precision_of
from reference.targets.stand_in.switches import NOTED, as_given, note_cast_to, refuse_method

__all__ = ["Recording"]

FLOATS = (np.float64, np.float32, np.float16, np.longdouble)
DIRECT = ("add", "sub", "mul", "truediv", "pow")
BY_REDUCTION = {np.maximum: "max", np.minimum: "min", np.fmax: "nanmax", np.fmin: "nanmin",
                np.logical_and: "all", np.logical_or: "any"}  # fmt: skip


class Recording:
    """``real``: the precision. float64 leaves every dtype as the target asks for it; float32 stands for each of them.

    ``widened``: a cast to a narrower float is one to float64, wherever it stands, or at one line only.
    """

    is_complex = False

    def __init__(self, real: type[np.floating] = np.float64, *, widened: bool | int = False) -> None:
        self.name = "widened" if widened else real.__name__
        self.real_type, self.widened = real, widened
        self.default = np.dtype(real)
        self.narrow = real is not np.float64
        self.scalars: dict[type, type] = {}
        self.unwrapped: dict[type, Any] = {}
        self.functions: dict[str, Any] = {}
        self.functions.update(functions_of(self))
        self.array = array_class(self)
        view, plain = np.ndarray.view, np.ndarray
        self.unwrapped[self.array] = lambda x: view(x, plain)
        for base in FLOATS:
            number = scalar_class(self, base, DIRECT)
            self.scalars[base] = number
            self.unwrapped[number] = base.__pos__
        self.numpy: ModuleType
        self.math: ModuleType
        self.special: ModuleType
        self.numpy, self.math, self.special = modules_of(self)

    # --- in and out ------------------------------------------------------------------------------------------

    def lift(self, array: NDArray) -> Any:
        """An array as this kind has it, which shares nothing with the one given."""
        array = np.array(array)
        return self.wrap(array.astype(self.default) if array.dtype.kind == "f" and self.narrow else array)

    def lower(self, value: Any) -> NDArray:
        """An array or a number as NumPy has it."""
        array = np.asarray(self.plain(value))
        if array.dtype.kind not in "fiubc":
            raise TypeError(f"neither an array nor a number: {type(value).__name__}")
        return array

    def wrap(self, value: Any) -> Any:
        """What NumPy returned, as this kind has it."""
        kind = type(value)
        if kind is np.ndarray:
            if self.narrow and value.dtype.kind == "f" and value.dtype != self.default:
                value = value.astype(self.default)
            return value.view(self.array)
        number = self.scalars.get(kind)
        if number is not None:
            return self.scalars[self.real_type](value) if self.narrow else number(value)
        if kind is tuple or kind is list:
            return kind(map(self.wrap, value))
        return type(value)(*map(self.wrap, value)) if isinstance(value, tuple) else value

    def plain(self, value: Any) -> Any:
        """What NumPy itself is given for a value, within lists and tuples too."""
        kind = type(value)
        unwrap = self.unwrapped.get(kind)
        if unwrap is not None:
            return unwrap(value)
        if kind is list or kind is tuple:
            return kind(map(self.plain, value))
        return value

    real = plain  # numbers of this kind are real
    shown = plain

    def number_of(self, value: Any) -> float:
        """A plain number of Python's."""
        return float(self.plain(value))

    def whole(self, value: Any) -> int:
        """``int(value)``, noted."""
        number = self.plain(value)
        whole = int(number)
        PATTERN.note("int", np.asarray(whole), gap=np.abs(number - np.rint(number)), scale=abs(number))
        return whole

    def fitting(self, value: Any, dtype: np.dtype) -> Any:
        """A value as it may be written into an array."""
        return value

    def fitted(self, value: Any, dtype: Any) -> Any:
        """A value of which an array of a dtype is made."""
        wanted = dtype_behind(dtype)
        if wanted is not None and wanted.kind in "iub":
            plain = np.asarray(self.plain(value))
            if plain.dtype.kind == "f":
                note_cast_to(wanted, plain)
            return plain
        return self.plain(value)

    def constant(self, value: Any, name: str) -> Any:
        """A value through which no derivative is followed."""
        return self.plain(value)

    def moves(self, value: Any) -> bool:
        return False

    def refuse(self, what: str) -> NoReturn:
        raise Refused(f"{what} is not on the list of the stand-in")

    def formula(self, name: str) -> Any:
        """What computes in float32, where NumPy's own would not; ``None``: its own is right."""
        return single_precision_of(name) if self.narrow else None

    def special_formula(self, name: str) -> None:
        """SciPy's own function is right."""

    # --- precision -------------------------------------------------------------------------------------------

    def dtype(self, asked: Any) -> Any:
        """The dtype that stands for the one that is asked for; a narrower float is noted."""
        wanted = dtype_behind(asked)
        if wanted is None or wanted.kind != "f":
            return asked if wanted is None else wanted
        if wanted.itemsize < 8:
            PATTERN.note_cast(wanted.name)
            if self.widened and (self.widened is True or where_asked()[1] == self.widened):
                return np.dtype(np.float64)
        return self.default if self.narrow else wanted

    def dtype_of(self, dtype: np.dtype) -> np.dtype:
        """What the target is told of an array's dtype: float64 in the narrow kind, so that it asks for the same."""
        return np.dtype(np.float64) if self.narrow and dtype == self.default else dtype

    def cast(self, array: Any, dtype: Any) -> Any:
        """``astype``: a copy."""
        wanted, plain = self.dtype(dtype), self.plain(array)
        if plain.dtype.kind == "f":
            note_cast_to(np.dtype(wanted), plain)
        return self.wrap(plain.astype(wanted))

    # --- operations ------------------------------------------------------------------------------------------

    def apply(self, ufunc: Any, method: str, inputs: tuple[Any, ...], out: Any, options: dict[str, Any]) -> Any:
        """One call of a ufunc."""
        PATTERN.operations += 1
        unwrapped = self.unwrapped
        given = [unwrapped[type(x)](x) if type(x) in unwrapped else self.plain(x) for x in inputs]
        if method != "__call__":
            return self._method(ufunc, method, given, inputs, out, options)
        given = [as_given(x) if isinstance(x, list | tuple) else x for x in given]
        if out is not None:
            options = {**options, "out": tuple(map(self.plain, out))}
        if options:
            options = self._options(options)
        note = NOTED.get(ufunc)
        if note is not None and out is not None:  # it may be written over what is noted
            given = [np.array(x) if isinstance(x, np.ndarray) else x for x in given]
        result = ufunc(*given, **options)
        if note is not None and any(_is_float(x) for x in given):
            note(ufunc, given, result)
        if out is not None:
            return out[0] if len(out) == 1 else out
        return self.wrap(result)

    def _method(self, ufunc: Any, method: str, given: list[Any], inputs: Any, out: Any, options: dict[str, Any]) -> Any:
        if method == "reduce" and ufunc in BY_REDUCTION:
            axis = options.pop("axis", given[1] if len(given) > 1 else 0)
            options.pop("dtype", None)
            return self.functions[BY_REDUCTION[ufunc]](inputs[0], axis=axis, **options)
        refuse_method(ufunc, method)
        if out is not None:
            options = {**options, "out": tuple(map(self.plain, out))}
        result = getattr(ufunc, method)(*given, **self._options(options))
        if out is not None:
            return out[0]
        return None if method == "at" else self.wrap(result)

    def _options(self, options: dict[str, Any]) -> dict[str, Any]:
        return {name: self.dtype(value) if name == "dtype" else self.plain(value) for name, value in options.items()}


def _is_float(x: Any) -> bool:
    """Has it a dtype of floats? A number that is written down has none."""
    return getattr(x, "dtype", np.dtype(bool)).kind == "f"
