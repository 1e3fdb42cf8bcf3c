"""The statement of a cost that is wrong: the first that made a value which no right way passes through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reference.diagnosis.mistakes import LINES
from reference.diagnosis.scene import Scene
from reference.interface.entry import Event, Place

__all__ = ["place_of_cost"]

CLOSE = 1e-11
NO_TERMS = ("lambd", "lambda", "lamb", "lmbd", "m")  # numbers that are no part of a sum


def place_of_cost(events: Sequence[Event], s: Scene, got: float, part: str) -> Place | None:
    """``part``: of the line of the cost that is wrong; empty where that is not known."""
    data, penalty = _terms(s)
    stages = _right_stages(s, data, penalty)
    held = [e for e in events if e.variable.lower() not in NO_TERMS and e.value.dtype.kind == "f"]
    if part in ("data", ""):
        summed = [e for e in held if 1 < e.value.size == s.A[s.L].size and _is_sum(e, s.m * (got - penalty), stages)]
        if summed:
            return summed[0].place
    for value, whole in _wrong(part, s, got, data, penalty):
        if whole or not any(_close(value, right) for right in stages):
            made = [e for e in held if e.value.size == 1 and _close(float(e.value.ravel()[0]), value)]
            if made:
                return made[0].place
    alone = not any(e.value.size == s.A[s.L].size for e in held)
    if part or alone or any(e.value.size == 1 and _close(float(e.value.ravel()[0]), data) for e in held):
        made = [e for e in held if e.value.size == 1 and _close(float(e.value.ravel()[0]), got)]
        return made[0].place if made else None
    return None


def _terms(s: Scene) -> tuple[float, float]:
    """The right data term and the right penalty."""
    bare = LINES["cost"].parts
    return float(s.part(bare["data"][0])), float(s.part(bare["penalty"][0]))


def _right_stages(s: Scene, data: float, penalty: float) -> list[float]:
    """What a right way may pass through on the way to a term."""
    total = data * s.m
    found = [sign * value for value in (data, total) for sign in (1, -1)]
    if s.lambd:
        squares = penalty * 2 * s.m / s.lambd
        found += [squares * f for f in (1, s.lambd, s.lambd / 2, 0.5, 1 / s.m, 1 / (2 * s.m), s.lambd / s.m)]
    return [*found, penalty, data + penalty]


def _wrong(part: str, s: Scene, got: float, data: float, penalty: float) -> Iterator[tuple[float, bool]]:
    """The wrong values that a statement may have made, the first of them first; is it the whole term?"""
    if part == "penalty":
        yield (got - data) * 2 * s.m / s.lambd, False
        yield got - data, True
    elif part == "data":
        term = got - penalty
        yield from ((term * s.m, False), (-term * s.m, False), (term, True), (-term, False))


def _is_sum(event: Event, total: float, stages: Sequence[float]) -> bool:
    made = float(event.value.sum())
    return (_close(made, total) or _close(-made, total)) and not any(_close(made, right) for right in stages)


def _close(a: float, b: float) -> bool:
    return bool(abs(a - b) <= CLOSE * max(abs(a), abs(b), 1e-300))
