"""What a report is told of a pair: of every gradient its tally, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.interface.entry import Place
from reference.interface.pair import OpenPair
from reference.pairs.laws import Breach
from reference.pairs.reading import Conclusion, Row, Standings
from reference.pairs.result import PairFinding, PairResult, PairRow

__all__ = ["result_of"]

Array = NDArray[Any]


def result_of(pair: OpenPair, standings: Standings, *, seed: int) -> PairResult:
    """The rows of a pair under the reading that is believed."""
    rows = [_row(pair, standings, row) for row in standings.rows]
    whole = [finding for finding in map(_breach, _of_none(standings)) if finding is not None]
    if whole:
        rows.append(PairRow("*", findings=tuple(whole)))
    notes = (standings.reading.said, *standings.notes)
    return PairResult(
        pair.proposal.check, tuple(rows), notes=notes, distinct_cases=len(standings.cases), disputes=standings.disputes
    )


def _of_none(standings: Standings) -> list[Breach]:
    """What concerns no gradient that has a row of its own."""
    own = {row.primal for row in standings.rows}
    raised = [] if standings.raised is None else [standings.raised]
    return [breach for breach in standings.breaches if breach.primal not in own] + raised


def _breach(breach: Breach) -> PairFinding:
    return PairFinding(breach.code, breach.severity, "exactly", breach.text, place=breach.place)


def _row(pair: OpenPair, standings: Standings, row: Row) -> PairRow:
    findings = [_breach(breach) for breach in standings.breaches if breach.primal == row.primal]
    if row.conclusion is Conclusion.WRONG:
        findings.append(_wrong(pair, standings, row))
    if row.conclusion is Conclusion.OPEN:
        findings.append(PairFinding("MB704", "inconclusive", "exactly", f"{row.called}: {row.why}", place=row.place))
    consistent = {Conclusion.RIGHT: True, Conclusion.WRONG: False}.get(row.conclusion)
    return PairRow(row.called, row.tally, tuple(findings), consistent=consistent)


def _wrong(pair: OpenPair, standings: Standings, row: Row) -> PairFinding:
    judged, block = row.shown[0]
    shape = judged.seen.run.primals[row.primal].shape
    at = None if block.at is None else tuple(int(k) for k in np.unravel_index(block.at, shape))
    code, text = ("MB401", "is not finite where its truth is") if block.infinite else ("MB199", "is wrong, unexplained")
    return PairFinding(
        code, "error", "exactly" if block.infinite else "unexplained", f"{row.called} {text}",
        place=Place(pair.file, pair.proposal.cell, pair.proposal.line),
        smallest=standings.reading.case_line(judged.seen.draw), at=at, got=block.got, want=block.want,
    )  # fmt: skip
