"""What both passes answer with a number of the program changed, of every number that may count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reference.interface.entry import Place
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair
from reference.pairs.draws.drawn import Judged

__all__ = ["answers_by_literal", "place_of"]

POINTS = 64  # entries of a block


def answers_by_literal(
    pair: OpenPair, judged: Judged, name: str, fractions: Sequence[float] | None = None
) -> Sequence[Mapping[str, Any]]:
    """Of every number the derivatives at the entries of a block, with it times each of ``fractions``; without these of
    the numbers that are written to several digits, a unit further. Nothing where the target does not answer.
    """
    try:
        told: Sequence[Mapping[str, Any]] = pair.ask(
            "pair_guards",
            check=pair.proposal.check,
            draw=judged.seen.draw.tree(),
            cotangents=list(judged.seen.run.cotangents),
            points=[[name, k] for k in range(min(judged.seen.run.primals[name].size, POINTS))],
            fractions=None if fractions is None else list(fractions),
        )
    except (TargetRaised, TargetDied):
        return ()
    return told


def place_of(pair: OpenPair, of: Mapping[str, Any]) -> Place:
    """Where the number stands."""
    return Place(of.get("file") or pair.file, of.get("cell"), int(of["line"]))
