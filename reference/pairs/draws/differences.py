"""Central differences of a pair's own forward value, with a bound of their own, only where no branch changes.

    |D(ε) − ∂J| ≤ κ · 2⁻²⁹ · max |J32 − J64| / ε + |D(ε) − D(2ε)|

A difference counts where the branches at both ends are those at θ. That proves that there is no kink between them where
every switch is affine in the nudge; elsewhere it says that none was seen. What straddles one is nudged less; at an
exact tie the derivative is taken on the side that has θ's own branches; what is left is excluded, and counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.interface.pair import OpenPair
from reference.pairs.draws.observation import Observation
from reference.pairs.draws.points import Asked, portions

__all__ = ["PairDifferences", "differences", "step_of"]

Array = NDArray[Any]
STEP = 2.0**-16  # of an entry, or of its block
SHRINK, TRIES = 0.25, 5  # of a step that straddles a kink


class PairDifferences(NamedTuple):
    """Of one block: D and its bound at the entries asked, infinite where a kink leaves nothing to say."""

    entries: Array
    values: Array
    bounds: Array
    right: Array  # the slope on either side, whatever the branches there
    left: Array

    @property
    def excluded(self) -> int:
        """How many entries a kink left without a difference."""
        return int(np.count_nonzero(~np.isfinite(self.bounds)))


def step_of(array: Array, index: int) -> float:
    """A power of two near 2⁻¹⁶ of an entry, or of its block where that is larger."""
    wide = np.abs(np.asarray(array, dtype=np.float64))
    scale = max(float(wide.flat[index]), float(np.sqrt(np.mean(wide**2))))
    return float(STEP * 2.0 ** np.round(np.log2(scale))) if 0 < scale < np.inf else STEP


def differences(
    pair: OpenPair, seen: Observation, asked: Mapping[str, Asked], *, finer: float = 1.0
) -> dict[str, PairDifferences]:
    """Ask for differences at the entries of every block. ``finer``: with steps so many times smaller."""
    points = [(name, int(index)) for name, of in asked.items() for index in of.entries]
    steps = np.array([step_of(seen.run.primals[name], index) / finer for name, index in points])
    found = np.full((len(points), 4), np.nan)
    found[:, 1] = np.inf
    todo = np.arange(len(points))
    for _ in range(TRIES):
        if len(todo) == 0:
            break
        for part in portions(seen.run, len(todo), 4):
            some = todo[part]
            told = pair.ask(
                "pair_differences",
                check=pair.proposal.check,
                draw=seen.draw.tree(),
                cotangents=list(seen.run.cotangents),
                points=[list(points[k]) for k in some],
                steps=[float(step) for step in steps[some]],
            )
            values, same = np.asarray(told["values"], dtype=np.float64), np.asarray(told["same"], dtype=bool)
            for row, k in enumerate(some):
                found[k] = _difference(seen, values[row], same[row], float(steps[k]))
        todo = np.array([k for k in todo if not np.isfinite(found[k, 1])], dtype=int)
        steps[todo] *= SHRINK
    names = np.array([name for name, _ in points], dtype=object)
    return {
        name: PairDifferences(of.entries, *found[names == name].T)
        if len(of.entries)
        else PairDifferences(*[np.zeros(0)] * 5)
        for name, of in asked.items()
    }


def _difference(seen: Observation, values: Array, same: Array, step: float) -> tuple[float, float, float, float]:
    """D, its bound, the slope to the right and to the left. ``values``: at +ε, −ε, +2ε, −2ε."""
    forth, back, far_forth, far_back = (float(value) for value in values)
    at = seen.run.value()
    rounding = seen.rounding() / step
    right, left = (forth - at) / step, (at - back) / step
    if same.all():
        D, double = (forth - back) / (2 * step), (far_forth - far_back) / (4 * step)
        return D, rounding + abs(D - double), right, left
    if same[0] and same[2]:  # second order, on the side that has the branches of θ
        D = (-3 * at + 4 * forth - far_forth) / (2 * step)
        return D, 8 * rounding + abs(D - right), right, left
    if same[1] and same[3]:
        D = (3 * at - 4 * back + far_back) / (2 * step)
        return D, 8 * rounding + abs(D - left), right, left
    return np.nan, np.inf, right, left
