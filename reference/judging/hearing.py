"""What the witnesses say of a stack, and whether they agree; once for all targets that are asked the same."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.cases.problem import Problem
from reference.judging.panel import Dispute, Panel, WitnessReport, ask_witnesses, compare_witnesses
from reference.witnesses.kept_answers import asked_anew, is_recalling

__all__ = ["LARGEST_WITNESS_CACHE", "WitnessCache", "heard", "hearing"]

WitnessCache = dict[Any, tuple[WitnessReport, list[Dispute]]]  # what the witnesses said of a stack, for the next target
LARGEST_WITNESS_CACHE = 1024  # stacks


def hearing(
    problem: Problem,
    exhaustive: bool,
    rng: np.random.RandomState,
    witness_cache: WitnessCache | None,
    witnesses: Panel | None,
) -> tuple[WitnessReport, list[Dispute]]:
    """Ask the witnesses, or recall: what they say is a function of the problem alone."""
    key = _key(problem, exhaustive)
    if witness_cache is not None and key in witness_cache:
        return witness_cache[key]
    _, answer = heard(problem, exhaustive, rng, witnesses)
    if witness_cache is not None and len(witness_cache) < LARGEST_WITNESS_CACHE:
        witness_cache[key] = answer
    return answer


def heard(
    problem: Problem, exhaustive: bool, rng: np.random.RandomState, witnesses: Panel | None = None
) -> tuple[Any, tuple[WitnessReport, list[Dispute]]]:
    """What the witnesses say, and the key of it in a ``WitnessCache``."""
    witness_report = ask_witnesses(problem, exhaustive=exhaustive, rng=rng, witnesses=witnesses)
    disputes = compare_witnesses(problem, witness_report, witnesses=witnesses)
    if disputes and witnesses is None and is_recalling():
        witness_report = witness_report._replace(autodiff=asked_anew(problem))
        disputes = compare_witnesses(problem, witness_report)
    return _key(problem, exhaustive), (witness_report, disputes)


def _key(problem: Problem, exhaustive: bool) -> Any:
    taken = b"".join(a.tobytes() for a in (problem.Y, *(problem.masks or ())))  # what a target may put in their place
    return problem.cases, exhaustive, taken
