"""Folders and patterns as the files that they stand for, each a target of its own.

Files come in the order of their names. What is no program of the folder's owner is left out: hidden folders, virtual
environments, caches, copies that an editor made.
"""

from __future__ import annotations

import glob
import itertools
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from reference.interface.entry import Implementation, NotJudged
from reference.targets.reading.source import SUFFIXES
from reference.targets.resolve import BUILT_IN, TargetError

__all__ = ["Listed", "Unlisted", "holds_nothing", "listed", "mentions_ours", "sources_in"]

PRUNED = ("venv", "env", "node_modules", "__pycache__", "site-packages", "build", "dist", "checkpoints")
LARGEST = 64 * 2**20  # bytes, of which a word is looked for
OF_OURS = re.compile(
    rb"back|grad|propag|forward|prime|deriv|cost|loss|delta|dropout|momentum|adam|initiali|update|(?<![a-z])d_?[wbz]\d?(?![a-z])",
    re.IGNORECASE,
)
PATTERN = re.compile(r"[*?\[]")


SCRIPT = re.compile(
    rb"^\s*\"?(?:d_?[WbZA]\w*|\w*delta\w*|\w*grad\w*)\s*[-+]?=.*(?:\bdot\b|matmul|@|\.T\b)", re.MULTILINE
)
A_TEST = re.compile(r"test_|conftest|.*_tests?$", re.IGNORECASE)


class Listed(NamedTuple):
    """A target's name; ``found``: the folder or the pattern that led to it, where it was not named itself."""

    name: str
    found: str | None = None


class Unlisted(NamedTuple):
    """A name that stands for no target, and why."""

    name: str
    error: TargetError


def listed(names: Sequence[str]) -> list[Listed | Unlisted]:
    """Every target that ``names`` stand for, in their order; none that is named is found once more."""
    every: list[Listed | Unlisted] = []
    seen = set(names)
    for name in names:
        file, sep, function = name.partition("::")
        try:
            files = None if name in BUILT_IN else _files(file)
        except OSError as error:
            every.append(Unlisted(name, TargetError(f"target {name!r}: {error.strerror or error}")))
            continue
        if files is None:
            every.append(Listed(name))
            continue
        if not files and PATTERN.search(file):
            why = TargetError(f"target {name!r}: no .py, .ipynb or .md file is named like that")
            every.append(Unlisted(name, why))
            continue
        fresh = [each for each in (f + sep + function for f in files) if each not in seen]
        seen.update(fresh)
        every += [Listed(each, name) for each in fresh]
    return every


def mentions_ours(file: str) -> bool:
    """Could a file of a folder hold anything to judge? By its words alone; what cannot be read is not decided here."""
    try:
        with open(file, "rb") as opened:
            text = opened.read(LARGEST)
    except OSError:
        return True
    return b"\x00" in text[:1000] or OF_OURS.search(text) is not None


def holds_nothing(name: str, implementation: Implementation) -> bool:
    """Is there nothing in a file that was judged, could not be judged, or looks as if it should be?"""
    whatever = (implementation.entries, implementation.laws, implementation.unknown, implementation.pairs)
    if any(whatever) or implementation.lost:
        return False
    if any(isinstance(note, NotJudged) for note in implementation.notes):
        return False
    file = Path(name.partition("::")[0])
    if A_TEST.match(file.stem):
        return True
    try:
        return SCRIPT.search(file.read_bytes()) is None
    except OSError:
        return False


def _files(name: str) -> list[str] | None:
    """The files that a folder or a pattern stands for; ``None`` where the name is neither."""
    if os.path.isdir(name):
        return [str(path) for path in _below(Path(name))]
    if PATTERN.search(name) and not os.path.exists(name):
        return sorted(_matching(name) if "**" in name else (f for f in glob.glob(name) if _is_source(Path(f))))
    return None


def _matching(pattern: str) -> list[str]:
    """The files below the pattern's folder that it matches. ``glob`` would follow links, and walk in circles."""
    parts = Path(pattern).parts
    root = Path(*itertools.takewhile(lambda part: not PATTERN.search(part), parts))
    wanted = re.compile(_as_regex(Path(pattern).as_posix()))
    return [str(path) for path in _below(root) if wanted.fullmatch(path.as_posix())] if root.is_dir() else []


def _as_regex(pattern: str) -> str:
    """``**/`` is any folders, ``*`` and ``?`` stay within one, ``[a-z]`` is what it is."""
    meanings = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|\*\*|\*|\?|\[!?[^]]+\])", pattern)
    return "".join(
        meanings.get(piece) or (piece.replace("[!", "[^") if piece.startswith("[") else re.escape(piece))
        for piece in pieces
    )


def _below(folder: Path) -> Iterator[Path]:
    os.scandir(folder).close()  # a folder that cannot be read is said so; one within it is not there
    for above, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not _is_pruned(f) and not Path(above, f, "pyvenv.cfg").is_file())
        yield from (path for path in map(Path(above).joinpath, sorted(files)) if _is_source(path))


def sources_in(folder: Path) -> Iterator[Path]:
    """The files right in a folder that may be targets, by name. Raises ``OSError``."""
    return (path for path in sorted(folder.iterdir()) if _is_source(path))


def _is_pruned(folder: str) -> bool:
    return folder not in (".", "..") and (folder.startswith(".") or folder.lower() in PRUNED)


def _is_source(path: Path) -> bool:
    """A file that may be a target: of the right name, regular, not hidden, and not of a package's machinery."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
