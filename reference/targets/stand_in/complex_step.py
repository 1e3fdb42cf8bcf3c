"""The complex step through a stranger's own lines: arrays of the widest complex type, whose real parts decide.

Views, writes in place and ``np.add.at`` are NumPy's. A place into which a number that moves would vanish raises.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.arrays import array_class
from reference.targets.stand_in.complex_formulas import FORMULAS, SPECIAL_FORMULAS
from reference.targets.stand_in.complex_rules import CHOSEN, COMPLEX, NATIVE, REAL, RULES
from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.modules import functions_of, modules_of
from reference.targets.stand_in.number_types import dtype_behind
from reference.targets.stand_in.pattern import PATTERN
from reference.targets.stand_in.recording import BY_REDUCTION
from reference.targets.stand_in.scalars import scalar_class
from reference.targets.stand_in.switches import NOTED, as_given, note_cast_to, refuse_method

__all__ = ["STEP", "ComplexStep"]

STEP = np.finfo(REAL).tiny ** REAL(0.55)  # its square is zero: real parts, and with them branches, stay as they are
DIRECT = ("add", "sub", "mul")


class ComplexStep:
    """Every float is complex; integers, booleans and random numbers' streams are NumPy's."""

    is_complex = True
    name = "complex"
    default = np.dtype(COMPLEX)

    def __init__(self) -> None:
        self.scalars: dict[type, type] = {}
        self.unwrapped: dict[type, Any] = {}
        self.functions: dict[str, Any] = {}
        self.functions.update(functions_of(self))
        self.array = array_class(self)
        view, plain = np.ndarray.view, np.ndarray
        self.number = scalar_class(self, COMPLEX, DIRECT)
        self.scalars[COMPLEX] = self.number
        self.unwrapped[self.array] = lambda x: view(x, plain)
        self.unwrapped[self.number] = COMPLEX.__pos__
        self.numpy: ModuleType
        self.math: ModuleType
        self.special: ModuleType
        self.numpy, self.math, self.special = modules_of(self)

    # --- in and out ------------------------------------------------------------------------------------------

    def lift(self, array: NDArray) -> Any:
        """An array as this kind has it, which shares nothing with the one given."""
        return self.wrap(np.array(array))

    def lower(self, value: Any) -> NDArray:
        """The complex array or number as NumPy has it."""
        array = np.asarray(self.plain(value))
        if array.dtype.kind not in "fiubc":
            raise TypeError(f"neither an array nor a number: {type(value).__name__}")
        return array

    def wrap(self, value: Any) -> Any:
        """What NumPy returned, as this kind has it: every float complex."""
        kind = type(value)
        if kind is np.ndarray:
            if value.dtype.kind in "fc" and value.dtype != self.default:
                value = value.astype(self.default)
            return value.view(self.array)
        if kind is COMPLEX:
            return self.number(value)
        if isinstance(value, np.floating | np.complexfloating) and kind is not self.number:
            return self.number(COMPLEX(value))
        if kind is tuple or kind is list:
            return kind(map(self.wrap, value))
        return kind(*map(self.wrap, value)) if isinstance(value, tuple) else value

    def plain(self, value: Any) -> Any:
        """What NumPy itself is given for a value, within lists and tuples too."""
        kind = type(value)
        unwrap = self.unwrapped.get(kind)
        if unwrap is not None:
            return unwrap(value)
        if kind is list or kind is tuple:
            return kind(map(self.plain, value))
        return value

    def real(self, value: Any) -> Any:
        """The real part, by which everything is decided."""
        plain = self.plain(value)
        if isinstance(plain, list | tuple):
            plain = np.asarray(plain)
        return plain.real if isinstance(plain, np.ndarray | np.generic) else plain

    def shown(self, value: Any) -> Any:
        """For a print or an assertion."""
        if isinstance(value, list | tuple):
            return type(value)(map(self.shown, value))
        plain = self.plain(value)
        if isinstance(plain, np.ndarray | np.generic) and plain.dtype.kind == "c":
            return plain.real.astype(np.float64)
        return plain

    def moves(self, value: Any) -> bool:
        """Has it an imaginary part anywhere?"""
        plain = self.plain(value)
        return bool(np.any(np.imag(plain))) if np.iscomplexobj(plain) else False

    def constant(self, value: Any, name: str) -> Any:
        """A value through which no derivative is followed; raises where there would be one."""
        if isinstance(value, list | tuple):
            return type(value)(self.constant(v, name) for v in value)
        if self.moves(value):
            raise Refused(f"{name} of what depends on an input: its derivative is not on the list of the stand-in")
        return self.shown(value)

    def refuse(self, what: str) -> NoReturn:
        raise Refused(f"{what} is not on the list of the stand-in")

    def number_of(self, value: Any) -> float:
        """A plain number of Python's: for a text; anywhere else its derivative would vanish."""
        plain = self.plain(value)
        if np.iscomplexobj(plain) and plain.imag != 0 and not _formats(sys._getframe(2)):
            raise Refused("a number that depends on an input becomes a plain one: its derivative would be lost")
        return float(plain.real)

    def whole(self, value: Any) -> int:
        """``int(value)``, noted: its derivative is 0 between the steps."""
        number = self.real(value)
        whole = int(number)
        PATTERN.note("int", np.asarray(whole), gap=np.abs(number - np.rint(number)), scale=abs(number))
        return whole

    def fitting(self, value: Any, dtype: np.dtype) -> Any:
        """A value as it may be written into an array."""
        if dtype.kind == "c":
            return value
        plain = self.plain(value)
        if np.iscomplexobj(plain):
            if np.any(np.imag(plain)):
                raise Refused(f"a number that depends on an input is written into an array of {dtype}")
            return np.real(plain)
        return plain

    def fitted(self, value: Any, dtype: Any) -> Any:
        """A value of which an array of a dtype is made."""
        wanted = dtype_behind(dtype)
        if wanted is None or wanted.kind not in "iub":
            return self.plain(value)
        plain = np.asarray(self.plain(value))
        if plain.dtype.kind != "c":
            return plain
        note_cast_to(wanted, plain.real)
        return plain.real

    # --- precision -------------------------------------------------------------------------------------------

    def dtype(self, asked: Any) -> Any:
        """Every float is of the witness's own precision."""
        wanted = dtype_behind(asked)
        if wanted is None:
            return asked
        return self.default if wanted.kind in "fc" else wanted

    def dtype_of(self, dtype: np.dtype) -> np.dtype:
        """What the target is told of an array's dtype."""
        return np.dtype(np.float64) if dtype.kind == "c" else dtype

    def cast(self, array: Any, dtype: Any) -> Any:
        """``astype``: a copy."""
        wanted, plain = np.dtype(self.dtype(dtype)), self.plain(array)
        if plain.dtype.kind == "c" and wanted.kind != "c":
            note_cast_to(wanted, plain.real)
            plain = plain.real
        return self.wrap(plain.astype(wanted))

    # --- operations ------------------------------------------------------------------------------------------

    def formula(self, name: str) -> Callable[..., Any] | None:
        """For a function that is more than one ufunc."""
        return FORMULAS.get(name)

    def special_formula(self, name: str) -> Callable[..., Any] | None:
        """For a function of ``scipy.special``."""
        return SPECIAL_FORMULAS.get(name)

    def apply(self, ufunc: Any, method: str, inputs: tuple[Any, ...], out: Any, options: dict[str, Any]) -> Any:
        """One call of a ufunc."""
        PATTERN.operations += 1
        unwrapped = self.unwrapped
        given = [unwrapped[type(x)](x) if type(x) in unwrapped else self.plain(x) for x in inputs]
        if method != "__call__":
            return self._method(ufunc, method, given, inputs, out, options)
        given = [as_given(x) if isinstance(x, list | tuple) else x for x in given]
        where = options.pop("where", True)
        options = {name: self.dtype(value) if name == "dtype" else self.plain(value) for name, value in options.items()}
        result = self._called(ufunc, given, options)
        if out is None and where is True:
            return self.wrap(result)
        return self._written(result, out, self.plain(where))

    def _called(self, ufunc: Any, given: list[Any], options: dict[str, Any]) -> Any:
        note = NOTED.get(ufunc)
        if note is None:
            floats = any(_is_float(x) or isinstance(x, float) for x in given)
            rule = RULES.get(ufunc)
            if rule is None or (not floats and ufunc in (np.power, np.reciprocal)):
                if ufunc not in NATIVE and floats:
                    self.refuse(f"numpy.{ufunc.__name__}")
                return ufunc(*given, **options)
            value = rule(*given)
            return value[()] if value.ndim == 0 else value
        real = [x.real if isinstance(x, np.ndarray | np.generic) else x for x in given]
        result = ufunc(*real)
        if not any(map(_is_float, given)):
            return result
        note(ufunc, real, result)
        chosen = CHOSEN.get(ufunc)
        if chosen is None:
            return result
        value = chosen(ufunc, *given)
        return tuple(v[()] for v in value) if isinstance(value, tuple) else value[()]

    def _written(self, result: Any, out: Any, where: Any) -> Any:
        if out is None:
            into = np.zeros(np.broadcast_shapes(np.shape(result), np.shape(where)), dtype=np.asarray(result).dtype)
            np.copyto(into, result, where=where)
            return self.wrap(into)
        for target, value in zip(out, result if isinstance(result, tuple) else (result,), strict=True):
            into = self.plain(target)
            if into.dtype.kind != "c" and np.iscomplexobj(value) and self.moves(value):
                raise Refused(f"a number that depends on an input is written into an array of {into.dtype}")
            value = value.real if np.iscomplexobj(value) and into.dtype.kind != "c" else value
            np.copyto(into, value, where=where, casting="same_kind")
        return out[0] if len(out) == 1 else out

    def _method(self, ufunc: Any, method: str, given: list[Any], inputs: Any, out: Any, options: dict[str, Any]) -> Any:
        if method == "reduce" and ufunc in BY_REDUCTION:
            axis = options.pop("axis", given[1] if len(given) > 1 else 0)
            options.pop("dtype", None)
            return self.functions[BY_REDUCTION[ufunc]](inputs[0], axis=axis, **options)
        refuse_method(ufunc, method)
        if method == "outer":
            a, b = (np.asarray(x) for x in given)
            return self.wrap(self._called(ufunc, [a.reshape(*a.shape, *(1,) * b.ndim), b], {}))
        if method == "at" and given[0].dtype.kind != "c" and any(map(self.moves, given[2:])):
            raise Refused(f"a number that depends on an input is added to an array of {given[0].dtype}")
        if out is not None:
            options = {**options, "out": tuple(map(self.plain, out))}
        options = {name: self.dtype(value) if name == "dtype" else self.plain(value) for name, value in options.items()}
        result = getattr(ufunc, method)(*given, **options)
        if out is not None:
            return out[0]
        return None if method == "at" else self.wrap(result)


def _is_float(x: Any) -> bool:
    return getattr(x, "dtype", np.dtype(bool)).kind in "fc"


def _formats(frame: Any) -> bool:
    """Is a text being made, ``"%f" % x``?"""
    while frame is not None and frame.f_code.co_filename.startswith(HERE):
        frame = frame.f_back
    if frame is None:
        return False
    for step in dis.get_instructions(frame.f_code):
        if step.offset == frame.f_lasti:
            return step.opname.startswith("BINARY") and "%" in step.argrepr
    return False


HERE = __file__.rpartition("complex_step")[0]
