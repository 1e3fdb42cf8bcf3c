"""What is concluded of a target, as plain values: a verdict, and a row for each output of each check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from reference.findings.verdicts import RowVerdict, Verdict
from reference.interface.entry import NotJudged
from reference.judging.judge import Tally
from reference.report.models.evidence import Evidence, PairEvidence
from reference.verification.explained import Explained
from reference.verification.failures import Stored

__all__ = ["Conclusion", "OutputRow"]


class OutputRow(NamedTuple):
    """What was counted of one output of one check, and what was found."""

    check: str
    output: str
    tally: Tally = Tally()
    nudged: int = 0
    findings: tuple[Explained, ...] = ()
    consistent: bool | None = None
    conventions: tuple[str, ...] = ()
    low: bool = False  # too little of its check was resolved
    follows: bool = False  # it is wrong only for want of another output, which carries the finding

    @property
    def verdict(self) -> RowVerdict:
        if self.follows or any(finding.severity == "error" for finding in self.findings):
            return "fail"
        if self.low or any(finding.severity == "inconclusive" for finding in self.findings):
            return "inconclusive"
        return "warn" if self.findings else "pass"


class Conclusion(NamedTuple):
    """A target's verdict, with what it rests on."""

    target: str
    verdict: Verdict
    error: str | None = None
    notes: tuple[str | NotJudged, ...] = ()
    distinct_cases: int = 0
    rows: tuple[OutputRow, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    seen: tuple[str, ...] = ()  # what it holds, and the nearest thing to do, where nothing was checked
    names: tuple[str, ...] = ()  # of everything that it defines
    excepted: tuple[str, ...] = ()  # of these, what was left out on request
    of_pairs: tuple[PairEvidence, ...] = ()
    drawn: Mapping[str, str] = {}  # of each pair, what it was given
    bound: Mapping[str, str] = {}  # every key of its binding that goes by a name: "", or that it has no such name

    @property
    def stored(self) -> list[Stored]:
        """The failures to keep, each once."""
        kept = (finding.stored for row in self.rows for finding in row.findings)
        return list(dict.fromkeys(stored for stored in kept if stored is not None))
