"""Random spoilings of a file. Each is made from its number and a seed alone, so that any of them can be had again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.campaign.damage import KINDS
from benchmarks.campaign.sources import Fixture

__all__ = ["Spoilt", "spoilt", "written"]

Rng = np.random.RandomState
MOST = 3  # spoilings of one file
BYTES_LAST = {kind: k for k, kind in enumerate(KINDS)}  # what still needs to read the file comes first


class Spoilt(NamedTuple):
    """What a number stands for."""

    number: int
    fixture: Fixture
    kinds: tuple[str, ...]
    data: bytes


def spoilt(number: int, seed: int, files: Sequence[Fixture]) -> Spoilt:
    """One file of these, spoilt in one to three ways."""
    rng = Rng([seed, number])
    fixture = files[rng.randint(len(files))]
    data = fixture.path.read_bytes()
    names = sorted(KINDS)
    kinds = tuple(names[k] for k in rng.choice(len(names), size=rng.randint(1, MOST + 1), replace=False))
    for kind in sorted(kinds, key=BYTES_LAST.get):  # type: ignore[arg-type]
        data = KINDS[kind](data, rng, fixture.path.suffix == ".ipynb")
    return Spoilt(number, fixture, kinds, data)


def written(spoiling: Spoilt, folder: Path) -> Path:
    """The spoilt file, alone in a folder named by its number, under its own name."""
    path = folder / f"{spoiling.number:06d}" / Path(spoiling.fixture.name).name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(spoiling.data)
    return path
