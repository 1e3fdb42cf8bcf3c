"""A comparison for a reader at a terminal. 80 columns."""

from __future__ import annotations

import io
from collections.abc import Iterator

from reference.report.fastest import fastest
from reference.report.models.comparison import Comparison, Standing
from reference.report.tables import Table, tables
from reference.report.text import finding_lines
from reference.report.view import SAYS, VERDICT_MARKS
from reference.report.wrapping import wrapped

__all__ = ["render"]

COLUMNS, BETWEEN = 80, 3


def render(comparison: Comparison) -> str:
    """The whole comparison, newline at its end."""
    lines = [f"{comparison.cases:,} cases; truth: {comparison.truth}", ""]
    for table in tables(comparison, brief=True):
        lines += [*_table(table), ""]
    for standing in comparison.standings:
        lines += _standing(standing)
    lines += [line for text in (*comparison.words, *fastest(comparison)) for line in wrapped(text, "")]
    code = comparison.exit_code
    lines += [
        "",
        f"{SAYS[comparison.verdict]} in {comparison.timing.total:.1f} s (seed {comparison.seed}, exit {code})",
    ]
    return "\n".join(lines) + "\n"


def _table(table: Table) -> Iterator[str]:
    from rich import box
    from rich.console import Console
    from rich.table import Table as Grid

    yield from wrapped(table.title, "")
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False)
    first, *rest = zip(*[table.columns, *table.rows], strict=True)
    widest = [max(map(len, cells)) for cells in rest]
    room = COLUMNS - sum(widest) - BETWEEN * len(rest) - 2  # names are cut, figures are not
    grid.add_column(first[0], overflow="ellipsis", no_wrap=True, max_width=max(room, 8))
    for cells, width in zip(rest, widest, strict=True):
        grid.add_column(cells[0], justify="right", no_wrap=True, min_width=width)
    for row in table.rows:
        grid.add_row(*row)
    out = io.StringIO()
    Console(file=out, width=COLUMNS, color_system=None, highlight=False, markup=False).print(grid)
    yield from (line.rstrip() for line in out.getvalue().splitlines() if line.strip())
    yield from wrapped(table.below, "") if table.below else ()


def _standing(standing: Standing) -> Iterator[str]:
    if not (standing.conventions or standing.findings or standing.notes or standing.error):
        return
    yield f"{VERDICT_MARKS[standing.verdict]} {standing.target}"
    for text in standing.conventions:
        yield from wrapped(f"convention: {text}", "    ")
    for text in (*([standing.error] if standing.error and not standing.checks else []), *standing.notes):
        yield from wrapped(text, "    ")
    for check in standing.checks:
        for finding in check.findings:
            yield ""
            yield from finding_lines(check.check, check.output, finding)
    yield ""
