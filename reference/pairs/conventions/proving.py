"""In what a pair may differ from its derivative and be right all the same: each proven by a rerun, and each narrow."""

from __future__ import annotations

from typing import NamedTuple

from reference.findings.verdicts import Severity
from reference.interface.entry import Place
from reference.interface.pair import OpenPair, PairKind
from reference.pairs.conventions.distinct_indices import for_distinct_indices
from reference.pairs.conventions.guard import left_out_guard
from reference.pairs.conventions.per_count import over_the_batch
from reference.pairs.conventions.together import of_several_together
from reference.pairs.conventions.truncated import cut_off
from reference.pairs.conventions.written_digits import written_digits
from reference.pairs.reading import RowConclusion, Standings

__all__ = ["PairConvention", "by_output", "conventions_of"]


class PairConvention(NamedTuple):
    """What is said of a gradient that follows one; ``warning``: of what it leaves out, with its line."""

    text: str
    warning: Severity | None = None
    place: Place | None = None


def conventions_of(pair: OpenPair, standings: Standings) -> dict[str, PairConvention]:
    """By primal. Only where all that is wrong with the pair follows the same one."""
    wrong = {row.primal for row in standings.rows if row.conclusion is RowConclusion.WRONG}
    if not wrong or any(breach.severity == "error" for breach in standings.breaches):
        return {}
    for texts_of in (over_the_batch, cut_off, of_several_together, for_distinct_indices):
        found = {name: PairConvention(text) for name, text in texts_of(pair, standings).items()}
        if found.keys() == wrong:
            return found
    for warnings_of in (left_out_guard, written_digits):
        found = {name: PairConvention(text, "warning", at) for name, (text, at) in warnings_of(pair, standings).items()}
        if found.keys() == wrong:
            return found
    return {}


def by_output(pair: OpenPair, standings: Standings) -> str | None:
    """That a derivative is taken of its output, where it is."""
    if pair.proposal.kind is not PairKind.DERIVATIVE and not pair.proposal.slope:
        return None
    of = {judged.seen.draw.reading.get("of") for judged in standings.judged}
    return "the derivative is written in terms of its output" if of == {"output"} else None
