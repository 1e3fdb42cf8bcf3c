"""Where an experiment's files go: a new folder, an empty one, or one that an experiment wrote; whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from reference.experiments.errors import ExperimentError

__all__ = ["INDEX", "RESULTS", "check", "write"]

INDEX, RESULTS = "index.html", "results.json"
WRITING = ".writing-"  # what is not yet whole


def check(folder: Path) -> None:
    """Raise ``ExperimentError`` where nothing can, or should, be written: before minutes of work, not after."""
    try:
        if folder.is_dir():
            strange = sorted(_entries(folder) - _written(folder))
            if strange:
                raise _cannot(
                    folder, f"it holds {strange[0]!r}, which no experiment wrote; give a new or an empty folder"
                )
            place = folder
        else:
            place = folder.parent
            if folder.exists() or folder.is_symlink():
                raise _cannot(folder, "it is not a folder")
            if not place.is_dir():
                raise _cannot(folder, f"there is no folder {str(place)!r}")
        _beside(place).mkdir()  # who is root is told yes by every other question
        _beside(place).rmdir()
    except OSError as error:  # too long a name, no right to write, a full disk
        raise _cannot(folder, error.strerror or str(error)) from None


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Beside first, then moved; a folder of an earlier experiment keeps nothing of it. ``files`` has ``RESULTS``."""
    check(folder)
    new = not folder.is_dir()
    beside = _beside(folder.parent if new else folder)
    try:
        beside.mkdir()
        for name, data in files.items():
            (beside / name).write_bytes(data)
        if new:
            beside.replace(folder)
            return
        before = _written(folder)
        for name in sorted(files, key=lambda name: name == INDEX):  # the page when all that it speaks of is there
            (beside / name).replace(folder / name)
        for name in before - set(files):
            _remove(folder / name)
    except OSError as error:
        raise _cannot(folder, error.strerror or str(error)) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _beside(place: Path) -> Path:
    return place / f"{WRITING}{os.getpid()}"


def _entries(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _written(folder: Path) -> set[str]:
    """What an experiment left here, by its own list; and what one that was killed left half done."""
    left = {name for name in _entries(folder) if name.startswith(WRITING)}
    try:
        listed = json.loads((folder / RESULTS).read_text(encoding="utf-8"))["files"]
        return left | {name for name in listed if isinstance(name, str) and Path(name).name == name}
    except (OSError, ValueError, KeyError, TypeError):
        return left


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _cannot(folder: Path, why: str) -> ExperimentError:
    name = str(folder)
    name = name if len(name) <= 80 else f"{name[:79]}…"
    return ExperimentError(f"cannot write to {name if name.isprintable() else repr(name)}: {why}")
