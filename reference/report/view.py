"""What every format shows of a report, put into words once: a finding, an output, a target. Formats only lay it out."""

from __future__ import annotations

import re
from typing import Any, NamedTuple, TypeVar

from reference.findings.codes import NOT_JUDGED
from reference.findings.verdicts import EXIT_CODES, worst_exit
from reference.report.diff import Diff, diff_of
from reference.report.models.base import Location, Model
from reference.report.models.verification import CheckResult, Finding, Report, Target
from reference.report.paths import file_of, forward

__all__ = [
    "ALL",
    "SAYS",
    "VERDICT_MARKS",
    "FindingView",
    "ReportView",
    "RowView",
    "TargetView",
    "about",
    "cause",
    "finding_view",
    "given",
    "legible",
    "subject",
    "view",
    "within",
]  # fmt: skip

ALL = "*"
SAYS = {"pass": "verified", "fail": "NOT VERIFIED", "inconclusive": "INCONCLUSIVE", "error": "COULD NOT RUN",
        "interrupted": "INTERRUPTED"}  # fmt: skip
VERDICT_MARKS = {
    "pass": "✓", "warn": "!", "fail": "✗", "inconclusive": "?", "skipped": "-", "error": "!", "interrupted": "-",
}  # fmt: skip
OTHERWISE = {"MB601": "was changed by the call", "MB602": "differs from call to call", "MB702": "is not there"}
OF_THE_WHOLE = {"MB601": "changes what it is given", "MB602": "differs from call to call"}
CERTAINTY = {"exactly": "is exactly ", "consistent": "is consistent with ", "unexplained": "unexplained: "}  # "the …"
FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0
REPLACEMENT = "\ufffd"
T = TypeVar("T")


class Values(NamedTuple):
    """One entry beside what it should be; no ratio where the digits say it."""

    at: list[int]
    got: str
    want: str
    ratio: str | None


class FindingView(NamedTuple):
    """A finding in words."""

    finding: Finding
    headline: str  # as in "dW2 is wrong in backward"
    cause: str
    particulars: dict[str, str]  # what is known beside the cause, by its label
    values: Values | None
    cell: str | None  # the place in a notebook: no program that reads a report knows cells
    file: str | None  # with forward slashes; the target's own where there is no place
    line: int | None  # of the file
    diff: Diff | None = None  # of the target's own lines, where that is what is suggested


class RowView(NamedTuple):
    """An output of a check; ``why`` it has its verdict, where no finding says so."""

    row: CheckResult
    findings: list[FindingView]
    why: str


class TargetView(NamedTuple):
    """A target; ``why`` it is neither right nor wrong: it could not run, is inconclusive or was interrupted."""

    target: Target
    rows: list[RowView]
    why: str | None
    file: str | None
    conventions: list[str]

    @property
    def findings(self) -> list[FindingView]:
        return [finding for row in self.rows for finding in row.findings]


class ReportView(NamedTuple):
    """``reasons``: for the exit code, beyond the targets; never empty where the code says more than they do."""

    reasons: list[str]
    targets: list[TargetView]


def view(report: Report) -> ReportView:
    """A whole report in words."""
    known = report.exit_code == worst_exit(EXIT_CODES[target.verdict] for target in report.targets)
    reasons = report.reasons or ([] if known else [f"{SAYS[report.verdict]}, exit code {report.exit_code}"])
    return ReportView(reasons, [_target(target) for target in report.targets])


def _target(target: Target) -> TargetView:
    named, said = file_of(target.target), SAYS[target.verdict]
    file = None if named is None else forward(named)
    why = None if target.verdict in ("pass", "fail") else f"{said}: {target.error}" if target.error else said
    rows = [
        RowView(row, [finding_view(row.check, row.output, one, file) for one in row.findings], _why(target, row))
        for row in target.checks
    ]
    conventions = dict.fromkeys(text for row in target.checks for text in row.conventions)
    return TargetView(target, rows, why, file, list(conventions))


