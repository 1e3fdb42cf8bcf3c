"""At an exact tie any weights are right that are nonnegative and sum to one: proven by moving the tied values together.

Of several equal values that compete, a gradient may choose one, share, or choose another than NumPy does. Along a
direction that moves equal values equally, and leaves zeros where they are, no tie is broken: there the gradient has one
value. So has every slope of an entry alone its two sides. Sending the whole gradient to every tie fails the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair, PairDraw
from reference.pairs.draws.drawn import comparable
from reference.pairs.draws.observation import Observation, finite, observe, run
from reference.pairs.draws.points import Asked
from reference.pairs.draws.testimony import Silent, complex_step
from reference.pairs.plan import PairReading

__all__ = ["Tie", "tied_draw", "ties_of"]

Array = NDArray[Any]
GRID = 0.5
STEP = 2.0**-20
FEW = 24  # entries, by which it is seen what was chosen


class Tie(NamedTuple):
    """One gradient at a draw with ties. ``even``: it is right along the tied values together."""

    name: str
    even: bool
    chosen: bool  # as far as was looked at, it is what NumPy itself chooses
    draw: PairDraw


def tied_draw(draw: PairDraw) -> PairDraw:
    """The same with its values on a coarse grid: equal ones are common."""
    return draw._replace(arguments=_coarse(draw.arguments), seed=draw.seed)


def ties_of(pair: OpenPair, reading: PairReading, seed: int, index: int = 0) -> list[Tie]:
    """What every gradient does at ties, at one draw on a coarse grid; nothing where it makes none."""
    draw = tied_draw(reading.draw(seed, index))
    try:
        base = run(pair, draw)
        if not finite(base) or not base.tied():
            return []
        seen = observe(pair, draw, base, jitters=1)
        if not seen.steady():
            return []
        return [tie for name in comparable(base) if (tie := _tie(pair, seen, name)) is not None]
    except (TargetRaised, TargetDied):
        return []


def _tie(pair: OpenPair, seen: Observation, name: str) -> Tie | None:
    """The gradient of one primal whose own values are tied."""
    primal, estimate = seen.run.primals[name], seen.estimates[name]
    equal = _among_equals(primal)
    if not equal.size or not np.array_equal(primal * 2, np.rint(primal * 2)):
        return None
    together = _moved_together(primal, seen.draw.seed)
    if not _keeps_its_branches(pair, seen, name, together):
        return None
    answer = complex_step(pair, seen, {name: Asked(equal[:: max(1, equal.size // FEW)][:FEW], together)})
    if isinstance(answer, Silent) or not np.isfinite(answer[name].along):
        return None
    own = answer[name]
    got = np.asarray(seen.run.gradients[name], dtype=np.float64).ravel()
    allowed, v = estimate.allowed(), together.ravel()
    even = abs(float(got @ v) - own.along) <= allowed * float(np.abs(v).sum()) + own.along_bound
    chosen = bool(np.all(np.abs(got[own.entries] - own.values) <= allowed + own.bounds))
    return Tie(name, even, chosen, seen.draw)


def _among_equals(primal: Array) -> Array:
    """The entries that are not zero and have an equal."""
    _, which, counts = np.unique(primal, return_inverse=True, return_counts=True)
    return np.flatnonzero((counts[which.ravel()] > 1) & (primal.ravel() != 0))


def _keeps_its_branches(pair: OpenPair, seen: Observation, name: str, direction: Array) -> bool:
    """Whether no switch is crossed along a direction, to either side."""
    told = pair.ask(
        "pair_differences",
        check=pair.proposal.check,
        draw=seen.draw.tree(),
        cotangents=list(seen.run.cotangents),
        points=[[name, direction]],
        steps=[STEP],
    )
    return bool(np.all(told["same"]))


def _moved_together(primal: Array, seed: int) -> Array:
    """A direction in which equal values, and zeros, stay so."""
    values, which = np.unique(primal, return_inverse=True)
    speeds = np.random.RandomState(seed % 2**32).standard_normal(values.size)
    speeds[values == 0] = 0.0
    return np.asarray(speeds[which].reshape(primal.shape))


def _coarse(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _coarse(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_coarse(entry) for entry in value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.ndim:
        return np.round(value / GRID) * GRID
    return value
