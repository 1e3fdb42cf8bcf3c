"""What the sentences of a comparison have in common, of networks as of pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from reference.report.models.base import Location

__all__ = ["digits", "listed", "place_of", "to_digits"]


def digits(difference: float) -> float:
    """Decimal digits that are alike, by a relative difference; ``inf`` where all bits are."""
    if difference == 0:
        return math.inf
    return max(0.0, -math.log10(difference)) if difference < math.inf else 0.0


def listed(names: Sequence[str]) -> str:
    """``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def place_of(location: Location | None) -> str:
    """Where a finding is, in brackets behind what it is; nothing where that is not known."""
    if location is None:
        return ""
    return f" ({location.file}, {f'cell {location.cell}, ' if location.cell else ''}line {location.line})"


def to_digits(difference: float, *, least: bool = False) -> str:
    """How far two agree, by their relative difference."""
    return "in every bit" if difference == 0 else f"to {'at least ' * least}{digits(difference):.1f} digits"
