"""SciPy's three-point differences: ``approx_derivative``, which ``least_squares`` and ``minimize`` use.

It is the only central variant that suits: ``approx_fprime`` and ``check_grad`` take one side alone, and
``scipy.differentiate`` refines every derivative over several steps, and wants all points in one array, which for n
parameters holds n² numbers.
"""

from __future__ import annotations

from benchmarks.peers import Array, Blocks, Checker, Single, blocks_of, flat, unflat
from benchmarks.peers.plain import THRESHOLD, cost_of
from manual_backprop.gradient_check import relative_difference

__all__ = ["THREE_POINT"]


def _approximation(single: Single) -> Array:
    from scipy.optimize._numdiff import approx_derivative

    J, blocks = cost_of(single), blocks_of(single)
    return approx_derivative(lambda theta: J(unflat(theta, blocks)), flat(blocks), method="3-point")


def _accepts(single: Single, gradients: Blocks) -> bool:
    return relative_difference(flat(gradients), _approximation(single)) <= THRESHOLD


THREE_POINT = Checker(
    "scipy approx_derivative, 3-point",
    "scipy",
    "every parameter",
    _accepts,
    lambda single: cost_of(single)(blocks_of(single)),
    _approximation,
)
