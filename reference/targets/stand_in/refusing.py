"""Modules whose names are those of the closed list, and what becomes of every other name."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from reference.targets.stand_in.kind import Refused

__all__ = ["Refusal", "StandInModule"]


class Refusal:
    """A name that is not on the list: refused where it is used, not where it is imported."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        raise Refused(f"{self.__name__} is not on the list of the stand-in")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("shape", "dtype", "ndim"):  # it is no array either
            raise AttributeError(name)
        return Refusal(f"{self.__name__}.{name}")


class StandInModule(ModuleType):
    """A module whose other names are refused."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("shape", "dtype", "ndim"):  # it is no array either
            raise AttributeError(name)
        return Refusal(f"{self.__name__}.{name}")
