"""One self-contained page: no network, light and dark, for a phone, a keyboard and a screen reader.

svg       a figure as inline SVG        graph      the backward graph          blocks     heat maps, the scatter
steps      the same of a pair's lines  slices     a pair's worst planes, and error over precision
strips    error over λ, keep_prob, m    matrices   agreement, price, kills     templates  the page itself
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Any
from urllib.parse import quote

from reference.findings.codes import CODES
from reference.findings.explained import body_of
from reference.findings.verdicts import EXIT_CODES
from reference.report.fastest import fastest
from reference.report.html.blocks import heat, is_wrong, scatter
from reference.report.html.graph import SIGNS, graph
from reference.report.html.matrices import accuracies, agreements, kills, prices
from reference.report.html.slices import plane, precisions
from reference.report.html.steps import STEP_SAYS, STEP_SIGNS, steps
from reference.report.html.strips import curve, strips, swept
from reference.report.html.svg import Picture
from reference.report.models.comparison import Comparison
from reference.report.models.evidence import Evidence, PairEvidence
from reference.report.models.verification import Report
from reference.report.overview import overview
from reference.report.tables import agreed, labels, number, tables
from reference.report.view import SAYS as IN_CAPITALS
from reference.report.view import VERDICT_MARKS, about, finding_view

__all__ = ["keys", "page", "pages_of", "render_comparison", "render_report"]

LONGEST = 60  # of a page's name
PLANES = 3  # gradients of a pair that are drawn
SAYS = {verdict: text.capitalize() for verdict, text in IN_CAPITALS.items()}


def render_report(report: Report, *, index: str = "") -> str:
    """What ``verify`` found. ``index``: where the page of all targets lies, from here."""
    key = keys()
    drawn = [[_drawn(evidence, key) for evidence in target.evidence] for target in report.targets]
    found = [{(row.check, row.output) for row in target.checks if row.findings} for target in report.targets]
    of_pairs = [
        [_of_pair(evidence, key, [output for check, output in mine if check == evidence.check]) for evidence in t.pairs]
        for t, mine in zip(report.targets, found, strict=True)
    ]
    matrix = kills(report.kills, key()) if report.kills else None
    pairs = list(zip(report.targets, drawn, of_pairs, strict=True))
    return page("report.html.j2", report=report, pairs=pairs, kills=matrix, index=index)


def pages_of(report: Report, name: str) -> Iterator[tuple[str, str]]:
    """Many targets: a page for each in a folder beside ``name``, one after the other, and at last the index there."""
    rows, made = overview(report.targets)
    folder = f"{name.rpartition('.')[0] or name}-targets"
    digits = len(str(len(rows)))
    places = [f"{folder}/{k:0{digits}}-{_slug(row.target)}.html" for k, row in enumerate(rows, 1)]
    for target, place in zip(report.targets, places, strict=True):
        code = EXIT_CODES[target.verdict]
        alone = {"targets": [target], "verdict": target.verdict, "exit_code": code, "reasons": [], "kills": []}
        yield place, render_report(report.model_copy(update=alone), index=f"../{quote(name)}")
    counts = Counter(row.verdict for row in rows).most_common()
    matrix = kills(report.kills, keys()()) if report.kills else None
    linked = list(zip(rows, map(quote, places), strict=True))
    yield name, page("index.html.j2", report=report, rows=linked, counts=counts, made=made, kills=matrix)


def _slug(target: str) -> str:
    """A target's name as that of a file, wherever it is kept."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", target).strip("-.")[-LONGEST:] or "target"


def render_comparison(comparison: Comparison) -> str:
    """What ``compare`` found."""
    key = keys()
    judged = [s for s in comparison.standings if s.accuracy]
    named = {target: name.text for target, name in labels(comparison).items()}
    pictures = []
    if judged:
        pictures.append(accuracies(judged, named, key(), comparison.unit))
    for dtype in sorted({p.dtype for p in comparison.agreement}, reverse=True):
        pairs = [p for p in comparison.agreement if p.dtype == dtype]
        names = [s.target for s in judged if any(s.target in (p.first, p.second) for p in pairs)]
        found = agreements(pairs, names, named, key())
        pictures.append(found._replace(title=f"{found.title}, {dtype}"))
    if any(p.seconds for p in comparison.timing.prices):
        pictures.append(prices(comparison, named, key()))
    drawn = [[_drawn(evidence, key) for evidence in s.evidence] for s in comparison.standings]
    return page(
        "comparison.html.j2",
        comparison=comparison,
        words=[*comparison.words, *fastest(comparison)],
        pictures=pictures,
        tables=list(tables(comparison)),
        pairs=list(zip(comparison.standings, drawn, strict=True)),
    )


def keys(prefix: str = "figure") -> Callable[[], str]:
    """Identifiers that are one figure's own."""
    numbers: Iterator[int] = iter(range(1, 10**6))
    return lambda: f"{prefix}-{next(numbers)}"


def _drawn(evidence: Evidence, key: Callable[[], str]) -> tuple[Evidence, Picture, list[Picture]]:
    """The graph, and the other pictures of a check."""
    pictures = [heat(block, key()) for block in evidence.blocks if is_wrong(block)]
    if evidence.blocks:
        pictures.append(scatter(evidence, key()))
    if evidence.curve is not None:
        pictures.append(curve(evidence.curve, key()))
    if swept(evidence.dots):
        pictures.append(strips(evidence, key()))
    return evidence, graph(evidence, key()), pictures


def _of_pair(
    evidence: PairEvidence, key: Callable[[], str], found: Collection[str]
) -> tuple[PairEvidence, Picture | None, list[Picture]]:
    """The graph of a pair's lines, and pictures of what is wrong, the ``found`` first; else of the largest gradient."""
    wrong = sorted((one for one in evidence.slices if one.wrong), key=lambda one: one.name not in found)
    shown = wrong or sorted(evidence.slices, key=lambda one: -one.total)[:1]
    pictures = [plane(one, key()) for one in shown[:PLANES]]
    if evidence.precisions:
        pictures.append(precisions(evidence.precisions, key()))
    return evidence, steps(evidence, key()) if evidence.steps else None, pictures


def page(template: str, **given: Any) -> str:
    """One of the templates, filled."""
    rendered: str = _environment().get_template(template).render(**given)
    return rendered + "\n"


@functools.cache
def _environment() -> Any:
    """The templates, read once: many targets have a page each."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("reference.report.html"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"svg": _svg, "agreed": agreed, "figure": number}
    environment.globals |= {"marks": VERDICT_MARKS, "says": SAYS, "signs": SIGNS, "codes": CODES}
    environment.globals |= {"step_signs": STEP_SIGNS, "step_says": STEP_SAYS, "planes": PLANES}
    environment.globals |= {"in_words": finding_view, "about": about, "explained": _explained}
    return environment


@functools.cache
def _explained(code: str) -> Any:
    """The page of a code as HTML: the text is ours."""
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    return Markup(MarkdownIt().render(body_of(code)))


def _svg(picture: Picture) -> Any:
    """The picture as it is: ``svg`` has escaped what it shows."""
    from markupsafe import Markup

    return Markup(picture.svg)
