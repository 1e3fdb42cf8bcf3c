"""What cannot be called by itself, and is judged as a part of the network that calls it."""

from __future__ import annotations

from collections.abc import Sequence

from reference.interface.pair import OpenPair, PairKind
from reference.pairs.result import PairResult

__all__ = ["without_parts"]


def without_parts(results: Sequence[PairResult], pairs: Sequence[OpenPair]) -> list[PairResult]:
    """The results without methods that nothing made run, where the step of a network that is judged calls them."""
    proposals = {opened.proposal.check: opened.proposal for opened in pairs}
    within: set[str] = set()
    for result in results:
        p = proposals.get(result.check)
        if p is not None and p.kind is PairKind.NETWORK and result.rows:
            facts = p.asked[PairKind.NETWORK]
            within |= {f"{p.owner}.{name}" if p.owner else name for name in facts["calls"]}
    return [r for r in results if r.not_judged is None or r.check not in within]
