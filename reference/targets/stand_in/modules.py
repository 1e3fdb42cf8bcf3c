"""The modules that a kind puts in the place of NumPy, ``math`` and ``scipy.special``, made from the closed list."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from reference.targets.stand_in import choosing, formulas, making
from reference.targets.stand_in.functions import CONSTANTS, TABLE, TYPES, How
from reference.targets.stand_in.mathematics import math_of, special_of
from reference.targets.stand_in.number_types import float_types, type_behind
from reference.targets.stand_in.pattern import PATTERN
from reference.targets.stand_in.randomness import random_of
from reference.targets.stand_in.refusing import StandInModule

__all__ = ["functions_of", "modules_of"]

OLDER = {"product": "prod", "cumproduct": "cumprod", "alltrue": "all", "sometrue": "any", "row_stack": "vstack",
         "trapz": "trapezoid", "round_": "round", "in1d": "isin", "pow": "power", "conj": "conjugate",
         "concat": "concatenate", "permute_dims": "transpose"}  # fmt: skip
OLDER_CONSTANTS = {"Inf": np.inf, "infty": np.inf, "PINF": np.inf, "NINF": -np.inf, "NaN": np.nan, "NAN": np.nan,
                   "PZERO": 0.0, "NZERO": -0.0}  # fmt: skip
OLDER_TYPES: dict[str, Any] = {
    "int": int,
    "bool": bool,
    "object": object,
    "str": str,
    "complex": complex,
    "bool8": np.bool_,
}


def ufunc_of(kind: Any, ufunc: Any) -> Callable[..., Any]:
    """A ufunc of NumPy as a kind has it, with its methods: a function, as what holds it may be copied."""

    def call(*inputs: Any, out: Any = None, **options: Any) -> Any:
        if len(inputs) > ufunc.nin:
            inputs, out = inputs[: ufunc.nin], inputs[ufunc.nin :]
        if out is not None and not isinstance(out, tuple):
            out = (out,)
        return kind.apply(ufunc, "__call__", inputs, out, options)

    def method(name: str, inputs: Any, out: Any, options: dict[str, Any]) -> Any:
        options = {key: value for key, value in options.items() if value is not None or key == "axis"}
        return kind.apply(ufunc, name, inputs, None if out is None else (out,), options)

    def reduce(x: Any, axis: Any = 0, dtype: Any = None, out: Any = None, **options: Any) -> Any:
        return method("reduce", (x,), out, {"axis": axis, "dtype": dtype, **options})

    def accumulate(x: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        return method("accumulate", (x,), out, {"axis": axis, "dtype": dtype})

    def reduceat(x: Any, indices: Any, axis: int = 0, **options: Any) -> Any:
        return method("reduceat", (x, indices), None, {"axis": axis, **options})

    def at(x: Any, indices: Any, *values: Any) -> None:
        kind.apply(ufunc, "at", (x, indices, *values), None, {})

    def outer(x: Any, y: Any) -> Any:
        return method("outer", (x, y), None, {})

    call.__name__ = ufunc.__name__
    methods = {"reduce": reduce, "accumulate": accumulate, "reduceat": reduceat, "at": at, "outer": outer}
    vars(call).update(methods, nin=ufunc.nin, nout=ufunc.nout, identity=ufunc.identity)
    return call


def functions_of(kind: Any) -> dict[str, Callable[..., Any]]:
    """Every function of the table, by its dotted name, as a kind has it."""
    made: dict[str, Any] = {}
    for name, how in TABLE.items():
        numpys = _numpys(OLDER.get(name, name))
        if how in (How.SMOOTH, How.SWITCH):
            if isinstance(numpys, np.ufunc):
                made[name] = ufunc_of(kind, numpys)
        elif how in (How.THROUGH, How.ASIDE) and numpys is not None:
            made[name] = _through(kind, numpys) if how is How.THROUGH else _aside(kind, numpys)
    for room in (making, choosing, formulas):
        made |= room.functions_of(kind)
    for old, new in OLDER.items():
        if new in made:
            made[old] = made[new]
    made["dtype"] = lambda asked, *a, **k: np.dtype(type_behind(asked), *a, **k)
    made["issubdtype"] = lambda a, b: bool(np.issubdtype(type_behind(a), type_behind(b)))
    made["finfo"] = lambda asked: np.finfo(np.dtype(getattr(asked, "dtype", type_behind(asked))))
    made["seterr"] = lambda *arguments, **options: np.geterr()  # nothing global is changed
    made["asscalar"] = lambda x: x.item()
    return made


def _numpys(name: str) -> Any:
    found: Any = np
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _through(kind: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """NumPy's own function on plain arrays: right for every kind, since it only moves, adds and multiplies."""
    plain, wrap = kind.plain, kind.wrap

    def call(*arguments: Any, **options: Any) -> Any:
        PATTERN.operations += 1
        given = [kind.dtype(a) if isinstance(a, type | np.dtype) else plain(a) for a in arguments]
        for name, value in options.items():
            options[name] = kind.dtype(value) if name == "dtype" else plain(value)
        return wrap(function(*given, **options))

    call.__name__ = function.__name__
    return call


def _aside(kind: Any, function: Callable[..., Any]) -> Any:
    """NumPy's own function on real numbers: nothing comes back that has a derivative."""
    if not callable(function):
        return function
    if isinstance(function, type) and not issubclass(function, np.errstate | np.ndindex):
        return function

    shown = kind.plain if "share" in function.__name__ else kind.shown
    wrap = (lambda value: value) if isinstance(function, type) else kind.wrap

    def call(*arguments: Any, **options: Any) -> Any:
        value = function(
            *(shown(type_behind(a)) for a in arguments),
            **{name: shown(type_behind(value)) for name, value in options.items()},
        )
        return wrap(value)

    return call


def modules_of(kind: Any) -> tuple[ModuleType, ModuleType, ModuleType]:
    """In the place of NumPy, of ``math`` and of ``scipy.special``."""
    numpy, kind_math = StandInModule("numpy"), math_of(kind)
    for name in CONSTANTS:
        setattr(numpy, name, OLDER_CONSTANTS[name] if name in OLDER_CONSTANTS else getattr(np, name))
    for name in TYPES:
        found = OLDER_TYPES[name] if name in OLDER_TYPES else _numpys(name)
        if found is not None:
            _set(numpy, name, found)
    for name, function in kind.functions.items():
        _set(numpy, name, function)
    for name, made in float_types(kind).items():
        setattr(numpy, name, made)
    vars(numpy)["float_"] = vars(numpy)["float64"]
    vars(numpy).update({"ndarray": kind.array, "__version__": np.__version__, "math": kind_math})
    vars(numpy)["random"] = random_of(kind)
    return numpy, kind_math, special_of(kind)


def _set(module: ModuleType, name: str, value: Any) -> None:
    *folders, last = name.split(".")
    for folder in folders:
        within = vars(module).get(folder)
        if within is None:
            within = StandInModule(f"{module.__name__}.{folder}")
            setattr(module, folder, within)
        module = within
    setattr(module, last, value)
