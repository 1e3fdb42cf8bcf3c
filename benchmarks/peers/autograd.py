"""autograd's ``check_grads`` of a primitive whose derivative was written by hand."""

from __future__ import annotations

from typing import Any

from benchmarks.peers import Array, Blocks, Checker, Single, blocks_of, flat, unflat
from benchmarks.peers.plain import cost_of

__all__ = ["CHECK_GRADS"]


def _accepts(single: Single, gradients: Blocks) -> bool:
    from autograd.extend import defvjp, primitive
    from autograd.test_util import check_grads

    cost, blocks, given = cost_of(single), blocks_of(single), flat(gradients)

    @primitive
    def J(theta: Array) -> float:
        return cost(unflat(theta, blocks))

    defvjp(J, lambda value, theta: lambda pulled: pulled * given)
    checked: Any = check_grads(J, modes=["rev"], order=1)
    try:
        checked(flat(blocks))
    except AssertionError:
        return False
    return True


CHECK_GRADS = Checker(
    "autograd check_grads",
    "autograd",
    "one direction",
    _accepts,
    lambda single: cost_of(single)(blocks_of(single)),
)
