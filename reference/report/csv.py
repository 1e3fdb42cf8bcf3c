"""A report as a table for a spreadsheet: a line for every target, with a heading."""

from __future__ import annotations

import csv
import io

from reference.findings.verdicts import EXIT_CODES
from reference.report.models.verification import Report
from reference.report.overview import overview

__all__ = ["COLUMNS", "render"]

COLUMNS = ("target", "verdict", "exit_code", "worst_code", "output", "line", "mistake", "codes", "checks", "cases")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute


def render(report: Report) -> str:
    """The whole table. What would be a formula in a spreadsheet has an apostrophe before it."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for row in overview(report):
        target = row.target
        codes = sorted({finding.code for check in target.checks for finding in check.findings})
        checked = len({check.check for check in target.checks if check.coordinates})
        table.writerow(map(_inert, (
            target.target, target.verdict, EXIT_CODES[target.verdict], row.code, row.where,
            "" if row.line is None else row.line, row.what, " ".join(codes), checked, target.distinct_cases,
        )))  # fmt: skip
    return text.getvalue()


def _inert(value: str | int) -> str | int:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
