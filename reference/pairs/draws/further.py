"""Whether one more draw of the same sizes, with milder values, may say what those before it did not."""

from __future__ import annotations

from collections.abc import Sequence

from reference.pairs.draws.blocks import BlockStanding
from reference.pairs.draws.drawn import Judged
from reference.pairs.draws.testimony import OTHER_VALUE, TOO_LARGE

__all__ = ["loses_digits", "may_say_more"]


def may_say_more(judged: Sequence[Judged]) -> bool:
    """Of the draws so far: whether a gradient is still open, or a witness silent for what other values may change."""
    last = judged[-1]
    if loses_digits(last):
        return False  # what a narrower float drops, it drops of smaller numbers too
    settled = {
        name for j in judged for name, b in j.blocks.items() if b.standing in (BlockStanding.RIGHT, BlockStanding.WRONG)
    }
    if last.disputes or not settled.issuperset(last.blocks):
        return True
    return any(s.place is None and s.reason.startswith("it") and s.reason != TOO_LARGE for s in last.silent)


def loses_digits(judged: Judged) -> bool:
    """Whether every exact witness is silent because the target's own numbers are of a narrower float."""
    silent = judged.silent
    return bool(judged.seen.run.casts and silent) and all(one.reason == OTHER_VALUE for one in silent)
