"""What is Markdown's own: text that stays text, code spans, rows of a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

__all__ = ["code", "escaped", "fenced", "row"]

SIGNS = re.compile(r"([\\`*_{}\[\]<>|~#&$])")


def escaped(text: str) -> str:
    """The text on one line, with no sign that Markdown, HTML or a table would read."""
    return SIGNS.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """The text as it is, in a code span; not for a table, which reads ``|`` there too."""
    text = " ".join(text.split())
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def fenced(lines: Sequence[str], language: str) -> list[str]:
    """Lines as they are, each on its own."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *lines, fence]


def row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
