"""A report in words, for the formats that wrap no lines: what is wrong, where, why, and how to see it again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeVar

from reference.findings.verdicts import EXIT_CODES, worst_exit
from reference.report import text
from reference.report.models.base import Location, Model
from reference.report.models.verification import CheckResult, Finding, Report, Target
from reference.report.text import SAYS, cause

__all__ = [
    "ALL",
    "cause",
    "headline",
    "legible",
    "line_of",
    "particulars",
    "reasons",
    "stopped",
    "subject",
    "why",
    "within",
]

ALL = "*"
FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0
REPLACEMENT = "\ufffd"
M = TypeVar("M", bound=Model)


def legible(model: M) -> M:
    """The same with no character that a format cannot carry: control characters and lone surrogates are replaced."""
    return type(model).model_validate(_legible(model.model_dump()))


def _legible(value: Any) -> Any:
    if isinstance(value, str):
        return FORBIDDEN.sub(REPLACEMENT, re.sub("\r\n?", "\n", value))
    if isinstance(value, dict):
        return {_legible(key): _legible(inner) for key, inner in value.items()}
    return [_legible(inner) for inner in value] if isinstance(value, list | tuple) else value


def subject(row: CheckResult) -> str:
    return row.check if row.output == ALL else f"{row.output} in {row.check}"


def headline(row: CheckResult, finding: Finding) -> str:
    """As in the text report: ``dW2 is wrong in backward``."""
    return text.headline(row.check, row.output, finding)


def within(location: Location) -> str:
    """The place in its file; a notebook's lines are counted in each cell."""
    return f"line {location.line}" if location.cell is None else f"cell {location.cell}, line {location.line}"


def line_of(location: Location | None) -> int | None:
    """The line of the file. A notebook's counts in its cell, and no program that reads a report knows cells."""
    return location.line if location is not None and location.cell is None and location.line > 0 else None


def particulars(finding: Finding) -> Iterator[tuple[str, str]]:
    """What else is known of it, labelled as in the text report."""
    if finding.suggestion:
        yield "should be", finding.suggestion
    if finding.upstream_of:
        yield "so wrong too", ", ".join(finding.upstream_of)
    if finding.smallest:
        yield "smallest", finding.smallest
    if finding.accepted:
        yield "accepted", finding.accepted
    if finding.replay:
        yield "reproduce", f"manual-backprop replay {finding.replay}"


def stopped(target: Target) -> bool:
    """Neither right nor wrong: it could not run, is inconclusive or was interrupted."""
    return target.verdict not in ("pass", "fail")


def why(target: Target) -> str:
    """A target is neither right nor wrong."""
    return f"{SAYS[target.verdict]}: {target.error}" if target.error else SAYS[target.verdict]


def reasons(report: Report) -> list[str]:
    """For the exit code, beyond the verdicts of the targets; never empty where the code says more than they do."""
    known = report.exit_code == worst_exit([EXIT_CODES[target.verdict] for target in report.targets])
    return report.reasons or ([] if known else [f"{SAYS[report.verdict]}, exit code {report.exit_code}"])
