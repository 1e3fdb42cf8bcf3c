"""The line of a backward pass that makes a gradient, and the one that chooses among equals: where a fault shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from reference.interface.entry import Place
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair, PairDraw

__all__ = ["chooses_in", "made_in"]

CHOOSES = re.compile(r"==|>=|<=|\bisclose\b|\bequal\b")


def made_in(pair: OpenPair, draw: PairDraw, gradient: str) -> Place | None:
    """Where a gradient of this name takes its last value; of what is returned without a name, where it is returned."""
    ours = _of_the_backward_pass(pair, draw)
    named = [s for s in ours if gradient in s["makes"]] or [s for s in ours if "return" in s["makes"]]
    return _place(named[-1]) if named else None


def chooses_in(pair: OpenPair, draw: PairDraw) -> Place | None:
    """Where the backward pass compares, if it does so in one line."""
    lines = {_place(s): s for s in _of_the_backward_pass(pair, draw) if CHOOSES.search(s["text"])}
    return next(iter(lines)) if len(lines) == 1 else None


def _of_the_backward_pass(pair: OpenPair, draw: PairDraw) -> Sequence[Any]:
    try:
        told = pair.ask("pair_statements", check=pair.proposal.check, draw=draw.tree())
    except (TargetRaised, TargetDied):
        return ()
    name = pair.proposal.backward.rpartition(".")[2]
    return [statement for statement in told if statement["function"] == name]


def _place(statement: Any) -> Place:
    return Place(statement["file"], statement["cell"], statement["line"])
