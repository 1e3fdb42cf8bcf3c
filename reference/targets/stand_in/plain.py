"""NumPy itself as a kind of stand-in: what the target's process runs where nothing is recorded."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import numpy
from numpy.typing import NDArray

__all__ = ["PlainKind"]


class PlainKind:
    """The modules themselves; arrays are what they are."""

    name = "plain"
    numpy: ModuleType = numpy
    math: ModuleType = math
    unwrapped: tuple[type, ...] = ()

    @property
    def special(self) -> ModuleType:
        from scipy import special

        return special

    def lift(self, array: NDArray) -> Any:
        return array

    def lower(self, value: Any) -> NDArray:
        if isinstance(value, numpy.ndarray | numpy.generic | bool | int | float) or _is_of_a_library(value):
            lowered = numpy.asarray(value)
            if lowered.dtype.kind in "biufc":
                return lowered
        raise TypeError(f"a {type(value).__name__} is no array")


def _is_of_a_library(value: Any) -> bool:
    """Is it an array of a library of its own, such as JAX's?"""
    return hasattr(value, "__array__") and hasattr(value, "dtype") and hasattr(value, "shape")
