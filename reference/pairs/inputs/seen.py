"""Plans from calls that stand in the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reference.interface.pair import Proposal
from reference.pairs.inputs.spec import Plan

__all__ = ["seen_plans"]


def seen_plans(proposal: Proposal, sources: Sequence[str] = ()) -> Iterator[Plan]:
    """Not yet."""
    yield from ()
