"""A report as a table for a spreadsheet: a line for every target, with a heading."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from reference.findings.verdicts import EXIT_CODES
from reference.report.models.verification import Report
from reference.report.overview import overview_row

__all__ = ["COLUMNS", "parts", "render"]

COLUMNS = ("target", "verdict", "exit_code", "worst_code", "output", "line", "mistake", "codes", "checks", "cases")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute


def render(report: Report) -> str:
    """The whole table. What would be a formula in a spreadsheet has an apostrophe before it."""
    return "".join(parts(report))


def parts(report: Report) -> Iterator[str]:
    """The same, line by line."""
    yield _line(COLUMNS)
    for target in report.targets:
        row = overview_row(target)
        codes = sorted({finding.code for check in target.checks for finding in check.findings})
        checked = len({check.check for check in target.checks if check.coordinates})
        yield _line((
            row.target, row.verdict, EXIT_CODES[row.verdict], row.code, row.where,
            "" if row.line is None else row.line, row.what, " ".join(codes), checked, row.cases,
        ))  # fmt: skip


def _line(cells: Sequence[str | int]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(map(_inert, cells))
    return text.getvalue()


def _inert(value: str | int) -> str | int:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
