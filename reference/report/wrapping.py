"""Sentences in 80 columns, with and without a label in front."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["COLUMNS", "LABEL", "labelled", "wrapped"]

COLUMNS, LABEL = 80, 12


def wrapped(text: str, indent: str = "  ", further: str | None = None) -> Iterator[str]:
    """A sentence; ``further``: the indent of its second line and those after it."""
    import textwrap

    after = indent if further is None else further
    yield from textwrap.wrap(text, COLUMNS, initial_indent=indent, subsequent_indent=after, break_on_hyphens=False)


def labelled(label: str, text: str) -> Iterator[str]:
    """A labelled text; nothing where there is none."""
    import textwrap

    lead = f"    {label:{LABEL}} "
    lines = textwrap.wrap(text, COLUMNS - len(lead), break_long_words=False, break_on_hyphens=False)
    yield from (f"{lead if k == 0 else ' ' * len(lead)}{line}" for k, line in enumerate(lines))
