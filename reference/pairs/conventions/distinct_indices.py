"""Writes at indices that are meant to be distinct: of two to one place the last counts, the other has no gradient.

Narrow: all that is wrong is an entry whose derivative is exactly zero, as that of what is overwritten is, and with
every index given once nothing is wrong. What is read twice, and not summed, is no such thing: its truth is not zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair, PairDraw
from reference.pairs.draws.blocks import BlockStanding
from reference.pairs.draws.drawn import Judged, judge_draw
from reference.pairs.reading import RowConclusion, Standings

__all__ = ["for_distinct_indices"]

ALIKE = 1e-9  # of the largest entry
TEXT = "is right where no index is given twice: of two writes to one place the last counts"


def for_distinct_indices(pair: OpenPair, standings: Standings) -> dict[str, str]:
    """The gradients that are right for distinct indices, where all that is wrong otherwise is what is overwritten."""
    wrong = {row.primal for row in standings.rows if row.conclusion is RowConclusion.WRONG}
    shown = [j for j in standings.judged if any(_is_wrong(j, name) for name in wrong)]
    if not shown or not all(_overwritten(j, name) for j in shown for name in wrong if _is_wrong(j, name)):
        return {}
    looked_at = 0
    for judged in shown:
        draw = _once(judged.seen.draw)
        if draw is None:
            return {}
        try:
            again = judge_draw(pair, draw, with_autodiff=False)
        except (TargetRaised, TargetDied):  # fewer places than indices
            continue
        if any(block.standing is BlockStanding.WRONG for block in again.blocks.values()):
            return {}
        looked_at += all(again.blocks[name].standing is BlockStanding.RIGHT for name in wrong if name in again.blocks)
    return dict.fromkeys(wrong, TEXT) if looked_at else {}


def _is_wrong(judged: Judged, name: str) -> bool:
    return name in judged.blocks and judged.blocks[name].standing is BlockStanding.WRONG


def _overwritten(judged: Judged, name: str) -> bool:
    """Is every entry that differs one whose derivative is exactly zero?"""
    got = np.asarray(judged.seen.run.gradients[name]).ravel()
    for of in judged.heard[name].values():
        known = of.known()
        values, mine = of.values[known].real, got[of.entries[known]]
        differs = np.abs(mine - values) > ALIKE * max(1.0, float(np.max(np.abs(values), initial=0.0)))
        if np.any(values[differs]):
            return False
    return True


def _once(draw: PairDraw) -> PairDraw | None:
    """The draw with every whole number of an array given once; ``None`` where none is given twice."""
    found = {name: _distinct(value) for name, value in draw.arguments.items() if _repeats(value)}
    return draw._replace(arguments={**draw.arguments, **found}) if found else None


def _repeats(value: Any) -> bool:
    whole = isinstance(value, np.ndarray) and value.dtype.kind in "iu"
    return whole and np.unique(value).size < value.size


def _distinct(value: np.ndarray) -> np.ndarray:
    return np.random.RandomState(value.size).permutation(value.size).astype(value.dtype).reshape(value.shape)
