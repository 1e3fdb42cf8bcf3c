"""A sequence whose parts are made when they are asked for, and not kept: a hundred thousand of them take no memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, overload

__all__ = ["Lazily"]

T = TypeVar("T")


class Lazily(Sequence[T]):
    """``make(k)`` for every k below ``count``."""

    def __init__(self, count: int, make: Callable[[int], T]) -> None:
        self._count, self._make = count, make

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        chosen = range(self._count)[index]
        if isinstance(chosen, range):
            return Lazily(len(chosen), lambda k: self._make(chosen[k]))
        return self._make(chosen)

    def __iter__(self) -> Iterator[T]:
        return map(self._make, range(self._count))
