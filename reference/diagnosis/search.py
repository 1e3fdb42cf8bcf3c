"""What a target does not return, filled in so that the fewest of its lines are wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from reference.cases.quantities import split
from reference.diagnosis.evaluate import same, values
from reference.diagnosis.mistakes import LINES, Filling, fillings, line_of
from reference.diagnosis.scene import Scene
from reference.diagnosis.ways import UNMASKED, ways

__all__ = ["RIGHT", "UNEXPLAINED", "Choice", "search"]

MOST = 4  # mistakes in one pass before it is called unexplained
UNEXPLAINED = 3  # what a quantity that fits nothing counts, in mistakes
BUDGET = 20_000  # quantities recomputed in one search

Array = np.ndarray


class Choice(NamedTuple):
    """How a quantity is filled in: its parts that are not the first right way's."""

    parts: Mapping[str, Filling] = {}
    wrong: bool = False  # else it is another right way
    before_mask: bool = False  # what is returned is the quantity before its mask, which may stand on another line


RIGHT = Choice()
BEFORE_MASK = Choice(before_mask=True)


class _Path(NamedTuple):
    """How far a search went: ``cost`` in mistakes."""

    scene: Scene
    chosen: dict[str, Choice]
    cost: int


class _Search:
    """One search: the best path that was found, and how much was recomputed for it."""

    def __init__(
        self, observed: Mapping[str, Array], names: Sequence[str], known: set[str], close: float, unexplained: int
    ) -> None:
        self.observed, self.names, self.known = observed, names, known
        self.close, self.unexplained = close, unexplained
        self.spent = 0
        self.chosen: dict[str, Choice] = {}
        self.cost = MOST + unexplained + 1

    def visit(self, k: int, path: _Path, allowed: int) -> None:
        if path.cost > allowed or path.cost >= self.cost or self.spent > BUDGET:
            return
        if k == len(self.names):
            self.chosen, self.cost = path.chosen, path.cost
            return
        name = self.names[k]
        here = path.scene.at(split(name)[1])
        for choice, value, cost in self.choices(here, name, allowed - path.cost):
            chosen = path.chosen if choice is RIGHT else {**path.chosen, name: choice}
            self.visit(k + 1, _Path(path.scene.having(name, value), chosen, path.cost + cost), allowed)

    def choices(self, s: Scene, name: str, left: int) -> Iterator[tuple[Choice, Array, int]]:
        """The ways to go on from one quantity, each with its value and the mistakes that it takes."""
        right = self.value(s, name, {})
        self.spent += 1
        if right is None:
            return
        line = LINES[line_of(name, s.L)]
        if name in self.known:
            got = self.observed[name]
            also = (self.value(s, name, filled) for filled in line.also)
            if same(got, right, self.close) or any(a is not None and same(got, a, self.close) for a in also):
                yield RIGHT, got, 0
                return
            if left >= 1:
                yield RIGHT, got, self.mistakes_in(s, name, got)
            if self.is_unmasked(s, name, got):
                yield BEFORE_MASK, right, 0
            return
        yield RIGHT, right, 0
        if split(name)[0] in ("dW", "db", "cost"):  # nothing follows from these where they are not returned
            return
        for filled in line.also if line.also_unseen else ():
            value = self.value(s, name, filled)
            if value is not None and not same(value, right, self.close):
                yield Choice(filled), value, 0
        if left >= 1:
            for filled, value in self.singles(s, name):
                if not same(value, right, self.close):
                    yield Choice(filled, wrong=True), value, 1
            for filled, value in self.pairs(s, name) if line.pairs else ():
                yield Choice(filled, wrong=True), value, 1
            unmasked = self.value(s, name, UNMASKED) if split(name)[0] == "dA" else None
            if unmasked is not None:
                yield Choice(UNMASKED, wrong=True), unmasked, 1

    def mistakes_in(self, s: Scene, name: str, got: Array) -> int:
        """How many mistakes of the dictionary give what is seen, on one line."""
        if self.is_unmasked(s, name, got):
            return 1
        found = s.once(("ways", name), lambda: ways((s,), name, (got,), self.close))
        self.spent += len(fillings(LINES[line_of(name, s.L)], s))
        return len(found[0]) if found else self.unexplained

    def is_unmasked(self, s: Scene, name: str, got: Array) -> bool:
        """Is it dA without its mask and its 1/keep_prob?"""
        if split(name)[0] != "dA":
            return False
        unmasked = self.value(s, name, UNMASKED)
        return unmasked is not None and same(got, unmasked, self.close)

    def singles(self, s: Scene, name: str) -> Iterator[tuple[dict[str, Filling], Array]]:
        """The line with one mistake in it, in every way of the dictionary."""
        for part, filling in fillings(LINES[line_of(name, s.L)], s):
            self.spent += 1
            value = self.value(s, name, {part: filling})
            if value is not None:
                yield {part: filling}, value

    def pairs(self, s: Scene, name: str) -> Iterator[tuple[dict[str, Filling], Array]]:
        """Every two mistakes of a line, in different parts."""
        for (part, filling), (other, second) in combinations(fillings(LINES[line_of(name, s.L)], s), 2):
            if part != other:
                self.spent += 1
                value = self.value(s, name, {part: filling, other: second})
                if value is not None:
                    yield {part: filling, other: second}, value

    def value(self, s: Scene, name: str, filled: Mapping[str, Filling]) -> Array | None:
        found = values((s,), name, filled)
        return None if found is None else found[0]


def search(
    first: Scene,
    observed: Mapping[str, Array],
    names: Sequence[str],
    known: set[str],
    close: float,
    unexplained: int = UNEXPLAINED,
) -> tuple[dict[str, Choice], int]:
    """How to fill in what is not returned, so that the fewest lines are wrong; and how many mistakes that takes."""
    one = _Search(observed, names, known, close, unexplained)
    for allowed in range(MOST + unexplained + 1):
        one.visit(0, _Path(first, {}, 0), allowed)
        if one.cost <= allowed or one.spent > BUDGET:
            break
    return one.chosen, one.cost
