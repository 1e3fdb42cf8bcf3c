"""Why a target is not verified, for a reader of plain text: at most eight lines, what is left over counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reference.report.models.verification import Finding, Target
from reference.report.view import about
from reference.report.wrapping import wrapped

__all__ = ["explanation", "not_judged"]

MOST = 8  # lines
NAMED = 3  # functions that go without being judged for one reason


class Lines(NamedTuple):
    """Lines that are shown together, and how many things they tell."""

    lines: list[str]
    things: int = 1


def explanation(target: Target) -> Iterator[str]:
    """What was seen in it, what was not judged and why, and the nearest thing to do."""
    first = list(wrapped("; ".join(filter(None, [target.error, *target.seen[:1]]))))
    rest = [Lines(list(wrapped(text))) for text in about(target)[len(target.seen[:1]) :]]
    yield from first
    yield from _within(MOST - len(first), [*_groups(target), *rest])


def not_judged(target: Target) -> Iterator[str]:
    """The functions that were not judged, of a target that is wrong besides."""
    yield from _within(MOST, _groups(target))


def _within(most: int, blocks: Sequence[Lines]) -> Iterator[str]:
    """Whole blocks, as many as there is room for, and of the first as much of it as there is."""
    shown: list[str] = []
    for k, block in enumerate(blocks):
        room = most - len(shown) - (k + 1 < len(blocks))  # a line for what is left over
        if len(block.lines) > room and k:
            left = sum(block.things for block in blocks[k:])
            yield from (*shown, f"  and {left} more; the full list is in the JSON (--report json=PATH)")
            return
        shown += block.lines if len(block.lines) <= room else [*block.lines[: room - 1], "    …"]
    yield from shown


def _groups(target: Target) -> list[Lines]:
    """The functions that were not judged, those with one reason together."""
    by_reason: dict[str, list[tuple[str, Finding]]] = {}
    for row in target.checks:
        for finding in row.findings:
            if finding.severity == "inconclusive":
                by_reason.setdefault(finding.text, []).append((row.check, finding))
    return [_group(reason, found) for reason, found in by_reason.items()]


def _group(reason: str, found: list[tuple[str, Finding]]) -> Lines:
    found = sorted(found, key=_order)
    every = list(dict.fromkeys(f"{check}{_where(finding)}" for check, finding in found))  # of a pair every gradient
    named = every[:NAMED] + [f"{len(every) - NAMED} more"] * (len(every) > NAMED)
    listed = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
    lines = list(wrapped(f"? {listed} {'is' if len(every) == 1 else 'are'} not judged: {reason}", "  ", "    "))
    remedy = next((finding.remedy for _, finding in found if finding.remedy), None)
    return Lines([*lines, *(wrapped(f"judge it by: {remedy}", "    ", "      ") if remedy else ())], len(every))


def _order(one: tuple[str, Finding]) -> tuple[int, int]:
    place = one[1].location
    return (0, 0) if place is None else (place.cell or 0, place.line)


def _where(finding: Finding) -> str:
    place = finding.location
    if place is None:
        return ""
    return f" ({f'cell {place.cell}, ' if place.cell else ''}line {place.line})"
