"""A report as Markdown: for a step's summary, or a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reference.report.markdown_parts import code, escaped, fenced, row
from reference.report.models.verification import Report
from reference.report.view import SAYS, VERDICT_MARKS, FindingView, TargetView, about, given, legible, view, within

__all__ = ["render"]

LIMIT = 900 * 1024  # bytes; GitHub takes 1 MiB for a step
HEAD = (row(("target", "verdict", "outputs checked", "cases", "findings")), row((":--", ":--", "--:", "--:", "--:")))
CODE = {"should be", "judge it by", "smallest", "reproduce"}  # what stands in a code span


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
    shown = view(report)
    verdict = f"{VERDICT_MARKS[report.verdict]} {SAYS[report.verdict]} (exit code {report.exit_code})"
    yield FindingBlock([f"## {escaped(report.tool.name)} verify: {verdict}"])
    yield FindingBlock([f"Profile {escaped(report.profile)}, seed {report.seed}."])
    if shown.reasons:
        yield FindingBlock([f"- {escaped(reason)}" for reason in shown.reasons])
    if shown.targets:
        yield FindingBlock([*HEAD, *map(_row, shown.targets)])
    for one in shown.targets:
        known = [one.why] if one.why else []
        known += [f"convention: {text}" for text in one.conventions] + given(one.target) + about(one.target)
        if known or one.findings:
            yield FindingBlock([f"### {escaped(one.target.target)}"])
        if known:
            yield FindingBlock([f"- {escaped(text)}" for text in known])
        for found in one.findings:
            yield FindingBlock(list(_finding(found)), findings=1)


def _row(shown: TargetView) -> str:
    target, findings = shown.target, shown.findings
    warnings = sum(found.finding.severity == "warning" for found in findings)
    unjudged = sum(found.finding.severity == "inconclusive" for found in findings)
    errors = len(findings) - warnings - unjudged
    known = [str(errors)] * bool(errors or not warnings + unjudged)
    known += [_counted(warnings, "warning")] * bool(warnings) + [f"{unjudged:,} not judged"] * bool(unjudged)
    checked = sum(bool(checked.coordinates) for checked in target.checks)
    verdict = f"{VERDICT_MARKS[target.verdict]} {SAYS[target.verdict]}"
    return row((escaped(target.target), verdict, f"{checked:,}", f"{target.distinct_cases:,}", ", ".join(known)))


def _finding(found: FindingView) -> Iterator[str]:
    yield f"#### {escaped(found.headline)}"
    yield ""
    where = found.finding.location
    if where is not None:
        yield f"- **where** {code(where.file)}, {within(where)}"
    yield f"- **cause** {found.finding.code}: {escaped(found.cause)}"
    for label, text in found.particulars.items():
        if found.diff is not None and label in ("yours", "should be"):
            continue
        yield f"- **{label}** {code(text) if label in CODE else escaped(text)}"
    if found.diff is not None:
        lines = [*(f"- {line}" for line in found.diff.before), *(f"+ {line}" for line in found.diff.after)]
        yield from ("", *fenced(lines, "diff"))


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
