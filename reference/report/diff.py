"""A suggestion that is a diff of the target's own lines, taken apart: what stands there, and what should."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Diff", "diff_of"]

BEFORE, AFTER = "- ", "+ "


class Diff(NamedTuple):
    """Whole lines, without the margin that they share."""

    before: tuple[str, ...]
    after: tuple[str, ...]


def diff_of(suggestion: str | None) -> Diff | None:
    """``None`` of what is a formula, or no suggestion at all."""
    lines = (suggestion or "").split("\n")
    if not all(line.startswith((BEFORE, AFTER)) for line in lines):
        return None
    before, after = (tuple(line[2:] for line in lines if line.startswith(sign)) for sign in (BEFORE, AFTER))
    return Diff(before, after) if before and after else None
