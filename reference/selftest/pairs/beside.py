"""Pairs beside each other, in processes: to plant all mistakes in all of them is an hour's work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import as_completed

from reference.report.pair_kills import PairKills
from reference.selftest.pairs.planting import plant_in_pairs
from reference.selftest.pairs.rights import right_files
from reference.selftest.pairs.workshop import Workshop
from reference.verification.processes import processes_beside
from reference.verification.target import prepared

__all__ = ["plant_beside"]


def plant_beside(
    count: int | None,
    *,
    processes: int,
    named: int | None = None,
    sources: Mapping[str, str] | None = None,
    said: Callable[[PairKills], None] = lambda kills: None,
) -> list[PairKills]:
    """As ``plant_in_pairs``, to the same kills; ``said`` hears of a pair when it is done."""
    asked = []
    for name, source in (right_files() if sources is None else sources).items():
        with Workshop(name, source) as workshop:
            asked += [(name, source, opened.proposal.check) for opened in workshop.pairs(source)]
    with processes_beside(processes) as pool:
        begun = [pool.submit(_whole, *one, count, named) for one in asked]
        for done in as_completed(begun):
            said(done.result())
        return [one.result() for one in begun]


def _whole(name: str, source: str, check: str, count: int | None, named: int | None) -> PairKills:
    """All of one pair, in a process of its own."""
    with prepared(anew=True):
        (found,) = plant_in_pairs(count, sources={name: source}, named=named, only=check)
    return found
