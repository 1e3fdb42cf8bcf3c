"""A stand-in for a data set of words that is only asked for words: whatever its methods are called, they draw some."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

__all__ = ["Corpus"]

MOST = 10_000  # words of one corpus: who asks for more waits for one that does not come


class Corpus:
    """Rows of a vocabulary of so many words, the same from the same seed."""

    def __init__(self, seed: int, below: int) -> None:
        self._random, self._below, self._left = Random(seed), below, MOST

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        def answer(count: int | None = None) -> Any:
            return self._row() if count is None else [self._row() for _ in range(count)]

        return answer

    def _row(self) -> int:
        self._left -= 1
        if self._left < 0 or self._below < 2:
            raise ValueError(f"no other word is left to draw from {self._below}")
        return self._random.randrange(self._below)
