"""What is concluded of a pair, as plain values."""

from __future__ import annotations

from typing import NamedTuple

from reference.findings.verdicts import Certainty, Severity
from reference.interface.entry import NotJudged, Place
from reference.interface.pair import OpenPair
from reference.judging.judge import Tally

__all__ = ["PairFinding", "PairResult", "PairRow", "backward_place"]


def backward_place(pair: OpenPair) -> Place:
    """Where the backward pass of a pair begins: what is said of no line of it is said there."""
    return Place(pair.file, pair.proposal.cell, pair.proposal.line)


class PairFinding(NamedTuple):
    """One thing that is wrong with one gradient, or of note."""

    code: str
    severity: Severity
    certainty: Certainty
    text: str
    candidates: tuple[str, ...] = ()
    place: Place | None = None
    suggestion: str | None = None  # a diff of the target's own line
    smallest: str | None = None  # the line that ``--case`` takes
    at: tuple[int, ...] | None = None  # the entry of the gradient that shows it
    got: float | None = None
    want: float | None = None
    upstream_of: tuple[str, ...] = ()  # outputs that are wrong for want of this one


class PairRow(NamedTuple):
    """One gradient of a pair, as the target calls it; "*" for what concerns the pair as a whole."""

    output: str
    tally: Tally = Tally()
    findings: tuple[PairFinding, ...] = ()
    conventions: tuple[str, ...] = ()
    consistent: bool | None = None
    follows: bool = False  # it is wrong only for want of another, which carries the finding


class PairResult(NamedTuple):
    """A pair's rows; or why it was not judged."""

    check: str
    rows: tuple[PairRow, ...] = ()
    not_judged: NotJudged | None = None
    notes: tuple[str, ...] = ()
    distinct_cases: int = 0
    drawn: str = ""  # what it was given
    disputes: tuple[str, ...] = ()  # witnesses that disagree: our fault, exit 2