def _why(target: Target, row: CheckResult) -> str:
    if row.verdict == "inconclusive":
        unjudged = [one for one in row.findings if one.severity == "inconclusive"]
        if unjudged:
            return f"{subject(row)} is not judged: {unjudged[0].text}"
        compared = row.coordinates - row.excluded - row.unresolved
        return f"{subject(row)}: {compared:,} of {row.coordinates:,} entries could be compared"
    if row.verdict == "skipped":
        return f"{subject(row)} was not looked at"
    others = ((other.output, one) for other in target.checks for one in other.findings if other.check == row.check)
    upstream = ", ".join(f"{output} ({one.code})" for output, one in others if row.output in one.upstream_of)
    named = upstream or "another output of this check"
    return "" if row.verdict == "pass" else f"{row.output} is wrong in {row.check}, as a consequence of {named}"


def finding_view(check: str, output: str, finding: Finding, file: str | None = None) -> FindingView:
    """A finding of one output in words; ``file``: the target's own."""
    what = "warning" if finding.severity == "warning" else OTHERWISE.get(finding.code, "is wrong")
    whole = f"{check} {OF_THE_WHOLE[finding.code]}" if finding.code in OF_THE_WHOLE and check != ALL else check
    headline = whole if output == ALL else f"{output} {what} in {check}"
    if finding.code == NOT_JUDGED:
        headline = f"{check} is not judged"
    diff = diff_of(finding.suggestion)
    known = {
        "yours": "\n".join(diff.before) if diff else None,
        "should be": "\n".join(diff.after) if diff else finding.suggestion or None,
        "judge it by": finding.remedy or None,
        "so wrong too": ", ".join(finding.upstream_of) if finding.upstream_of else None,
        "smallest": finding.smallest or None,
        "accepted": finding.accepted or None,
        "reproduce": None if finding.replay is None else reproduced_by(finding.replay),
    }
    particulars = {label: text for label, text in known.items() if text is not None}
    cell, line, where = None, None, finding.location
    if where is not None:
        file = forward(where.file)
        cell, line = (None, where.line if where.line > 0 else None) if where.cell is None else (within(where), None)
    return FindingView(finding, headline, cause(finding), particulars, _values(finding), cell, file, line, diff)


def reproduced_by(replay: str) -> str:
    """The line that shows a failure again: it is stored under a name, or is told whole."""
    return replay if " " in replay else f"manual-backprop replay {replay}"


def about(target: Target) -> list[str]:
    """What is said of a target beside its findings: what it holds, what was left out on request, and the notes."""
    left_out = [f"left out on request: {', '.join(target.excepted)} (--except)"] if target.excepted else []
    return [*target.seen, *left_out, *target.notes]


def given(target: Target) -> list[str]:
    """Of every pair, what it was given."""
    return [f"{check}, {drawn}" for check, drawn in target.drawn.items()]


def _values(finding: Finding) -> Values | None:
    if finding.got is None or finding.want is None:
        return None
    got, want = finding.got + 0.0, finding.want + 0.0  # −0 is 0
    known = want and abs(got / want - 1) > 1e-3 and got
    return Values(finding.index or [], f"{got:.12g}", f"{want:.12g}", f"{got / want:.4g}" if known else None)


def cause(finding: Finding) -> str:
    """How certain it is, and what it is; lines that are shown below are not told a second time."""
    text, diff = finding.text, diff_of(finding.suggestion)
    if diff is not None:
        before, after = (" ".join(line.strip() for line in lines) for lines in diff)
        text = text.replace(f"with `{after}` in place of `{before}`", "as below")
    return f"{CERTAINTY[finding.certainty] if text.startswith('the ') else ''}{text}"


def subject(row: CheckResult) -> str:
    """What a sentence about a row speaks of."""
    return row.check if row.output == ALL else f"{row.output} in {row.check}"


def within(location: Location) -> str:
    """The place in its file; a notebook's lines are counted in each cell."""
    return f"line {location.line}" if location.cell is None else f"cell {location.cell}, line {location.line}"


def legible(value: T) -> T:
    """The text with no character that a format cannot carry: control characters and lone surrogates are replaced."""
    if isinstance(value, Model):
        return type(value).model_validate(legible(value.model_dump()))
    plain: Any = value
    if isinstance(value, str):
        plain = FORBIDDEN.sub(REPLACEMENT, re.sub("\r\n?", "\n", value))
    elif isinstance(value, dict):
        plain = {legible(key): legible(inner) for key, inner in value.items()}
    elif isinstance(value, list | tuple):
        plain = [legible(inner) for inner in value]
    return plain
