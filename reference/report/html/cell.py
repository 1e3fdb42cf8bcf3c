"""A report as it stands under a cell of a notebook: a fragment, with no script, no network, and styles of its own.

Where an editor does not trust a notebook it takes the styles and the pictures away; the words stand without them.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import groupby
from typing import Any, NamedTuple

from reference.report.html import keys, page
from reference.report.html.blocks import heat, is_wrong
from reference.report.html.slices import plane
from reference.report.html.svg import Picture
from reference.report.models.base import Location
from reference.report.models.verification import CheckResult, Finding, Report, Target
from reference.report.text import figures_of, was_judged
from reference.report.view import FindingView, finding_view

__all__ = ["render_cell"]

AROUND = 2  # lines above and below the one that is shown
MOST = 6  # findings that are shown whole; of more, the first line alone
SEVERITIES = ("error", "warning", "inconclusive")


class CellLine(NamedTuple):
    """A line of the user's own cell; ``here``: the one that is spoken of."""

    number: int
    text: str
    here: bool


class ShownFinding(NamedTuple):
    """A finding with what stands beside it; ``place`` as the notebook counts its cells."""

    row: CheckResult
    finding: Finding
    view: FindingView
    place: str
    lines: list[CellLine]
    pictures: list[Picture]


class PassedCheck(NamedTuple):
    """A check that passed, and how much of it was compared."""

    check: str
    figures: str


def render_cell(report: Report, cells: Mapping[int, str]) -> str:
    """What was found, under the cell; ``cells`` are the notebook's, by the number that stands beside them."""
    identity = hashlib.sha256(report.model_dump_json(exclude={"timing", "tool"}).encode()).hexdigest()[:8]
    key = keys(f"mb-{identity}")
    shown = [one for target in report.targets for one in _shown(target, cells, key)]
    return page(
        "cell.html.j2",
        report=report,
        style=_style(),
        shown=shown[:MOST],
        more=shown[MOST:],
        verified=[one for target in report.targets for one in _verified(target)],
        seconds=report.timing.get("total", 0.0),
    )


@functools.cache
def _style() -> Any:
    """The styles, which are ours and hold no closing tag."""
    from markupsafe import Markup

    return Markup((files("reference.report.html") / "templates" / "cell.css").read_text(encoding="utf-8"))


def _shown(target: Target, cells: Mapping[int, str], key: Any) -> Iterator[ShownFinding]:
    """What is wrong first; what is not judged last."""
    every = [(row, finding) for row in target.checks for finding in row.findings]
    for severity in SEVERITIES:
        for row, finding in every:
            if finding.severity == severity:
                where = finding.location
                drawn = list(_pictures(target, row, finding, key)) if severity != "inconclusive" else []
                yield ShownFinding(row, finding, finding_view(row.check, row.output, finding), _place(where),
                            _lines(where, cells), drawn)  # fmt: skip


def _place(where: Location | None) -> str:
    if where is None:
        return ""
    return f"line {where.line}" if where.cell is None else f"In [{where.cell}], line {where.line}"


def _lines(where: Location | None, cells: Mapping[int, str]) -> list[CellLine]:
    """The line in its cell, with those around it."""
    if where is None or where.cell is None or where.cell not in cells:
        return []
    every: Sequence[str] = cells[where.cell].split("\n")
    if not 0 < where.line <= len(every):
        return []
    first, last = max(1, where.line - AROUND), min(len(every), where.line + AROUND)
    return [CellLine(k, every[k - 1], k == where.line) for k in range(first, last + 1)]


def _pictures(target: Target, row: CheckResult, finding: Finding, key: Any) -> Iterator[Picture]:
    """What is wrong of this output; where it is none that is drawn, of the first gradient that follows from it."""
    order = [row.output, *finding.upstream_of]
    for evidence in target.evidence:
        of_it = (block for block in evidence.blocks if evidence.check == row.check and block.name in order)
        wrong = sorted(filter(is_wrong, of_it), key=lambda block: order.index(block.name))
        yield from (heat(block, key()) for block in wrong[:1])
    for drawn in target.pairs:
        slices = [one for one in drawn.slices if drawn.check == row.check and one.name == row.output]
        yield from (plane(one, key()) for one in slices if one.wrong)


def _verified(target: Target) -> Iterator[PassedCheck]:
    for check, group in groupby(filter(was_judged, target.checks), key=lambda row: row.check):
        rows = list(group)
        verdict, figures = figures_of(rows)
        if verdict == "pass":
            yield PassedCheck(check, figures)
