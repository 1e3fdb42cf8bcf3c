"""In which ways a line may have come to the value that is seen: one mistake, or two on different parts of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from reference.diagnosis.evaluate import LargestEntry, Scenes, Tried, all_same, values
from reference.diagnosis.mistakes import KEEPS, LINES, MASKS, Filling, line_of, of_layer

__all__ = ["UNMASKED", "Mistake", "is_unmasked", "mistake", "ways"]

UNMASKED = {
    "mask": MASKS[0],
    "keep": KEEPS[0],
}  # dA where the line of the dropout is forgotten: one thing, in two parts
SCALES = {"whole", "factor"}  # parts of dW that scale the data term

Array = np.ndarray


class Mistake(NamedTuple):
    """One part of one line, filled wrong; ``text`` names the layer."""

    part: str
    text: str
    filling: Filling

    @property
    def code(self) -> str:
        return self.filling.code


def mistake(part: str, filling: Filling, l: int) -> Mistake:
    """A filling of the dictionary, in one layer."""
    return Mistake(part, of_layer(filling.text, l), filling)


def is_unmasked(way: Sequence[Mistake]) -> bool:
    """Is it the whole of the dropout's line that is missing?"""
    return {m.part: m.filling for m in way} == UNMASKED


def ways(here: Scenes, name: str, got: tuple[Array, ...], close: float) -> tuple[tuple[Mistake, ...], ...]:
    """Every single mistake of the line that gives what is there; else every pair of them, on two of its parts."""
    first = here[0]
    line = LINES[line_of(name, first.L)]
    largest = LargestEntry(first, name, got[0], close)
    for size in (1, 2):
        found: list[tuple[Mistake, ...]] = []
        for chosen in combinations(largest.tried, size):
            if size == 2 and (
                chosen[0].part == chosen[1].part or not line.joined(chosen[0].filling, chosen[1].filling)
            ):
                continue  # one part is filled in one way
            if not largest.fits(*chosen):
                continue
            if {one.part for one in chosen} == SCALES and _undo_each_other(chosen, largest.rights):
                continue
            filled = values(here, name, {one.part: one.filling for one in chosen})
            if filled is not None and all_same(got, filled, close):
                found.append(tuple(mistake(one.part, one.filling, first.l) for one in chosen))
        if found:
            return tuple(found)
    return ()


def _undo_each_other(chosen: Sequence[Tried], rights: Mapping[str, float]) -> bool:
    """Two wrong factors that leave the data term as it is are a long way of saying that the L2 term is scaled."""
    return bool(
        np.isclose(np.prod([one.entry for one in chosen]), np.prod([rights[one.part] for one in chosen]), rtol=1e-9)
    )
