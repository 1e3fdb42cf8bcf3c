"""Verified first: who was compared with whom, on what, and how far apart they were. Who is wrong is not timed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from benchmarks.tables import markdown

__all__ = ["WitnessAgreement", "table", "wrong"]


class WitnessAgreement(NamedTuple):
    """One comparison; ``worst`` and ``allowed`` are in the unit that ``what`` names."""

    who: str
    what: str  # and with whom
    worst: float
    allowed: float
    where: str = ""  # at which size, say

    @property
    def right(self) -> bool:
        """A NaN is not."""
        return self.worst <= self.allowed


def wrong(agreements: Iterable[WitnessAgreement]) -> set[str]:
    """Who may not be timed."""
    return {agreement.who for agreement in agreements if not agreement.right}


def table(agreements: Iterable[WitnessAgreement]) -> str:
    """Markdown: a row for everyone, a column for each kind of comparison, the worst of a kind."""
    cells: dict[tuple[str, str], WitnessAgreement] = {}
    for one in agreements:
        known = cells.get((one.who, one.what))
        if known is None or _further(one, known):
            cells[one.who, one.what] = one
    kinds = list(dict.fromkeys(what for _, what in cells))
    rows = []
    for who in dict.fromkeys(who for who, _ in cells):
        mine = [cells.get((who, what)) for what in kinds]
        verdict = "right" if all(one is None or one.right for one in mine) else "**WRONG**, not timed"
        rows.append((who, *("" if one is None else _cell(one) for one in mine), verdict))
    return markdown(("verified", *kinds, ""), rows)


def _further(one: WitnessAgreement, known: WitnessAgreement) -> bool:
    if one.right != known.right:
        return not one.right
    return not one.worst * known.allowed <= known.worst * one.allowed


def _cell(one: WitnessAgreement) -> str:
    if one.right:
        return f"{one.worst:.2g} ≤ {one.allowed:.2g}"
    return f"**{one.worst:.2g}**, allowed {one.allowed:.2g}" + (f" ({one.where})" if one.where else "")
