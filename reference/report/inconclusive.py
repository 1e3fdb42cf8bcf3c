"""Why a target is not verified, for a reader of plain text: at most eight lines, what is left over counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reference.report.models.verification import Finding, Target
from reference.report.view import about
from reference.report.wrapping import labelled, wrapped

__all__ = ["explanation", "not_judged"]

MOST = 8  # lines
NAMED = 3  # functions that go without being judged for one reason


class Block(NamedTuple):
    """Lines that are shown together, and how many things they tell."""

    lines: list[str]
    things: int = 1


def explanation(target: Target) -> Iterator[str]:
    """What was seen in it, what was not judged and why, and the nearest thing to do."""
    always = [line for text in filter(None, [target.error]) for line in wrapped(text)]
    rest = [Block(list(wrapped(text))) for text in about(target)[len(target.seen) :]]
    seen = [Block(list(wrapped(text))) for text in target.seen]
    yield from always
    yield from _within(MOST - len(always), [*seen, *_groups(target), *rest])


def not_judged(target: Target) -> Iterator[str]:
    """The functions that were not judged, of a target that is wrong besides."""
    yield from _within(MOST, _groups(target))


def _within(most: int, blocks: Sequence[Block]) -> Iterator[str]:
    """Whole blocks, as many as there is room for."""
    fits, lines = 0, 0
    while fits < len(blocks):
        lines += len(blocks[fits].lines)
        if lines > most - (fits + 1 < len(blocks)):  # a line for what is left over
            break
        fits += 1
    for block in blocks[:fits]:
        yield from block.lines
    if left := sum(block.things for block in blocks[fits:]):
        yield f"  and {left} more; the full list is in the JSON (--report json=PATH)"


def _groups(target: Target) -> list[Block]:
    """The functions that were not judged, those with one reason together."""
    by_reason: dict[str, list[tuple[str, Finding]]] = {}
    for row in target.checks:
        for finding in row.findings:
            if finding.severity == "inconclusive":
                by_reason.setdefault(finding.text, []).append((row.check, finding))
    return [_group(reason, found) for reason, found in by_reason.items()]


def _group(reason: str, found: list[tuple[str, Finding]]) -> Block:
    named = [f"{check}{_where(finding)}" for check, finding in found[:NAMED]]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    several = f"{', '.join(named)}{more} are" if len(found) > 1 else f"{named[0]} is"
    lines = list(wrapped(f"? {several} not judged: {reason}", "  ", "    "))
    remedy = next((finding.remedy for _, finding in found if finding.remedy), None)
    return Block([*lines, *labelled("judge it by", remedy or "")], len(found))


def _where(finding: Finding) -> str:
    place = finding.location
    if place is None:
        return ""
    return f" ({f'cell {place.cell}, ' if place.cell else ''}line {place.line})"
