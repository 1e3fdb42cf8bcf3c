"""The numbers that a framework is given and gives: as NumPy has them, in the precision of a kind."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["FrameworkKind", "in_numpy"]

TINY_STEP = 2.0**-600  # its square is zero in double precision, so that real parts stay as they are


class FrameworkKind:
    """One of plain, float64, float32, widened, complex, autodiff, as the stand-ins for NumPy are called.

    ``widened``: all casts to a narrower float are widened, or those of one line. ``step``: of the complex step.
    """

    numpy = np
    step = TINY_STEP

    def __init__(self, name: str) -> None:
        word, _, line = name.partition(" ")
        self.name = word
        self.narrow, self.complex = word == "float32", word == "complex"
        self.widened: bool | int = (int(line) if line else True) if word == "widened" else word in ("complex", "autodiff")  # fmt: skip  # noqa: E501
        self.recorded = word not in ("plain", "autodiff")

    def lift(self, array: Any) -> NDArray[Any]:
        """An array in memory of its own."""
        own = np.array(array)
        if own.dtype.kind != "f":
            return own
        return own.astype(np.complex128 if self.complex else np.float32 if self.narrow else np.float64)

    def plain(self, array: Any) -> Any:
        """Where the imaginary parts of what ``lift`` made are written."""
        return array

    def lower(self, value: Any) -> NDArray[Any]:
        """An array or a number as NumPy has it."""
        array = np.asarray(value)
        if array.dtype.kind not in "fiubc":
            raise TypeError(f"neither an array nor a number: {type(value).__name__}")
        return array


def in_numpy(value: Any) -> Any:
    """A tree of a framework's arrays as NumPy's."""
    if isinstance(value, dict):
        return {key: in_numpy(each) for key, each in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map(in_numpy, value))
    if type(value).__module__.partition(".")[0] in ("torch", "jax", "jaxlib") and hasattr(value, "shape"):
        array = np.asarray(value.detach() if hasattr(value, "detach") else value)
        return array.astype(np.float64) if array.dtype.kind == "f" else array
    return value
