"""A report as Markdown: for a step's summary, or a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reference.report.markdown_parts import code, escaped, row
from reference.report.models.verification import CheckResult, Finding, Report, Target
from reference.report.text import SAYS
from reference.report.view import cause, headline, legible, particulars, reasons, stopped, why, within

__all__ = ["render"]

LIMIT = 900 * 1024  # bytes; GitHub takes 1 MiB for a step
MARKS = {"pass": "✓", "fail": "✗", "inconclusive": "?", "error": "!", "interrupted": "-"}
CODE = {"should be", "smallest", "reproduce"}  # what stands in a code span


class FindingBlock(NamedTuple):
    """What is shown whole or not at all."""

    lines: Sequence[str]
    findings: int = 0


def render(report: Report) -> str:
    """The whole report, or as much of it as there is room for. The same bytes for the same report."""
    shown, size, left = [], 0, 0
    for block in _blocks(legible(report)):
        text = "\n".join(block.lines) + "\n"
        size += len(text.encode()) + 1
        if size <= LIMIT:
            shown.append(text)
        else:  # and all that follows
            left += block.findings
    if size > LIMIT:
        shown.append(f"**There is no room for the rest: {_counted(left, 'finding')} left out.**\n")
    return "\n".join(shown)


def _blocks(report: Report) -> Iterator[FindingBlock]:
    verdict = f"{MARKS[report.verdict]} {SAYS[report.verdict]} (exit code {report.exit_code})"
    yield FindingBlock([f"## {escaped(report.tool.name)} verify: {verdict}"])
    yield FindingBlock([f"Profile {escaped(report.profile)}, seed {report.seed}."])
    if reasons(report):
        yield FindingBlock([f"- {escaped(said)}" for said in reasons(report)])
    if report.targets:
        yield FindingBlock(list(_table(report.targets)))
    for target in report.targets:
        about = list(_about(target))
        found = [(checked, finding) for checked in target.checks for finding in checked.findings]
        if about or found:
            yield FindingBlock([f"### {escaped(target.target)}"])
        if about:
            yield FindingBlock(about)
        for checked, finding in found:
            yield FindingBlock(list(_finding(checked, finding)), findings=1)


def _table(targets: Sequence[Target]) -> Iterator[str]:
    yield row(("target", "verdict", "outputs checked", "cases", "findings"))
    yield row((":--", ":--", "--:", "--:", "--:"))
    for target in targets:
        verdict = f"{MARKS[target.verdict]} {SAYS[target.verdict]}"
        checked = sum(bool(checked.coordinates) for checked in target.checks)
        yield row(
            (escaped(target.target), verdict, f"{checked:,}", f"{target.distinct_cases:,}", _findings(target.checks))
        )


def _findings(checks: Sequence[CheckResult]) -> str:
    severities = [finding.severity for checked in checks for finding in checked.findings]
    warnings = severities.count("warning")
    known = [str(len(severities) - warnings)] if len(severities) > warnings or not warnings else []
    return ", ".join(known + ([_counted(warnings, "warning")] if warnings else []))


def _about(target: Target) -> Iterator[str]:
    if stopped(target):
        yield f"- {escaped(why(target))}"
    for text in dict.fromkeys(text for checked in target.checks for text in checked.conventions):
        yield f"- convention: {escaped(text)}"
    yield from (f"- {escaped(note)}" for note in target.notes)


def _finding(checked: CheckResult, finding: Finding) -> Iterator[str]:
    yield f"#### {escaped(headline(checked, finding))}"
    yield ""
    where = finding.location
    if where is not None:
        yield f"- **where** {code(where.file)}, {within(where)}"
    yield f"- **cause** {finding.code}: {escaped(cause(finding))}"
    for label, text in particulars(finding):
        yield f"- **{label}** {code(text) if label in CODE else escaped(text)}"


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
