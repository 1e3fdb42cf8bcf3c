"""``array.flat`` of an array that does not lie in order: read and written place by place, as NumPy does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from reference.targets.stand_in.kind import Refused

__all__ = ["FlatPlaces"]


class FlatPlaces:
    """All entries in a row. It is no array, neither here nor in NumPy."""

    def __init__(self, array: Any) -> None:
        self.base = array

    def __len__(self) -> int:
        return int(self.base.size)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.base.ravel())

    def __getitem__(self, index: Any) -> Any:
        found = self.base.ravel()[index]
        return found if found.ndim == 0 else found.copy()

    def __setitem__(self, index: Any, value: Any) -> None:
        places = np.arange(self.base.size)[index]
        self.base[np.unravel_index(places, self.base.shape)] = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise Refused(f"numpy.flatiter.{name}")
