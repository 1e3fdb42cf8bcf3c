"""A comparison as Markdown: for a pull request, or a step's summary."""

from __future__ import annotations

from collections.abc import Iterator

from reference.report.comparison import Comparison
from reference.report.tables import MARKS, Table, tables

__all__ = ["render"]


def render(comparison: Comparison) -> str:
    """The whole comparison, newline at its end."""
    lines = ["## manual-backprop compare", "", f"{comparison.cases:,} cases; truth: {comparison.truth}.", ""]
    lines += [f"- {_escaped(text)}" for text in comparison.words] + [""]
    for table in tables(comparison):
        lines += [*_table(table), ""]
    for standing in comparison.standings:
        for finding in standing.findings:
            where = f" ({finding.location.file}:{finding.location.line})" if finding.location else ""
            lines.append(f"- {MARKS[standing.verdict]} {_escaped(standing.target)}: **{finding.code}** "
                         f"{_escaped(finding.text)}{_escaped(where)}")  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def _table(table: Table) -> Iterator[str]:
    yield f"### {_escaped(table.title)}"
    yield ""
    yield _row(table.columns)
    yield _row([":--"] + ["--:"] * (len(table.columns) - 1))
    yield from (_row([_escaped(cell) for cell in row]) for row in table.rows)
    if table.below:
        yield ""
        yield _escaped(table.below)


def _row(cells: object) -> str:
    return f"| {' | '.join(cells)} |"  # type: ignore[arg-type]


def _escaped(text: str) -> str:
    for sign in "\\`*_{}[]<>|":
        text = text.replace(sign, f"\\{sign}")
    return text
