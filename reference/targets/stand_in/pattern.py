"""The activation pattern of a run: every comparison and every choice on the way, and where each stands.

What is kept of a switch is its outcome, the same bits in every kind of stand-in, so that digests of two kinds can be
compared. Two runs with one digest took the same branches.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.reading.source import place

__all__ = ["PATTERN", "Pattern", "is_between", "recorded", "where_asked"]

FOLDED = 2**20  # bytes kept before they are folded into the digest
OURS = (str(Path(__file__).parent), str(Path(__file__).parents[1] / "pairs"), str(Path(contextlib.__file__)))
LIBRARIES = ("/numpy/", "-packages/torch/", "-packages/jax/", "-packages/autograd/")
HERE = {__file__: True}  # of a code's file: is it ours, or a library's?


def is_between(filename: str) -> bool:
    """Does a frame stand between the target's line and us?"""
    known = HERE.get(filename)
    if known is None:
        path = filename.replace("\\", "/")
        known = HERE[filename] = filename.startswith((*OURS, "<frozen")) or any(part in path for part in LIBRARIES)
    return known


def where_asked() -> tuple[CodeType, int]:
    """The code and the line of the target that led here: those of a program that was traced, or of the frames."""
    if PATTERN.at is not None:
        return PATTERN.at
    frame = sys._getframe(1)
    while is_between(frame.f_code.co_filename) and frame.f_back is not None:
        frame = frame.f_back
    return frame.f_code, frame.f_lineno


class Pattern:
    """What has been noted since ``begin``."""

    def __init__(self) -> None:
        self.at: tuple[Any, int] | None = None  # where what runs now was written down, if no frame says so
        self.begin(measured=False)

    def begin(self, *, measured: bool) -> None:
        """Forget everything. ``measured``: also how near each switch is to its kink, which costs more."""
        self.measured = measured
        self.operations = 0  # calls of NumPy
        self.touched = 0  # reads and writes by an index
        self.hash = blake2b(digest_size=16)
        self.pending = bytearray()
        self.counts: dict[tuple[CodeType, int, str], int] = {}
        self.nearest: dict[tuple[CodeType, int, str], list[float]] = {}  # the smallest gap that is not 0, the scale
        self.ties: dict[tuple[CodeType, int, str], int] = {}  # switches exactly at their kink
        self.casts: dict[tuple[CodeType, int, str], int] = {}  # to a narrower float
        self.one_entry: dict[tuple[CodeType, int, str], int] = {}  # arrays that were made Python's own numbers

    def note_bit(self, what: str, outcome: Any, gap: float, scale: float) -> None:
        """One outcome of two numbers, ``gap`` from the kink."""
        self.pending.append(bool(outcome))
        self._note_gap(what, gap, scale)

    def note_index(self, what: str, index: int, gap: float, scale: float) -> None:
        """One index as ``note`` has it, ``gap`` from being another."""
        self.pending += index.to_bytes(8, sys.byteorder, signed=True) + b"|1"
        if len(self.pending) > FOLDED:
            self._fold()
        self._note_gap(what, gap, scale)

    def _note_gap(self, what: str, gap: float, scale: float) -> None:
        if not self.measured:
            return
        key = self._key(what)
        if gap == 0:
            self.ties[key] = self.ties.get(key, 0) + 1
            gap = np.inf
        self._measure(key, gap, scale)

    def note(self, what: str, *outcomes: NDArray, gap: Any = None, scale: Any = 0.0) -> None:
        """Outcomes as arrays of booleans or integers. ``gap``: how far each is from its kink, or a function of it."""
        for outcome in outcomes:
            outcome = np.asarray(outcome)
            if outcome.dtype == bool:
                self.pending += outcome.tobytes() if outcome.size < 32 else np.packbits(outcome).tobytes()
            else:
                self.pending += outcome.astype(np.int64).tobytes()
            self.pending += b"|%d" % outcome.size
        if len(self.pending) > FOLDED:
            self._fold()
        if not self.measured:
            return
        key = self._key(what)
        if gap is None:
            return
        gaps = np.asarray(gap() if callable(gap) else gap)
        gaps = gaps[np.isfinite(gaps)]
        ties = int((gaps == 0).sum())
        if ties:
            self.ties[key] = self.ties.get(key, 0) + ties
            gaps = gaps[gaps != 0]
        size = np.asarray(scale() if callable(scale) else scale)
        size = size[np.isfinite(size)]
        self._measure(key, float(gaps.min()) if gaps.size else np.inf, float(size.max()) if size.size else 0.0)

    def note_cast(self, dtype: str) -> None:
        """A cast to a narrower float that the target's line asks for."""
        key = (*where_asked(), dtype)
        self.casts[key] = self.casts.get(key, 0) + 1

    def note_one_entry(self, number: str) -> None:
        """An array with one entry and any axes, given to ``float`` or ``int``, which NumPy refuses since 2.4."""
        key = (*where_asked(), number)
        self.one_entry[key] = self.one_entry.get(key, 0) + 1

    def _key(self, what: str) -> tuple[CodeType, int, str]:
        key = (*where_asked(), what)
        self.counts[key] = self.counts.get(key, 0) + 1
        return key

    def _measure(self, key: tuple[CodeType, int, str], gap: float, scale: float) -> None:
        known = self.nearest.get(key)
        if known is None:
            self.nearest[key] = [abs(gap), scale]
            return
        if abs(gap) < known[0]:
            known[0] = abs(gap)
        if scale > known[1]:
            known[1] = scale

    def _fold(self) -> None:
        self.hash.update(self.pending)
        self.pending.clear()

    def digest(self) -> str:
        """One word for every outcome and their order."""
        self._fold()
        return self.hash.hexdigest()

    def near(self) -> float:
        """The smallest distance of a switch from its kink, relative to the largest number at its line; ties apart.

        A lone number against 0 is measured by 1: by itself it would never be near.
        """
        found = [(gap, scale) for gap, scale in self.nearest.values() if gap < np.inf]
        return min((gap / (scale if scale > gap else max(gap, 1.0)) for gap, scale in found), default=np.inf)

    def switches(self, path: Path) -> list[list[Any]]:
        """``[cell, line, what, how often]``; of a file beside the target, its name stands with what it is."""
        return [[*where, count] for where, count in _placed(self.counts, path)]

    def cast_places(self, path: Path) -> list[list[Any]]:
        """``[cell, line, dtype, how often]`` of every cast to a narrower float."""
        return [[*where, count] for where, count in _placed(self.casts, path)]

    def one_entry_places(self, path: Path) -> list[list[Any]]:
        """``[cell, line, float or int, how often]`` of every array with one entry that is made a number of Python."""
        return [[*where, count] for where, count in _placed(self.one_entry, path)]


def _placed(counts: dict[tuple[CodeType, int, str], int], path: Path) -> list[tuple[tuple[Any, int, str], int]]:
    found: dict[tuple[Any, int, str], int] = {}
    for (code, line, what), count in counts.items():
        file, cell = place(code.co_filename)
        where = (cell, line, what if file == str(path) else f"{what} in {Path(file).name}")
        found[where] = found.get(where, 0) + count
    return sorted(found.items(), key=lambda item: (item[0][0] or 0, item[0][1], item[0][2]))


PATTERN = Pattern()  # a target's process runs one thing at a time


@contextmanager
def recorded(*, measured: bool = False) -> Iterator[Pattern]:
    """A fresh pattern for what runs within."""
    PATTERN.begin(measured=measured)
    yield PATTERN
