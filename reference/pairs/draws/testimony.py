"""What one exact witness says of every block, where it counts, and how far it may itself be off.

A witness counts at a draw only if its forward value and its branches are those of the float64 run; where it is not
finite it is silent there. Its own bound follows the forward pass: by as much as that enlarges a rounding error, and
some more, the derivative of the same lines may be off in units of the witness's own precision.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.interface.entry import Place
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair
from reference.pairs.draws.observation import Observation
from reference.pairs.draws.points import Asked, portions
from reference.pairs.draws.tolerance import U32, U64, U_EXTENDED, largest

__all__ = [
    "OTHER_VALUE",
    "TOO_LARGE",
    "Heard",
    "Silent",
    "autodiff",
    "complex_step",
    "magnitude",
    "own_bound",
    "stopped_by",
]

Array = NDArray[Any]
LARGER = 64.0  # times what the forward value shows: a logarithm hides how much its slope enlarges
TOO_LARGE, OTHER_VALUE = "its forward pass takes too many steps", "its forward value is not the target's"


class Silent(NamedTuple):
    """Why a witness says nothing of a draw, and the line that stopped it."""

    witness: str
    reason: str
    place: Place | None = None


class Heard(NamedTuple):
    """Of one block: values and bounds at entries, and along a direction. NaN where the witness is silent."""

    entries: Array
    values: Array
    bounds: Array
    precision: float
    direction: Array | None = None
    along: float = float("nan")
    along_bound: float = float("inf")

    def known(self) -> NDArray[np.bool_]:
        return np.isfinite(self.values)


def autodiff(pair: OpenPair, seen: Observation) -> dict[str, Heard] | Silent:
    """Every entry of every block, by JAX through the target's own lines, in float64."""
    try:
        told = pair.ask(
            "pair_autodiff", check=pair.proposal.check, draw=seen.draw.tree(), cotangents=list(seen.run.cotangents)
        )
    except (TargetRaised, TargetDied) as error:
        return stopped_by("autodiff", error)
    if "too_many_steps" in told:
        return Silent("autodiff", TOO_LARGE)
    if (why := _differs(told, seen)) is not None:
        return Silent("autodiff", why)
    heard = {}
    for name, value in told["gradients"].items():
        array = np.asarray(value, dtype=np.float64)
        if name in seen.run.primals and array.shape == seen.run.primals[name].shape:
            bounds = np.full(array.size, own_bound(seen, name, array, U64))
            heard[name] = Heard(np.arange(array.size), array.ravel(), bounds, U64)
    return heard


def complex_step(pair: OpenPair, seen: Observation, asked: Mapping[str, Asked]) -> dict[str, Heard] | Silent:
    """The entries and directions asked, in extended precision, without a subtraction."""
    points = [point for name, of in asked.items() for point in of.points(name)]
    found: list[Array] = []
    precision = U_EXTENDED
    for some in portions(seen.run, len(points), 1):
        try:
            told = pair.ask(
                "pair_complex",
                check=pair.proposal.check,
                draw=seen.draw.tree(),
                cotangents=list(seen.run.cotangents),
                points=points[some],
            )
        except (TargetRaised, TargetDied) as error:
            return stopped_by("complex step", error)
        if (why := _differs(told, seen)) is not None:
            return Silent("complex step", why)
        precision = U_EXTENDED if told.get("precision") is None else float(told["precision"])
        found.append(np.asarray(told["derivatives"], dtype=np.float64))
    values = np.concatenate(found)
    heard, start = {}, 0
    for name, of in asked.items():
        own, start = values[start : start + len(of.entries)], start + len(of.entries)
        along = float("nan")
        if of.direction is not None:
            along, start = float(values[start]), start + 1
        bound = own_bound(seen, name, own, precision) + U64 * largest(own)  # as it comes, in float64
        weight = 0.0 if of.direction is None else float(np.abs(of.direction).sum())
        bounds = np.full(len(of.entries), bound)
        heard[name] = Heard(of.entries, own, bounds, precision, of.direction, along, bound * weight)
    return heard


def magnitude(seen: Observation, name: str) -> float:
    """How large the terms of a gradient are that may cancel, as its rounding shows; else as the forward value is."""
    known = seen.estimates.get(name)
    shown = known.error / U32 if known is not None and known.same else 0.0
    if known is not None and shown > 0 and not known.of_float64_alone():
        return shown
    array = np.abs(np.asarray(seen.run.primals[name], dtype=np.float64))
    scale = float(np.sqrt(np.mean(array**2))) if array.size else 0.0
    return max(shown, seen.run.scale() / (scale if 0 < scale < np.inf else 1.0))


def own_bound(seen: Observation, name: str, values: Array, precision: float) -> float:
    """How far a witness may be off, entry by entry."""
    size = max(largest(values), _size(seen, name))
    return seen.kappa * precision * max(LARGER * seen.amplified * size, magnitude(seen, name))


def _size(seen: Observation, name: str) -> float:
    return seen.estimates[name].size if name in seen.estimates else 0.0


def _differs(told: Mapping[str, Any], seen: Observation) -> str | None:
    """Why a witness does not count: it ran another forward pass than the target's."""
    value = told.get("value")
    if value is None or not np.isfinite(float(value)):
        return "its forward value is not finite"
    if abs(float(value) - seen.run.value()) > seen.rounding():
        return OTHER_VALUE
    pattern = told.get("pattern")
    if pattern and seen.run.pattern and pattern != seen.run.pattern:
        return "it took other branches than the target"
    return None


def stopped_by(witness: str, error: TargetRaised | TargetDied) -> Silent:
    """A witness that could not follow, with the innermost line of the target's own."""
    if isinstance(error, TargetDied):
        return Silent(witness, str(error) or "its process was lost")
    details = error.details
    frames = details.get("frames") or ()
    place = Place(*frames[-1][:3]) if frames else None
    said = details["message"] or details["type"]
    return Silent(witness, said if details["type"] == "Refused" else f"{details['type']}: {said}", place)
