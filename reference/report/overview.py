"""Many targets at once: a line for each with its worst code, and how many make each mistake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from reference.findings.codes import CODES
from reference.findings.verdicts import Verdict
from reference.report.models.verification import Finding, Report, Target
from reference.report.view import ALL, VERDICT_MARKS
from reference.report.wrapping import COLUMNS

__all__ = ["MANY", "CommonMistake", "Overview", "OverviewRow", "overview", "overview_lines", "overview_row"]

MANY = 4  # targets, from which on an overview says more than their reports one after the other
GRAVITY = ("error", "inconclusive", "warning")
TOLD = 10  # mistakes in the terminal
WIDEST = 24  # of a bar there, in columns
NAME = 44


class OverviewRow(NamedTuple):
    """A target with the gravest of what was found in it; ``code`` is empty where nothing was."""

    target: str
    verdict: Verdict
    cases: int
    code: str = ""
    where: str = ""  # the output that shows it
    what: str = ""
    line: int | None = None


class CommonMistake(NamedTuple):
    """A mistake, and in how many targets it is made. One that is made in two functions of a target counts once."""

    code: str
    output: str
    what: str
    targets: int


class Overview(NamedTuple):
    """A row for every target, in their order; and the mistakes, the most common first."""

    rows: list[OverviewRow]
    mistakes: list[CommonMistake]


def overview(targets: Iterable[Target]) -> Overview:
    """Of all targets, each looked at once."""
    rows, made = [], Counter[tuple[str, str, str]]()
    for target in targets:
        rows.append(overview_row(target))
        made.update(
            {
                (finding.code, _where(check.output), what(finding))
                for check in target.checks
                for finding in check.findings
                if finding.severity == "error"
            }
        )
    common = sorted(made.items(), key=lambda item: (-item[1], item[0]))
    return Overview(rows, [CommonMistake(*one, count) for one, count in common])


def overview_row(target: Target) -> OverviewRow:
    """The row of one."""
    known = (target.target, target.verdict, target.distinct_cases)
    found = [(row.output, finding) for row in target.checks for finding in row.findings]
    if not found:
        return OverviewRow(*known, what=target.error or "")
    output, worst = min(found, key=lambda one: GRAVITY.index(one[1].severity))
    line = None if worst.location is None else worst.location.line
    return OverviewRow(*known, worst.code, _where(output), what(worst), line)


def _where(output: str) -> str:
    return "" if output == ALL else output


def what(finding: Finding) -> str:
    """The mistake in few words: as it is exactly, else what its code stands for."""
    if finding.certainty != "exactly":
        return CODES[finding.code]
    return "".join(takewhile(lambda c: c not in ",;(", finding.text)).strip() or CODES[finding.code]


def overview_lines(report: Report) -> Iterator[str]:
    """For a reader in 80 columns: a table, and what is most often wrong as bars."""
    rows, made = overview(report.targets)
    counts = Counter(row.verdict for row in rows)
    yield f"{len(rows):,} targets: " + ", ".join(f"{n:,} {VERDICT_MARKS[v]}" for v, n in counts.most_common())
    name = min(NAME, max(len(row.target) for row in rows))
    for row in rows:
        said = _cut(" ".join(filter(None, (row.code, row.where, row.what))), COLUMNS - name - 6)
        yield f"  {VERDICT_MARKS[row.verdict]} {_short(row.target, name)}  {said}".rstrip()
    if made:
        yield ""
        yield from _bars(made)


def _short(name: str, room: int) -> str:
    return name.ljust(room) if len(name) <= room else f"…{name[1 - room :]}"


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"


def _bars(made: Sequence[CommonMistake]) -> Iterator[str]:
    most = made[0].targets
    yield "What is wrong, and in how many targets"
    for one in made[:TOLD]:
        bar = "█" * max(1, round(WIDEST * one.targets / most))
        room = COLUMNS - WIDEST - 10
        said = _cut(" ".join(filter(None, (one.code, one.output, one.what))), room)
        yield f"  {said:{room}}  {bar} {one.targets:,}"
    if len(made) > TOLD:
        yield f"  and {len(made) - TOLD:,} more, each in {made[TOLD].targets:,} or fewer"
