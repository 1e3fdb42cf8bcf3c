"""The twin of a compiled forward pass: a function of NumPy that computes the same, and that every witness can follow.

It is heard only where its value is the compiled one's, to the rounding of what that returns. Then its derivative, by
autodiff and by the complex step, is that of the compiled pass, kinks or no kinks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair, PairDraw, Proposal
from reference.pairs.draws.agreement import AUTODIFF, COMPLEX_STEP
from reference.pairs.draws.observation import Observation, PairRun
from reference.pairs.draws.points import Asked
from reference.pairs.draws.testimony import OTHER_VALUE, Heard, Silent, autodiff, complex_step
from reference.pairs.draws.tolerance import FALL, kappa

__all__ = ["Twin", "heard_of", "twin_of"]


class Twin(NamedTuple):
    """A pair with the twin in its forward pass's place, or why there is none."""

    name: str
    pair: OpenPair | None
    why: str = ""


def twin_of(pair: OpenPair) -> Twin | None:
    """``None`` where the pair names no twin."""
    name = pair.proposal.said.get("twin")
    if not name:
        return None
    try:
        tree = pair.ask("pair_twin", check=pair.proposal.check)
    except (TargetRaised, TargetDied) as error:
        return Twin(name, None, str(error))
    if tree is None:
        return Twin(name, None, "its file has no function of that name")
    return Twin(name, pair._replace(proposal=Proposal.of(tree)))


def heard_of(
    pair: OpenPair, draw: PairDraw, seen: PairRun, asked: Mapping[str, np.ndarray], unit: float
) -> dict[str, dict[str, Heard]] | str:
    """By gradient and witness what the twin's derivative is at the entries; or why it is not heard: ``OTHER_VALUE``
    where it does not compute the same. ``unit``: of what the compiled pass returns.
    """
    k = kappa([*seen.primals.values(), *seen.outputs])
    branchless = seen._replace(pattern="")  # of what is compiled, no branch is seen
    observed = Observation(draw, branchless, {}, spread=unit / FALL * seen.scale(), amplified=1.0, kappa=k)
    heard: dict[str, dict[str, Heard]] = {name: {} for name in asked}
    for witness, answer in (
        (COMPLEX_STEP, complex_step(pair, observed, {name: Asked(entries, None) for name, entries in asked.items()})),
        (AUTODIFF, autodiff(pair, observed)),
    ):
        if isinstance(answer, Silent):
            return OTHER_VALUE if answer.reason == OTHER_VALUE else f"the {witness} could not follow: {answer.reason}"
        for name, of in answer.items():
            if name in heard:
                heard[name][witness] = of
    return heard
