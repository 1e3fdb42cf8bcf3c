"""A comparison as Markdown: for a pull request, or a step's summary."""

from __future__ import annotations

from collections.abc import Iterator

from reference.report.fastest import fastest
from reference.report.markdown_parts import escaped, row
from reference.report.models.comparison import Comparison
from reference.report.tables import Table, tables
from reference.report.view import VERDICT_MARKS

__all__ = ["render"]


def render(comparison: Comparison) -> str:
    """The whole comparison, newline at its end."""
    lines = ["## manual-backprop compare", "", f"{comparison.cases:,} cases; truth: {comparison.truth}.", ""]
    lines += [f"- {escaped(text)}" for text in (*comparison.words, *fastest(comparison))] + [""]
    for table in tables(comparison):
        lines += [*_table(table), ""]
    for standing in comparison.standings:
        for finding in standing.findings:
            where = f" ({finding.location.file}:{finding.location.line})" if finding.location else ""
            lines.append(f"- {VERDICT_MARKS[standing.verdict]} {escaped(standing.target)}: **{finding.code}** "
                         f"{escaped(finding.text)}{escaped(where)}")  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def _table(table: Table) -> Iterator[str]:
    yield f"### {escaped(table.title)}"
    yield ""
    yield row(table.columns)
    yield row([":--"] + ["--:"] * (len(table.columns) - 1))
    yield from (row(map(escaped, cells)) for cells in table.rows)
    if table.below:
        yield ""
        yield escaped(table.below)
