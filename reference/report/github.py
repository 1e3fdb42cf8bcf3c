"""Workflow commands for GitHub Actions: a finding is an annotation, at its line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from reference.report.models.verification import Report
from reference.report.view import ReportView, legible, view

__all__ = ["render"]

MOST = 10  # that GitHub shows of one kind from one step
IN_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})  # as GitHub documents
IN_PROPERTIES = IN_DATA | str.maketrans({":": "%3A", ",": "%2C"})


Level = Literal["error", "warning", "notice"]


class Annotation(NamedTuple):
    """One workflow command."""

    level: Level
    title: str
    message: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        given = {"file": self.file, "line": self.line, "title": self.title}
        known = [f"{name}={str(value).translate(IN_PROPERTIES)}" for name, value in given.items() if value is not None]
        return f"::{self.level} {','.join(known)}::{self.message.translate(IN_DATA)}\n"


def render(report: Report) -> str:
    """One command a line, most upstream first; where there is not room for all, errors go before warnings."""
    report = legible(report)
    tool = report.tool.name
    found = list(_annotations(tool, view(report)))
    first = sorted(range(len(found)), key=lambda k: (found[k].level != "error", k))[:MOST]
    shown = [found[k] for k in sorted(first)]
    if more := len(found) - len(shown):
        shown.append(Annotation("notice", tool, f"{more} more {'is' if more == 1 else 'are'} in the report"))
    return "".join(map(str, shown))


def _annotations(tool: str, report: ReportView) -> Iterator[Annotation]:
    yield from (Annotation("error", tool, reason) for reason in report.reasons)
    for shown in report.targets:
        if shown.why:
            yield Annotation("error", shown.target.target, shown.why, shown.file)
        for found in shown.findings:
            lines = [found.cell] if found.cell else []
            lines += [found.cause, *(f"{label}: {text}" for label, text in found.particulars.items())]
            title = f"{found.finding.code}: {found.headline}"
            level: Level = "error" if found.finding.severity == "error" else "warning"
            yield Annotation(level, title, "\n".join(lines), found.file, found.line)
