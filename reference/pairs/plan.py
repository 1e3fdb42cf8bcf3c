"""What a judgement needs to know of a way to feed a pair: narrow, so that whoever makes plans is free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from reference.interface.pair import PairDraw

__all__ = ["TRIED", "PairReading"]

TRIED = 3  # the rank of a reading that is a guess


class PairReading(Protocol):
    """One meaning of the arguments, and what can be drawn under it.

    ``rank``: how good the evidence for it is, the smaller the better. ``label``: its name, unlike that of any other.
    ``bind``: the line that would make it the only one. ``said``: what was drawn, for the report. ``cases``: what it
    runs at, other sizes or another configuration at each index. ``doubts``: what speaks against it beside others of
    its rank: that it does not run at some sizes, that it goes against what is documented. ``coincident``: it is a guess
    that runs only where all sizes are equal.
    """

    @property
    def rank(self) -> int: ...

    @property
    def label(self) -> str: ...

    @property
    def bind(self) -> str: ...

    @property
    def said(self) -> str: ...

    @property
    def doubts(self) -> int: ...

    @property
    def coincident(self) -> bool: ...

    @property
    def cases(self) -> Sequence[object]: ...

    def sizes(self, index: int) -> Mapping[str, int]:
        """The sizes of the draws with this index, by name; no two are equal. Index 0 is that of the fixed set."""
        ...

    def draw(self, seed: int, index: int, *, sizes: Mapping[str, int] | None = None, mild: int = 0) -> PairDraw:
        """Fresh values. ``sizes``: others than those of ``index``. ``mild``: so many times closer to zero."""
        ...

    def case_line(self, draw: PairDraw) -> str:
        """What ``--case`` takes."""
        ...
