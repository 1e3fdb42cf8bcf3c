"""Steps that are cut off where the code says so: the gradient is exact once the number that cuts them is large."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair, PairDraw
from reference.pairs.draws.blocks import BlockStanding
from reference.pairs.draws.drawn import judge_draw
from reference.pairs.reading import RowConclusion, Standings

__all__ = ["cut_off"]

NAME = re.compile(r"trunc|bptt", re.IGNORECASE)
LARGE = 10_000  # steps


def cut_off(pair: OpenPair, standings: Standings) -> dict[str, str]:
    """The gradients that are right once nothing is cut off, and the name of the number that does."""
    wrong = {row.primal for row in standings.rows if row.conclusion is RowConclusion.WRONG}
    if not wrong:
        return {}
    first = next(row for row in standings.rows if row.primal in wrong).shown[0][0]
    for name, draw in _uncut(pair, first.seen.draw):
        try:
            judged = judge_draw(pair, draw, with_autodiff=False)
        except (TargetRaised, TargetDied):
            continue
        if all(block.standing is BlockStanding.RIGHT for block in judged.blocks.values()):
            return dict.fromkeys(wrong, f"steps are cut off by {name}, and exact where nothing is cut off")
    return {}


def _uncut(pair: OpenPair, draw: PairDraw) -> list[tuple[str, PairDraw]]:
    """The draw with each number changed that says by its name that it cuts off steps."""
    proposal = pair.proposal
    defaults = {p.name: p.default for p in proposal.takes if _is_count(p.name, p.default)}
    made = {p.name: p.default for p in proposal.constructor if _is_count(p.name, p.default)}
    given = defaults | {n: v for n, v in draw.arguments.items() if _is_count(n, v)}
    built = made | {n: v for n, v in draw.construct.items() if _is_count(n, v)}
    return [
        *((name, draw._replace(arguments={**draw.arguments, name: LARGE})) for name in given),
        *((name, draw._replace(construct={**draw.construct, name: LARGE})) for name in built),
        *_inner(draw),
    ]


def _inner(draw: PairDraw) -> list[tuple[str, PairDraw]]:
    """The same of the entries of a dictionary that is given."""
    return [
        (key, draw._replace(arguments={**draw.arguments, name: {**value, key: LARGE}}))
        for name, value in draw.arguments.items()
        if isinstance(value, Mapping)
        for key, entry in value.items()
        if _is_count(str(key), entry)
    ]


def _is_count(name: str, value: Any) -> bool:
    return bool(NAME.search(name)) and type(value) is int
