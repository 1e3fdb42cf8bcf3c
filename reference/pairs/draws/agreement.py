"""Do the witnesses of one draw agree? Only beyond the sum of their own bounds do they not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.pairs.draws.differences import PairDifferences
from reference.pairs.draws.testimony import Heard

__all__ = ["AUTODIFF", "COMPLEX_STEP", "DIFFERENCES", "Contradiction", "contradictions", "odd_one", "without"]

Array = NDArray[Any]
AUTODIFF, COMPLEX_STEP, DIFFERENCES = "autodiff", "complex step", "central differences"


class Contradiction(NamedTuple):
    """Two witnesses that say different things of one block; ``at`` is an entry, or none of a direction."""

    block: str
    first: str
    second: str
    at: int | None


def contradictions(block: str, heard: Mapping[str, Heard], central: PairDifferences | None) -> list[Contradiction]:
    """Every entry at which two of them contradict each other."""
    said: dict[str, dict[int, tuple[float, float]]] = {
        witness: dict(_finite(of.entries, of.values, of.bounds)) for witness, of in heard.items()
    }
    if central is not None:
        said[DIFFERENCES] = dict(_finite(central.entries, central.values, central.bounds))
    found = [
        Contradiction(block, first, second, at)
        for first, second in combinations(said, 2)
        for at in sorted(said[first].keys() & said[second].keys())
        if abs(said[first][at][0] - said[second][at][0]) > said[first][at][1] + said[second][at][1]
    ]
    if not found and AUTODIFF in heard and COMPLEX_STEP in heard and _apart(heard[COMPLEX_STEP], heard[AUTODIFF]):
        found.append(Contradiction(block, AUTODIFF, COMPLEX_STEP, None))
    return found


def odd_one(found: list[Contradiction]) -> str | None:
    """The witness that both others contradict while they agree with each other; none where two alone spoke."""
    names = {frozenset((c.first, c.second)) for c in found}
    odd = [w for w in (AUTODIFF, COMPLEX_STEP, DIFFERENCES) if len([n for n in names if w in n]) == 2]
    return odd[0] if len(names) == 2 and len(odd) == 1 else None


def without(heard: Heard, entries: set[int]) -> Heard:
    """A witness that is silent at some entries, and along a direction."""
    values = np.array([np.nan if int(k) in entries else v for k, v in zip(heard.entries, heard.values, strict=True)])
    return heard._replace(values=values, along=float("nan"))


def _finite(entries: Array, values: Array, bounds: Array) -> Iterator[tuple[int, tuple[float, float]]]:
    for k, value, bound in zip(entries, values, bounds, strict=True):
        if np.isfinite(value) and np.isfinite(bound):
            yield int(k), (float(value), float(bound))


def _apart(step: Heard, full: Heard) -> bool:
    """Whether autodiff says otherwise along the direction in which the complex step went."""
    if step.direction is None or not np.isfinite(step.along) or not full.known().all():
        return False
    v = step.direction.ravel()
    return bool(abs(float(full.values @ v) - step.along) > step.along_bound + float(np.abs(v) @ full.bounds))
