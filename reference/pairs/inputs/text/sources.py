"""The text in which calls of a target are looked for: its own file, and files beside it that speak of it. Never run."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from reference.targets.reading.source import SourceError, is_held, read

__all__ = ["sources_of"]

MOST, LARGEST = 24, 300_000  # files beside it, and characters of one


def sources_of(file: Path) -> list[str]:
    """The cells of a file, then those of tests and scripts in its folder that import it. Nothing imports a kernel."""
    if is_held(file):
        return _cells(file)
    try:
        return list(_sources(file, file.stat().st_mtime_ns))
    except OSError:
        return []


@lru_cache(maxsize=64)
def _sources(file: Path, _changed: int) -> tuple[str, ...]:
    found = _cells(file)
    try:
        beside = sorted(p for p in file.parent.iterdir() if p != file and p.suffix in (".py", ".ipynb") and p.is_file())
    except OSError:
        return tuple(found)
    for other in sorted(beside, key=lambda p: "test" not in p.name.lower())[:MOST]:
        try:
            if other.stat().st_size > LARGEST or file.stem not in other.read_text(encoding="utf-8", errors="replace"):
                continue
        except OSError:
            continue
        found += _cells(other)
    return tuple(found)


def _cells(file: Path) -> list[str]:
    try:
        cells = read(file)
    except (SourceError, OSError):
        return []
    return ["\n\n".join(cell.text for cell in cells)] if cells else []
