"""At which entries and along which directions the costly witnesses are asked: deterministic, and never by a clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.pairs.draws.observation import PairRun

__all__ = ["Asked", "exhaustive", "few_of", "points_of", "portions"]

Array = NDArray[Any]
SMALL = 1500  # calls of NumPy: of the forward pass once an entry
SAMPLED, FEW = 8, 4  # entries of a block, where not all are asked: by the complex step, by differences
QUESTION = 1_000_000  # calls of NumPy, reads and writes in one question, which is answered in time, or all is lost
PASSES = 4  # that one run is about: twice forward, once backward
HEAVY = 40_000  # calls of NumPy that one question may take, above which fewer entries are asked


class Asked(NamedTuple):
    """Of one block: entries by flat index, and a direction where these are not all."""

    entries: Array
    direction: Array | None

    def points(self, name: str) -> Iterator[list[Any]]:
        """As the child takes them: the direction last."""
        for index in self.entries:
            yield [name, int(index)]
        if self.direction is not None:
            yield [name, self.direction]


def exhaustive(run: PairRun, names: Mapping[str, Array], budget: float = SMALL) -> bool:
    """Whether every entry is asked: few entries of a forward pass with few operations."""
    return max(1, run.operations) * sum(array.size for array in names.values()) <= budget


def points_of(run: PairRun, names: Mapping[str, Array], seed: int, *, every: bool | None = None) -> dict[str, Asked]:
    """The entries and directions of every block that is asked: some by chance, and those where most is claimed.

    ``every``: all entries, whatever it costs.
    """
    whole = exhaustive(run, names) if every is None else every
    many = _affordable(run, len(names), SAMPLED, 1)
    stream = np.random.RandomState(seed % 2**32)
    asked = {}
    for name, array in names.items():
        if whole or array.size <= many:
            asked[name] = Asked(np.arange(array.size), None)
        else:
            chosen = stream.choice(array.size, many, replace=False)
            claimed = np.argsort(-np.abs(_claimed(run, name, array)), kind="stable")[: many // 2]
            entries = np.unique([*claimed, *chosen[~np.isin(chosen, claimed)][: many - claimed.size]])
            asked[name] = Asked(entries, stream.standard_normal(array.shape))
    return asked


def _claimed(run: PairRun, name: str, array: Array) -> Array:
    """The gradient that the target gives, zero where it has another shape."""
    got = run.gradients.get(name)
    if got is None or got.shape != array.shape or got.dtype.kind not in "fiub":
        return np.zeros(array.size)
    return np.nan_to_num(np.ravel(got).astype(np.float64))


def few_of(run: PairRun, asked: Mapping[str, Asked]) -> dict[str, Asked]:
    """What differences are asked, four evaluations each: fewer entries of a block where not all are asked."""
    many = _affordable(run, len(asked), FEW, 4)
    return {
        name: of
        if of.direction is None and many == FEW
        else Asked(of.entries[:: max(1, len(of.entries) // many)][:many], None)
        for name, of in asked.items()
    }


def _affordable(run: PairRun, blocks: int, wanted: int, evaluations: int) -> int:
    """How many entries of each block one question may be asked."""
    return max(1, min(wanted, HEAVY // (max(1, run.operations) * max(1, blocks) * evaluations)))


def portions(run: PairRun, count: int, evaluations: int) -> Iterator[slice]:
    """So many points in several questions, none of which takes long. ``evaluations``: of the forward pass at each."""
    many = max(1, QUESTION // max(1, run.effort // PASSES * evaluations))
    yield from (slice(k, k + many) for k in range(0, max(1, count), many))
