"""Gradients that are told by steps: those of parameters that a backward pass has changed, and steps that are kept.

What is kept and grows with the rate that the object learns by is a step, whatever it is called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reference.targets.pairs.arguments.backward_arguments import Passed
from reference.targets.pairs.objects.arrays import at, lowered, rates
from reference.targets.pairs.objects.gradient_names import Answered, is_gradient_name
from reference.targets.pairs.objects.passes import BothPasses, ReadingOfPasses, both_passes
from reference.targets.pairs.objects.subjects import Subject
from reference.targets.pairs.objects.supplies import RATE
from reference.targets.stand_in.kind import StandIn

__all__ = ["steps_of", "without_the_rate"]

ALIKE = 1e-3  # two steps in proportion, for all that a float32 loses of them


def steps_of(
    subject: Subject, plan: ReadingOfPasses, both: BothPasses, names: Sequence[str], primals: Mapping[str, Any],
    cotangents: Sequence[Any],
) -> tuple[dict[str, Any], tuple[str, ...]]:  # fmt: skip
    """The gradients that parameters were changed by; and those whose change is no rate times a gradient.

    With twice the cotangents and four times the rate it must be eight times as large.
    """
    changes = {name: change for name in names if (change := _change(both, name)) is not None}
    if not changes:
        return {}, ()
    doubled = [2.0 * c for c in cotangents] if plan.takes_cotangent else cotangents
    larger = both_passes(subject, plan, primals, doubled, 4 * RATE)
    factor = 8.0 if plan.takes_cotangent else 4.0
    in_proportion = {
        name
        for name, change in changes.items()
        if (other := _change(larger, name)) is not None and _as_large(subject.kind, change, other, factor)
    }
    others = tuple(name for name in changes if name not in in_proportion)
    return {name: change / RATE for name, change in changes.items() if name in in_proportion}, others


def without_the_rate(
    subject: Subject, plan: ReadingOfPasses, both: BothPasses, found: Sequence[Answered], primals: Mapping[str, Any],
    cotangents: Sequence[Any],
) -> list[Answered]:  # fmt: skip
    """Of steps that are kept the gradients that they are made of; those that hold more, such as a decay, left out."""
    kept = [each for each in found if not each.returned and is_gradient_name(each.path)]
    rated = any(role is Passed.RATE for role, _ in plan.roles.values()) or bool(rates(both.run.model))
    if not kept or not rated:
        return list(found)
    faster = both_passes(subject, plan, primals, cotangents, 4 * RATE)
    steps = {each.path for each in kept if not _is_as_large(subject.kind, each, faster, 1.0)}
    if not steps:
        return list(found)
    doubled = [2.0 * c for c in cotangents] if plan.takes_cotangent else cotangents
    larger = both_passes(subject, plan, primals, doubled, 4 * RATE)
    factor = 8.0 if plan.takes_cotangent else 4.0
    return [
        each if each.path not in steps else each._replace(value=each.value / RATE)
        for each in found
        if each.path not in steps or _is_as_large(subject.kind, each, larger, factor)
    ]


def _is_as_large(kind: StandIn, each: Answered, other: BothPasses, factor: float) -> bool:
    if not np.isfinite(np.asarray(lowered(each.value, kind)).real).all():
        return factor == 1.0  # of which nothing can be told
    try:
        return _as_large(kind, each.value, at(other.run.model, each.path), factor)
    except (AttributeError, LookupError, TypeError):
        return False


def _change(both: BothPasses, name: str) -> Any | None:
    if name not in both.after.values or name not in both.between.values:
        return None
    change = both.between.values[name] - both.after.values[name]
    return change if change.any() else None


def _as_large(kind: StandIn, change: Any, other: Any, factor: float) -> bool:
    one, two = (np.asarray(lowered(each, kind)).real.astype(np.float64) for each in (change, other))
    return bool(one.shape == two.shape and np.all(np.abs(two - factor * one) <= ALIKE * factor * np.max(np.abs(one))))
