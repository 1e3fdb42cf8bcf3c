"""Right pairs of every kind, in plain style: none of them may be accused, and every planted mistake must be."""

from __future__ import annotations

from importlib.resources import files

__all__ = ["right_files"]


def right_files() -> dict[str, str]:
    """Their text by the name of the file that it is written to."""
    folder = files("reference.selftest.pairs") / "files"
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".txt")), key=lambda e: e.name)
    return {entry.name.removesuffix(".txt") + ".py": entry.read_text(encoding="utf-8") for entry in found}
