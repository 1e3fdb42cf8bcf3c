"""Markdown tables, and how figures are written in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["ABSENT", "duration", "durations", "markdown", "met", "size", "times"]

ABSENT = "not installed"


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def duration(seconds: float) -> str:
    """Three digits, in the unit that suits."""
    unit, name = next((pair for pair in ((1.0, "s"), (1e-3, "ms")) if seconds >= pair[0]), (1e-6, "µs"))
    return f"{_digits(seconds / unit)} {name}"


def durations(median: float, low: float, high: float) -> str:
    """A time between its quartiles."""
    return f"{duration(median)} ({duration(low)}–{duration(high)})"


def times(median: float, low: float, high: float) -> str:
    """A ratio between its quartiles: ``2.31 (2.25–2.40)``."""
    return f"{_digits(median)} ({_digits(low)}–{_digits(high)})"


def size(count: float) -> str:
    """Of memory."""
    unit, name = next((pair for pair in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")) if count >= pair[0]), (1.0, "B"))
    return f"{_digits(count / unit)} {name}"


def met(text: str, reached: bool) -> str:
    """A goal, and whether this run reached it."""
    return f"{text}: {'met' if reached else 'missed'}"


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 99.95 or value == 0 else f"{value:#.3g}"
