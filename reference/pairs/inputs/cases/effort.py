"""How much a pair does at given sizes: counted, not timed, so that the same sizes are drawn on any machine.

Loops over every element of a convolution take thousands of times as many calls of NumPy as one product of matrices. Of
what takes long smaller sizes are drawn, by what it took at those that were tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair
from reference.pairs.inputs.cases.attempt import draw_for
from reference.pairs.inputs.cases.case import PairCase
from reference.pairs.inputs.sizes import FLAT, Sizes, in_proportion
from reference.pairs.inputs.spec import Path, Plan

__all__ = ["LONG", "LONGER", "EffortOfSizes", "product"]

LONG = 40_000  # calls of NumPy, reads and writes, of both passes: some hundredths of a second
LONGER = 300_000  # where no size is 1: of the first draw, on which all witnesses are heard
FURTHER = 60  # sizes among which smaller ones are looked for
LIGHT = 1000  # a product of sizes that takes no loops to anything long
CONFIGURED = 8  # times as much at the most in another configuration: with a stride of 1 for one of 2


class EffortOfSizes:
    """What the runs of one plan took, in proportion to the product of their sizes."""

    def __init__(self, pair: OpenPair) -> None:
        self.pair, self.rate = pair, 0.0

    def apart(self) -> EffortOfSizes:
        """The same for another configuration: what is learned of that one is not held against this."""
        other = EffortOfSizes(self.pair)
        other.rate = self.rate
        return other

    def learn(self, case: PairCase, sizes: Mapping[str, int]) -> float:
        """What one run takes; 0 where that is little for certain, or where it cannot be told."""
        if product(sizes) <= LIGHT or 0 < self.rate * product(sizes) * CONFIGURED < LONG:
            return 0.0
        try:
            told = self.pair.ask("pair_run", check=case.check, draw=draw_for(self.pair, case).tree(), kind="float64")
        except (TargetRaised, TargetDied):
            return 0.0
        effort = float(told.get("effort") or 0)
        self.rate = max(self.rate, effort / product(sizes))
        return effort

    def affordable(
        self, plan: Plan, chosen: Mapping[Path, Any], seed: int, how: str, many: int, *, most: float = LONG
    ) -> list[Sizes]:
        """The first few sizes of a plan; where it takes too long at these, the smallest at which it does not.

        ``most``: what may be taken where no size is 1, which is then preferred.
        """

        def excess(sizes: Sizes) -> float:
            return max(1.0, self.rate * product(sizes) / (LONG if 1 in sizes.values() else most))

        found = in_proportion(plan, chosen, seed, how, many)
        if all(excess(sizes) == 1 for sizes in found):
            return found
        further = in_proportion(plan, chosen, seed, how, FURTHER)
        return sorted(further, key=lambda sizes: (excess(sizes), 1 in sizes.values(), product(sizes)))[:many]


def product(sizes: Mapping[str, int]) -> int:
    """Of all sizes: what loops within loops go through."""
    return prod(size for name, size in sizes.items() if name != FLAT)
