"""One draw of a pair, as plain values: what a case line says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from reference.pairs.inputs.spec import Path, Plan, Spec, settled

__all__ = ["PairCase", "case_of"]


class PairCase(NamedTuple):
    """Settled arguments, and the seed of their entries. ``label``: of its plan.

    ``scale`` multiplies normal entries; ``ties``: entries are multiples of a half, so that some are equal.
    """

    check: str
    label: str
    arguments: Mapping[str, Spec]
    construct: Mapping[str, Spec] = {}
    reading: Mapping[str, str] = {}
    dtype: str = "float64"
    scale: float = 1.0
    ties: bool = False
    seed: int = 0


def case_of(
    check: str, plan: Plan, sizes: Mapping[str, int], chosen: Mapping[Path, Any] | None = None, *, seed: int = 0
) -> PairCase:
    """A plan at these sizes. ``chosen``: options by the way to them, "construct" before those of a constructor."""
    return PairCase(
        check,
        plan.label,
        settled(plan.arguments, sizes, chosen),
        settled(plan.construct, sizes, chosen, ("construct",)),
        dict(plan.reading),
        seed=seed,
    )
