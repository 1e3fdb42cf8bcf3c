"""A dropout pass with a rate of its own: where its keep_prob is overwritten, and what its layers are divided by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from reference.diagnosis.localize import place_of_variable
from reference.interface.entry import Event, Place, Violation
from reference.targets.obligations.asking import Asking
from reference.targets.obligations.lines import traced
from reference.targets.reading.vocabulary import meaning

__all__ = ["of_own_rate", "own_scale"]

CLOSE = 1e-9
Array = np.ndarray


def of_own_rate(asking: Asking, l: int, law: tuple[str, str], scale: float | None, keep_prob: float) -> list[Violation]:
    """Its own rate, in the mask and in the scale; one mistake where keep_prob itself is overwritten.

    ``keep_prob``: of the last call.
    """
    mask = asking.wrong(f"D{l}", "MB303", law[0])._replace(part=law[1])
    events = traced(asking)
    place = _overwritten(events, keep_prob)
    if place is not None:
        return [mask._replace(place=place)]
    if scale is None:
        return [mask]
    scaled = asking.wrong(f"A{l}", "MB302", f"the value over {scale:.6g} in place of keep_prob")
    return [mask, scaled._replace(place=place_of_variable(events, f"A{l}"))]


def _overwritten(events: Sequence[Event], keep_prob: float) -> Place | None:
    """Where a variable called keep_prob took another number than the one that was given."""
    rates = [e for e in events if e.value.size == 1 and meaning(e.variable) == "keep_prob"]
    return next((e.place for e in rates if float(e.value.item()) != keep_prob), None)


def own_scale(cached: Mapping[float, Mapping[str, Array]], masks: Mapping[float, Array], l: int) -> float | None:
    """The one number by which A_l is divided whatever keep_prob is; ``cached``: Z and A by their names, by keep_prob.

    ``None`` where the cache does not tell, or it is divided by what is owed.
    """
    found: list[float] = []
    for keep_prob, D in masks.items():
        A, Z = (cached.get(keep_prob, {}).get(f"{kind}{l}") for kind in "AZ")
        if A is None or Z is None or np.shape(A) != np.shape(D) or np.shape(Z) != np.shape(D):
            return None
        divisor = _divisor(np.asarray(A), np.asarray(Z), D)
        if divisor is None:
            return None
        found.append(divisor)
    if len(found) < 2:
        return None
    first = found[0]
    alike = all(abs(c / first - 1) <= CLOSE for c in found)
    return first if alike and abs(first - 1) > CLOSE else None  # 1: it is not divided at all


def _divisor(A: Array, Z: Array, D: Array) -> float | None:
    for H in (np.maximum(Z, 0), np.tanh(Z)):
        some = D & (H != 0)
        if some.any() and np.all(A[some] != 0):
            ratios = H[some] / A[some]
            if np.ptp(ratios) <= CLOSE * abs(ratios[0]):
                return float(ratios[0])
    return None
