"""From a target's report to what one item says: its verdict, its text, its line, and what goes into JUnit's XML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from reference.plugin.exports import Share
from reference.plugin.session import Verified
from reference.report.junit import CONSEQUENCE
from reference.report.models.base import Location
from reference.report.models.verification import CheckResult, Finding, Target
from reference.report.text import finding_lines
from reference.report.view import ALL, cause, subject, within
from reference.report.wrapping import wrapped

__all__ = ["ItemAnswer", "answer", "finding_texts"]

Verdict = Literal["pass", "warn", "fail", "skip"]


class ItemAnswer(NamedTuple):
    """What an item says: its verdict, and why. ``summary``: the text in one line; ``code``: of what it accuses."""

    verdict: Verdict
    text: str = ""
    summary: str = ""
    place: Location | None = None
    properties: tuple[tuple[str, str], ...] = ()
    code: str | None = None


def answer(verified: Verified, share: Share) -> ItemAnswer:
    """What the item with this share says: green only what was looked at, and found right."""
    rows = [row for row in verified.target.checks if share.takes(row)]
    properties = tuple(_properties(verified.target, share, rows))
    return _without_properties(verified, share, rows)._replace(properties=properties)


def finding_texts(target: Target, rows: Sequence[CheckResult], severity: str) -> Iterator[str]:
    """The findings of one severity, as the text report prints them."""
    for row in rows:
        for finding in row.findings:
            if finding.severity == severity:
                yield from finding_lines(target.target if row.check == ALL else row.check, row.output, finding)


def _without_properties(verified: Verified, share: Share, rows: Sequence[CheckResult]) -> ItemAnswer:
    target = verified.target
    wrong = [row for row in rows if row.verdict == "fail"]
    if wrong:
        return _wrong(target, wrong)
    unsure = [row for row in rows if row.verdict not in ("pass", "warn")]
    unjudged = [(row, one) for row in unsure for one in row.findings if one.severity == "inconclusive"]
    if unjudged:
        text, (_, first) = "\n".join(finding_texts(target, unsure, "inconclusive")), unjudged[0]
        return ItemAnswer("fail", f"INCONCLUSIVE\n{text}", f"{first.code}: {cause(first)}", first.location)
    if unsure:
        return _inconclusive("; ".join(filter(None, [_compared(unsure[0]), target.error])))
    if verified.cut is not None:
        return _inconclusive(verified.cut)
    # where nothing is left for the item of the rest, it is enough that the rest was looked at
    looked = [row for row in target.checks if row.check in share.checks] if share.but else rows
    accepted = any(finding.accepted is not None for row in rows for finding in row.findings)
    if not accepted and not any(row.coordinates for row in looked):
        return _not_checked(verified, share)
    return _warned(target, rows)


def _wrong(target: Target, rows: Sequence[CheckResult]) -> ItemAnswer:
    found = [(row, finding) for row in rows for finding in row.findings if finding.severity == "error"]
    if found:
        text, first = "\n".join(finding_texts(target, rows, "error")), found[0][1]
        place = next((finding.location for _, finding in found if finding.location is not None), None)
        return ItemAnswer("fail", text, f"{first.code}: {cause(first)}", place, code=first.code)
    row = rows[0]
    origin = next(_origins(target, row), None)
    if origin is None:
        text = f"{subject(row)} is wrong, as a consequence of another output of this check"
        return ItemAnswer("fail", "\n".join(wrapped(text)), text)
    whence, finding = origin
    where = "" if finding.location is None else f" ({finding.location.file}, {within(finding.location)})"
    text = f"{subject(row)} is wrong, as a consequence of {whence.output}{where}. {finding.code}: {cause(finding)}"
    return ItemAnswer(
        "fail", "\n".join(wrapped(text)), f"follows from {whence.output} ({finding.code})", finding.location
    )


def _warned(target: Target, rows: Sequence[CheckResult]) -> ItemAnswer:
    warned = [row for row in rows if row.verdict == "warn"]
    if not warned:
        return ItemAnswer("pass")
    finding = next((finding for row in warned for finding in row.findings), None)
    if finding is None:  # the baseline lets through what it follows from
        text = f"{subject(warned[0])} is wrong, as a consequence of what is accepted"
        return ItemAnswer("warn", text, text)
    return ItemAnswer("warn", "\n".join(finding_texts(target, warned, "warning")), cause(finding), finding.location)


def _origins(target: Target, row: CheckResult) -> Iterator[tuple[CheckResult, Finding]]:
    """The findings that an output follows from which is wrong and has none of its own, each with its row."""
    for other in target.checks:
        for finding in other.findings:
            if other.check == row.check and row.output in finding.upstream_of:
                yield other, finding


def _not_checked(verified: Verified, share: Share) -> ItemAnswer:
    """The answer for what never came up: red, unless the run says that it cannot judge this, and judged others."""
    target = verified.target
    about = [str(note) for note in verified.not_judged if note.check in share.checks]
    if about and any(row.coordinates for row in target.checks):
        return ItemAnswer("skip", about[0], about[0])
    name = " and ".join(share.checks) or target.target
    what = name if share.output is None else f"{share.output} in {name}"
    reasons = list(dict.fromkeys([*filter(None, [target.error]), *about, *([] if share.checks else target.notes)]))
    text = ": ".join([f"{what} was not checked", *reasons[:1]])
    return ItemAnswer("fail", "\n".join(line for reason in [text, *reasons[1:]] for line in wrapped(reason)), text)


def _compared(row: CheckResult) -> str:
    seen = row.coordinates - row.excluded - row.unresolved
    return f"{subject(row)}: {seen:,} of {row.coordinates:,} entries could be compared"


def _inconclusive(why: str) -> ItemAnswer:
    text = f"INCONCLUSIVE: {why}"
    return ItemAnswer("fail", "\n".join(wrapped(text)), text)


def _properties(target: Target, share: Share, rows: Sequence[CheckResult]) -> Iterator[tuple[str, str]]:
    findings = [finding for row in rows for finding in row.findings]
    follows = any(row.verdict in ("fail", "warn") and not row.findings for row in rows)
    codes = [*dict.fromkeys(finding.code for finding in findings), *([CONSEQUENCE] if follows else [])]
    coordinates = sum(row.coordinates for row in rows)
    yield "check", ", ".join(share.checks) or ALL
    yield "output", share.output or ALL
    if codes:
        yield "code", ", ".join(codes)
    for name in ("smallest", "replay"):
        values = dict.fromkeys(value for finding in findings if (value := getattr(finding, name)))
        if values:
            yield name, ", ".join(values)
    if coordinates:
        lost = sum(row.excluded + row.unresolved for row in rows)
        yield "coverage", f"{1 - lost / coordinates:.4f}"
