"""The report for a reader: a line per check, then each finding with what is needed to see it again. 80 columns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from reference.findings.codes import CODES
from reference.report.models.verification import CheckResult, Finding, Report, Target
from reference.report.view import SAYS, finding_view

__all__ = ["finding_lines", "note_lines", "render"]

MARKS = {"pass": "✓", "warn": "!", "fail": "✗", "inconclusive": "?", "skipped": "-"}
COLUMNS, NAME, LABEL = 80, 47, 12


def render(report: Report) -> str:
    """The whole report, newline at its end."""
    lines = [line for target in report.targets for line in _target(target)]
    lines += [line for reason in report.reasons for line in note_lines(reason, "")]
    seconds = report.timing.get("total")
    took = f" in {seconds:.1f} s" if seconds is not None else ""
    lines.append(
        f"{SAYS[report.verdict]}{took} (profile {report.profile}, seed {report.seed}, exit {report.exit_code})"
    )
    return "\n".join(lines) + "\n"


def _target(target: Target) -> Iterator[str]:
    yield target.target
    if target.error:
        yield from note_lines(target.error)
    for check, group in groupby(target.checks, key=lambda row: row.check):
        rows = list(group)
        yield _check(check, rows)
        for text in dict.fromkeys(text for row in rows for text in row.conventions):
            yield from note_lines(f"convention: {text}", "    ")
    for row in target.checks:
        for finding in row.findings:
            yield ""
            yield from finding_lines(row.check, row.output, finding)
    for note in target.notes:
        yield from note_lines(note)
    if target.checks:
        yield ""
        yield f"  {_total(target)}"
    yield ""


def _check(check: str, rows: list[CheckResult]) -> str:
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
    room = min(NAME, COLUMNS - len(figures) - 5)
    name = check if len(check) <= room else f"{check[: room - 1]}…"
    return f"  {MARKS[verdict]} {name:{room}} {figures}"


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
    yield f"  {shown.headline}{place}"
    yield from _wrapped("smallest", known.get("smallest", ""))
    if values is not None:
        index = f"[{','.join(map(str, values.at))}]" if values.at else ""
        ratio = f"  ratio {values.ratio}" if values.ratio else ""
        yield f"    {f'{output}{index}':{LABEL}} yours {values.got}  reference {values.want}{ratio}"
    yield from _wrapped("cause", f"{finding.code}: {shown.cause} [{CODES[finding.code]}]")
    for label in ("accepted", "should be", "so wrong too"):
        yield from _wrapped(label, known.get(label, ""))
    if "reproduce" in known:
        yield f"    {'reproduce':{LABEL}} {known['reproduce']}"


def note_lines(text: str, indent: str = "  ") -> Iterator[str]:
    """A sentence, wrapped."""
    import textwrap

    yield from textwrap.wrap(text, COLUMNS, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _wrapped(label: str, text: str) -> Iterator[str]:
    """A labelled text, wrapped; nothing where there is none."""
    import textwrap

    lead = f"    {label:{LABEL}} "
    lines = textwrap.wrap(text, COLUMNS - len(lead), break_long_words=False, break_on_hyphens=False)
    yield from (f"{lead if k == 0 else ' ' * len(lead)}{line}" for k, line in enumerate(lines))
