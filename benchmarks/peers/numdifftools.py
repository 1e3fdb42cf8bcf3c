"""numdifftools' ``Gradient``, with one short step.

By itself it extrapolates over many steps, the longest of them longer than a network's weights. On 8,874 parameters that
took half a minute, and was off by a hundredth of the largest entry: long steps cross the kinks of relu, and nothing
tells. With one step of 1e-5 it is right, and ten times as fast.
"""

from __future__ import annotations

from benchmarks.peers import Array, Blocks, Checker, Single, blocks_of, flat, unflat
from benchmarks.peers.plain import THRESHOLD, cost_of
from manual_backprop.gradient_check import relative_difference

__all__ = ["GRADIENT"]

STEP = 1e-5


def _approximation(single: Single) -> Array:
    from numdifftools import Gradient, MinStepGenerator

    J, blocks = cost_of(single), blocks_of(single)
    step = MinStepGenerator(base_step=STEP, num_steps=1)
    return Gradient(lambda theta: J(unflat(theta, blocks)), step=step)(flat(blocks))


def _accepts(single: Single, gradients: Blocks) -> bool:
    return relative_difference(flat(gradients), _approximation(single)) <= THRESHOLD


GRADIENT = Checker(
    "numdifftools Gradient, one step",
    "numdifftools",
    "every parameter",
    _accepts,
    lambda single: cost_of(single)(blocks_of(single)),
    _approximation,
)
