"""What every stand-in for NumPy has."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Protocol

from numpy.typing import NDArray

__all__ = ["Refused", "StandIn"]


class Refused(Exception):
    """A function that the closed list does not have, or a way by which a derivative would be lost in silence."""


class StandIn(Protocol):
    """``numpy``, ``math`` and ``special`` stand in the place of NumPy, ``math`` and ``scipy.special``."""

    name: str
    numpy: ModuleType
    math: ModuleType
    special: ModuleType

    def lift(self, array: NDArray) -> Any:
        """An array as this kind has it; an array of integers or booleans stays one."""
        ...

    def lower(self, value: Any) -> NDArray:
        """An array or a number of this kind as NumPy has it; raises ``TypeError`` for anything else."""
        ...
