"""JAX in NumPy's place: the closed list of functions, on arrays that can be written into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.targets.stand_in.formulas import Iteration
from reference.targets.stand_in.functions import TABLE, How
from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.modules import OLDER
from reference.targets.stand_in.mutable_jax import FUNCTIONS, is_ours, made
from reference.targets.stand_in.mutable_jax_arithmetic import ARITHMETIC
from reference.targets.stand_in.mutable_jax_choices import CHOICES, decided
from reference.targets.stand_in.mutable_jax_formulas import FORMULAS
from reference.targets.stand_in.mutable_jax_movement import MOVEMENT, array, asarray
from reference.targets.stand_in.mutable_jax_noting import recorded_function
from reference.targets.stand_in.mutable_jax_operators import give_operators
from reference.targets.stand_in.mutable_jax_writing import WRITING

__all__ = ["functions"]

REDUCED = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min", "fmax": "nanmax", "fmin": "nanmin",
           "logical_and": "all", "logical_or": "any"}  # fmt: skip
SHORT = ("acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh")
ACCUMULATED = {"add": "cumsum", "multiply": "cumprod"}


class UniversalFunction:
    """A function that works entry by entry, with the methods that NumPy's have."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.__name__, self.function = name, function

    def __call__(self, *operands: Any, **options: Any) -> Any:
        return self.function(*operands, **options)

    def at(self, a: Any, index: Any, *values: Any) -> None:
        self._method("at", f"{self.__name__}.at")(a, index, *values)

    def reduce(self, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False) -> Any:
        return self._method("reduce", REDUCED.get(self.__name__))(a, axis=axis, out=out, keepdims=keepdims)

    def accumulate(self, a: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        return self._method("accumulate", ACCUMULATED.get(self.__name__))(a, axis=axis, out=out)

    def reduceat(self, a: Any, indices: Any, axis: int = 0) -> Any:
        return self._method("reduceat", None)(a, indices)

    def outer(self, a: Any, b: Any) -> Any:
        a, b = asarray(a), asarray(b)
        return self.function(a.reshape(a.shape + (1,) * b.ndim), b)

    def _method(self, method: str, name: str | None) -> Callable[..., Any]:
        if name not in FUNCTIONS:
            raise Refused(f"{self.__name__}.{method} is not on the list of the stand-in")
        return FUNCTIONS[name]


class JoinedArrays:
    """``np.r_``, and ``np.c_`` where ``columns``."""

    def __init__(self, *, columns: bool) -> None:
        self.columns = columns

    def __getitem__(self, key: Any) -> Any:
        parts = []
        for part in key if isinstance(key, tuple) else (key,):
            if isinstance(part, str):
                raise Refused("np.r_ with a text")
            part = made(np.r_[part]) if isinstance(part, slice) else MOVEMENT["atleast_1d"](asarray(part))
            parts.append(part.reshape(-1, 1) if self.columns and part.ndim == 1 else part)
        return MOVEMENT["concatenate"](parts, axis=-1 if self.columns else 0)


class Grid:
    """``np.mgrid`` and ``np.ogrid``."""

    def __init__(self, own: Any) -> None:
        self.own = own

    def __getitem__(self, key: Any) -> Any:
        grid = self.own[key]
        return type(grid)(map(made, grid)) if isinstance(grid, list | tuple) else made(grid)


def known_alone(name: str) -> Callable[..., Any]:
    """A function of numbers that do not depend on a primal."""

    def function(*operands: Any, **options: Any) -> Any:
        if any(is_ours(operand) and operand.is_traced() for operand in operands):
            raise Refused(f"{name} of numbers that depend on what is differentiated by")
        return decided(name)(*operands, **options)

    return function


def _fromfunction(function: Any, shape: Any, *, dtype: Any = float, **options: Any) -> Any:
    return function(*map(made, np.indices(shape, dtype=float if np.dtype(float) == dtype else int)), **options)


def _aside() -> dict[str, Any]:
    """What answers about an array: its shape, or a text."""
    found: dict[str, Any] = {}
    for name, how in TABLE.items():
        function = recorded_function(name) if how is How.ASIDE else None
        if function is not None:
            found[name] = decided(name) if callable(function) and not isinstance(function, type) else function
    return found | {"mgrid": Grid(np.mgrid), "ogrid": Grid(np.ogrid)}


def functions() -> dict[str, Any]:
    """By their dotted names in NumPy."""
    if FUNCTIONS:
        return FUNCTIONS
    FUNCTIONS.update({**_aside(), **ARITHMETIC, **CHOICES, **FORMULAS, **MOVEMENT, **WRITING})
    FUNCTIONS.update({name: known_alone(name) for name in ("histogram", "intersect1d", "union1d", "setdiff1d")})
    FUNCTIONS.update(
        {
            "r_": JoinedArrays(columns=False), "c_": JoinedArrays(columns=True),
            "nditer": lambda x, *_, **__: Iteration(asarray(x)),
            "fromiter": lambda values, dtype=float, count=-1: array(list(values), dtype), "fromfunction": _fromfunction,
            "asscalar": lambda x: x.item(),
        }
    )  # fmt: skip
    FUNCTIONS.update({old: FUNCTIONS[new] for old, new in OLDER.items() if new in FUNCTIONS})
    FUNCTIONS.update({short: FUNCTIONS[f"arc{short[1:]}"] for short in SHORT if f"arc{short[1:]}" in FUNCTIONS})
    FUNCTIONS["linalg.matrix_transpose"] = FUNCTIONS["matrix_transpose"]
    for name, function in FUNCTIONS.items():
        if isinstance(getattr(np, name, None), np.ufunc):
            FUNCTIONS[name] = UniversalFunction(getattr(np, name).__name__, function)
    give_operators()
    return FUNCTIONS
