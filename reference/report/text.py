"""The report for a reader: a line per check, then each finding with what is needed to see it again. 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from reference.findings.codes import CODES
from reference.report.inconclusive import explanation, not_judged
from reference.report.models.verification import CheckResult, Finding, Report, Target
from reference.report.overview import MANY, overview_lines
from reference.report.view import SAYS, VERDICT_MARKS, about, finding_view
from reference.report.wrapping import COLUMNS, LABEL, labelled, wrapped

__all__ = ["figures_of", "finding_lines", "parts", "render", "was_judged"]

NAME = 47


def render(report: Report) -> str:
    """The whole report, newline at its end."""
    return "".join(parts(report))


def parts(report: Report) -> Iterator[str]:
    """The same, target by target."""
    accepted = 0
    for target in report.targets:
        accepted += sum(bool(finding.accepted) for row in target.checks for finding in row.findings)
        yield _block(_target(target))
    if len(report.targets) >= MANY:
        yield _block([*overview_lines(report), ""])
    for reason in report.reasons:
        yield _block(wrapped(reason, ""))
    seconds = report.timing.get("total")
    took = f" in {seconds:.1f} s" if seconds is not None else ""
    but = f", {accepted:,} finding{'s' * (accepted != 1)} accepted" if accepted else ""
    yield f"{SAYS[report.verdict]}{but}{took} (profile {report.profile}, seed {report.seed}, exit {report.exit_code})\n"


def _block(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _target(target: Target) -> Iterator[str]:
    yield target.target
    if target.verdict == "inconclusive":
        yield from explanation(target)
    elif target.error:
        yield from wrapped(target.error)
    for check, group in groupby(filter(was_judged, target.checks), key=lambda row: row.check):
        rows = list(group)
        yield _check(check, rows)
        yield from wrapped(target.drawn.get(check, ""), "    ", "      ")
        for text in dict.fromkeys(text for row in rows for text in row.conventions):
            yield from wrapped(f"convention: {text}", "    ")
    for row in target.checks:
        for finding in row.findings:
            if finding.severity != "inconclusive":
                yield ""
                yield from finding_lines(row.check, row.output, finding)
    if target.verdict != "inconclusive":
        yield from not_judged(target)
        for note in about(target):
            yield from wrapped(note)
    if any(row.cases for row in target.checks):
        yield ""
        yield f"  {_total(target)}"
    yield ""


def was_judged(row: CheckResult) -> bool:
    """Is it more than the reason why a function was not?"""
    return bool(row.coordinates) or not any(finding.severity == "inconclusive" for finding in row.findings)


def figures_of(rows: list[CheckResult]) -> tuple[str, str]:
    """The verdict on a check, and how much was compared."""
    order = ("fail", "inconclusive", "warn", "pass", "skipped")
    verdict = next((v for v in order if any(row.verdict == v for row in rows)), "skipped")
    cases = max(row.cases for row in rows)
    rows = [row for row in rows if row.witnesses.central_difference or row.excluded] or rows
    coordinates = sum(row.coordinates for row in rows)
    lost = sum(row.excluded + row.unresolved for row in rows)
    if not coordinates:
        figures = "nothing could be compared"
    elif not cases:
        figures = f"{coordinates:,} looked at"
    else:
        coverage = f"{100 * (1 - lost / coordinates):.1f} %" if coordinates else "nothing"
        figures = f"{_cases(cases)}, {coverage} covered"
    return verdict, figures


def _check(check: str, rows: list[CheckResult]) -> str:
    verdict, figures = figures_of(rows)
    room = min(NAME, COLUMNS - len(figures) - 5)
    name = check if len(check) <= room else f"{check[: room - 1]}…"
    return f"  {VERDICT_MARKS[verdict]} {name:{room}} {figures}"


def _total(target: Target) -> str:
    rows = [row for row in target.checks if row.cases]
    counts = [
        sum(getattr(row.witnesses, name) for row in rows) for name in ("autodiff", "central_difference", "complex_step")
    ]
    excluded, nudged = sum(row.excluded for row in rows), max((row.nudged for row in rows), default=0)
    unresolved = sum(row.unresolved for row in rows)
    return (
        f"{_cases(target.distinct_cases, 'distinct ')}; compared with autodiff {counts[0]:,} times,\n"
        f"  central differences {counts[1]:,}, complex step {counts[2]:,};\n"
        f"  {excluded:,} excluded at kinks, {unresolved:,} unresolved, {nudged:,} columns nudged"
    )


def _cases(n: int, kind: str = "") -> str:
    return f"{n:,} {kind}case{'' if n == 1 else 's'}"


def finding_lines(check: str, output: str, finding: Finding) -> Iterator[str]:
    """A finding, with what is needed to see it again."""
    shown, where = finding_view(check, output, finding), finding.location
    known, values = shown.particulars, shown.values
    place = ""
    if where is not None:
        place = f"  {Path(where.file).name}{f' cell {where.cell}' if where.cell else ''}, line {where.line}"
    whole = f"  {shown.headline}{place}"
    yield from [whole] if len(whole) <= COLUMNS else [*wrapped(shown.headline), *wrapped(place.strip(), "    ")]
    yield from labelled("smallest", known.get("smallest", ""))
    if values is not None:
        index = f"[{','.join(map(str, values.at))}]" if values.at else ""
        ratio = f"  ratio {values.ratio}" if values.ratio else ""
        label, figures = f"{output}{index}", f"yours {values.got}  reference {values.want}{ratio}"
        fits = len(label) <= LABEL or len(label) + len(figures) + 5 <= COLUMNS
        yield f"    {label:{LABEL}} {figures}" if fits else f"    {label}\n    {'':{LABEL}} {figures}"
    label = "reason" if finding.severity == "inconclusive" else "cause"
    yield from labelled(label, f"{finding.code}: {shown.cause} [{CODES[finding.code]}]")
    for label in ("accepted", "yours", "should be", "judge it by", "so wrong too"):
        for k, text in enumerate(known.get(label, "").split("\n")):
            yield from labelled("" if k else label, text)
    if "reproduce" in known:
        yield f"    {'reproduce':{LABEL}} {known['reproduce']}"
