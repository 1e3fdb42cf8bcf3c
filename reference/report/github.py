"""Workflow commands for GitHub Actions: a finding is an annotation, at its line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from reference.report.models.verification import CheckResult, Finding, Report, Target
from reference.report.paths import file_of, forward
from reference.report.view import cause, headline, legible, line_of, particulars, reasons, stopped, why, within

__all__ = ["render"]

MOST = 10  # that GitHub shows of one kind from one step
IN_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})  # as GitHub documents
IN_PROPERTIES = IN_DATA | str.maketrans({":": "%3A", ",": "%2C"})


class Annotation(NamedTuple):
    level: Literal["error", "warning", "notice"]
    title: str
    message: str
    file: str | None = None
    line: int | None = None


def render(report: Report) -> str:
    """One command a line, most upstream first; where there is not room for all, errors go before warnings."""
    report = legible(report)
    found = [Annotation("error", report.tool.name, said) for said in reasons(report)]
    found += [annotation for target in report.targets for annotation in _of_target(target)]
    order = sorted(range(len(found)), key=lambda k: (found[k].level != "error", k))
    shown = [found[k] for k in sorted(order[:MOST])]
    more = len(found) - len(shown)
    if more:
        shown.append(
            Annotation("notice", report.tool.name, f"{more} more {'is' if more == 1 else 'are'} in the report")
        )
    return "".join(f"{_command(annotation)}\n" for annotation in shown)


def _of_target(target: Target) -> Iterator[Annotation]:
    if stopped(target):
        yield Annotation("error", target.target, why(target), _file(file_of(target.target)))
    for row in target.checks:
        for finding in row.findings:
            yield _of_finding(target, row, finding)


def _of_finding(target: Target, row: CheckResult, finding: Finding) -> Annotation:
    where = finding.location
    lines = [cause(finding), *(f"{label}: {text}" for label, text in particulars(finding))]
    if where is not None and where.cell is not None:
        lines.insert(0, within(where))
    return Annotation(
        finding.severity,
        f"{finding.code}: {headline(row, finding)}",
        "\n".join(lines),
        _file(file_of(target.target) if where is None else where.file),
        line_of(where),
    )


def _file(name: str | None) -> str | None:
    return None if name is None else forward(name)


def _command(annotation: Annotation) -> str:
    given = {"file": annotation.file, "line": annotation.line, "title": annotation.title}
    properties = [f"{name}={str(value).translate(IN_PROPERTIES)}" for name, value in given.items() if value is not None]
    return f"::{annotation.level} {','.join(properties)}::{annotation.message.translate(IN_DATA)}"
