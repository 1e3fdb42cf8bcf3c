"""Failures on disk: ``.manual-backprop/failures/ID.json`` beside ``ID.npz``, written whole or not at all.

An ID is a hash of what failed, so the same failure has the same ID everywhere. Failures leave when they are fixed.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from reference.cases.case import Case, CaseError, of_a_pair
from reference.cases.problem import draw
from reference.report.delivery import write_whole

__all__ = [
    "FOLDER",
    "StoreError",
    "Stored",
    "forget",
    "load",
    "load_all",
    "name_of",
    "replay_id",
    "save",
]

FOLDER = Path(".manual-backprop") / "failures"
LONGEST, SHOWN = 16, 12  # letters of a name; names in a message


class StoreError(Exception):
    """A failure that is not there, or cannot be read."""


class Stored(NamedTuple):
    """What is needed to see a failure again."""

    target: str
    check: str
    output: str
    case: str

    @property
    def id(self) -> str:
        return replay_id(self)


def replay_id(stored: Stored) -> str:
    """Four letters and digits."""
    digest = hashlib.sha256("\n".join(stored).encode(errors="surrogateescape")).digest()
    return base64.b32encode(digest).decode()[:4]


def name_of(stored: Stored, folder: Path = FOLDER) -> str:
    """Its ID; a digit longer where another failure is kept under that ID already."""
    name, more = stored.id, 2
    while (folder / f"{name}.json").is_file():
        try:
            if load(name, folder) == stored:
                break
        except StoreError:
            break  # half a file, or none of ours: it is replaced
        name, more = f"{stored.id}{more}", more + 1
    return name


def save(stored: Stored, folder: Path = FOLDER) -> None:
    """Write the failure and its arrays; raises ``OSError``."""
    folder.mkdir(parents=True, exist_ok=True)
    name = name_of(stored, folder)
    write_whole(folder / f"{name}.json", (json.dumps(stored._asdict(), indent=2) + "\n").encode())
    if of_a_pair(stored.case):  # its arrays are drawn where the pair is
        return
    problem = draw([Case.parse(stored.case)])
    arrays = {"X": problem.X[0], "Y": problem.Y[0]}
    for l, (W, b) in enumerate(problem.parameters, start=1):
        arrays |= {f"W{l}": W[0], f"b{l}": b[0]}
    for l, D in enumerate(problem.masks or (), start=1):
        arrays[f"D{l}"] = D[0]
    beside = folder / f".{name}.{os.getpid()}.npz"
    try:
        np.savez(beside, **arrays)
        beside.replace(folder / f"{name}.npz")
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def load(name: str, folder: Path = FOLDER) -> Stored:
    """The failure called ``name``; raises ``StoreError`` with some of what there is."""
    path = folder / f"{name}.json"
    if not name.isalnum() or len(name) > LONGEST or not path.is_file():
        kept = sorted(p.stem for p in folder.glob("*.json") if p.is_file())
        known = ", ".join(kept[:SHOWN]) + (f" and {len(kept) - SHOWN} more" if len(kept) > SHOWN else "")
        raise StoreError(f"no failure {name[:40]!r} in {folder}; there are: {known or 'none'}")
    try:
        about = path.stat()
        return _read(path, about.st_mtime_ns, about.st_size, about.st_ino)
    except (ValueError, TypeError, AttributeError, CaseError, OSError) as error:
        raise StoreError(f"{path} cannot be read as a failure: {error}") from None


@functools.lru_cache(maxsize=1 << 14)  # each of many targets asks for all of them
def _read(path: Path, *as_it_is: int) -> Stored:
    """The failure of a file ``as_it_is``: written at that time, so large, and no other file of that name."""
    stored = Stored(**json.loads(path.read_text(encoding="utf-8")))
    if not of_a_pair(stored.case):
        Case.parse(stored.case)
    return stored


def load_all(target: str, folder: Path = FOLDER) -> list[Stored]:
    """The readable failures of a target, in the order of their names."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            stored = load(path.stem, folder)
        except StoreError:
            continue
        if stored.target == target:
            found.append(stored)
    return found


def forget(name: str, folder: Path = FOLDER) -> None:
    """Remove a failure that is fixed."""
    for suffix in (".json", ".npz"):
        (folder / f"{name}{suffix}").unlink(missing_ok=True)
