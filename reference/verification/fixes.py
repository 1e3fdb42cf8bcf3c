"""A suggested diff as whole lines of the file that it belongs into, for who can apply it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reference.interface.entry import Place
from reference.report.diff import diff_of
from reference.report.models.verification import Fix
from reference.targets import read_source
from reference.targets.reading.source import SourceError

__all__ = ["fix_of"]


def fix_of(suggestion: str | None, place: Place | None) -> Fix | None:
    """Only of a plain file, and only where these lines stand there as the diff has them."""
    diff = diff_of(suggestion)
    if diff is None or place is None or place.cell is not None or not place.file.endswith(".py"):
        return None
    try:
        lines = read_source(Path(place.file))[0].text.split("\n")
    except (SourceError, OSError, IndexError):
        return None
    many = len(diff.before)
    for first in range(place.line, max(0, place.line - many), -1):
        found = lines[first - 1 : first - 1 + many]
        margin = _margin(found)
        if [line[len(margin) :] for line in found] == list(diff.before):
            text = "\n".join(f"{margin}{line}" if line.strip() else line for line in diff.after)
            return Fix(first=first, last=first + many - 1, column=len(found[-1]) + 1, text=text)
    return None


def _margin(lines: Sequence[str]) -> str:
    """The white space that all of them begin with."""
    written = [line for line in lines if line.strip()]
    if not written:
        return ""
    least = min(written, key=lambda line: len(line) - len(line.lstrip()))
    return least[: len(least) - len(least.lstrip())]
