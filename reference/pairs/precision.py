"""Precision lost on the way: the error is of float32's size, and is gone when the target's float32 are widened."""

from __future__ import annotations

from typing import NamedTuple

from reference.interface.entry import Place
from reference.interface.pair import OpenPair
from reference.pairs.draws.tolerance import U32
from reference.pairs.reading import RowConclusion, Standings, judge_reading
from reference.pairs.result import backward_place

__all__ = ["Widened", "widened"]

SIZE = 2**14 * U32  # relative to the block: what a hidden float32 leaves at most


class Widened(NamedTuple):
    """A pair that is right, or no longer wrong, once its float32 are float64, and where the first of them is made."""

    standings: Standings
    text: str
    place: Place | None


def widened(pair: OpenPair, standings: Standings, *, seed: int, draws: int) -> Widened | None:
    """Judge a pair again with every float32 that it makes widened; only where what is wrong may come from one."""
    if not _may_be(standings):
        return None
    again = judge_reading(pair, standings.reading, seed=seed, draws=draws, kind="widened")
    if again.wrong or not again.rows or not (again.right or standings.wrong):
        return None
    then = "every gradient is right" if again.right else "none is wrong"
    casts = [cast for judged in standings.judged for cast in judged.seen.run.casts]
    if not casts:  # before either pass: an array that the object was made with
        text = f"something that it holds is of a narrower float: with that widened {then}"
        return Widened(again, text, backward_place(pair))
    cell, line, what = casts[0][:3]
    text = f"it is {what} on the way: with that widened {then}"
    return Widened(again, text, Place(pair.file, cell, int(line)))


def _may_be(standings: Standings) -> bool:
    """Whether everything that is wrong is small, or the witnesses only ran another forward pass."""
    if any(breach.severity == "error" for breach in standings.breaches) or not standings.rows:
        return False
    wrong = [row for row in standings.rows if row.conclusion is RowConclusion.WRONG]
    if any(block.infinite or block.relative > SIZE for row in wrong for _, block in row.shown):
        return False
    other_value = any("forward value" in s.reason for judged in standings.judged for s in judged.silent)
    return bool(wrong) or other_value
