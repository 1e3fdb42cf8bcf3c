"""The course's loop: J at θ_i + ε, J at θ_i − ε, the quotient; and J in NumPy as one writes it down.

The assignment copies θ and cuts it into its blocks for every evaluation; here an entry is nudged where it stands, so
that what is timed is the evaluations.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.peers import Array, Blocks, Checker, Single, blocks_of, flat
from manual_backprop.gradient_check import relative_difference

__all__ = ["EPSILON", "LOOP", "THRESHOLD", "cost_of", "loop"]

EPSILON, THRESHOLD = 1e-7, 2e-7  # the assignment's step, and its bound where rounding is allowed for


def cost_of(single: Single) -> Callable[[Blocks], float]:
    """J as a function of the blocks: relu, cross-entropy of a sigmoid or a softmax, L2, dropout."""
    X, Y, m = single.X, single.Y, single.X.shape[1]
    kept = None if single.masks is None else [D / single.keep_prob for D in single.masks]
    half = single.lambd / (2 * m)

    def J(blocks: Blocks) -> float:
        A = X
        for l in range(len(blocks) // 2 - 1):
            A = blocks[2 * l] @ A
            A += blocks[2 * l + 1]
            np.maximum(A, 0, out=A)
            if kept is not None:
                A *= kept[l]
        Z = blocks[-2] @ A
        Z += blocks[-1]
        if single.output == "softmax":
            Z -= Z.max(axis=0)
            loss = np.log(np.exp(Z).sum(axis=0)).sum() - np.vdot(Y, Z)
        else:
            loss = np.logaddexp(0, Z).sum() - np.vdot(Y, Z)
        return float(loss / m + half * sum(np.vdot(W, W) for W in blocks[::2]))

    return J


def loop(single: Single, coordinates: Array | None = None) -> Array:
    """(J(θ + ε e_i) − J(θ − ε e_i)) / 2ε for every entry, or for those that are counted in ``coordinates``."""
    J, blocks = cost_of(single), [block.copy() for block in blocks_of(single)]
    places = [(block.reshape(-1), i) for block in blocks for i in range(block.size)]
    if coordinates is not None:
        places = [places[int(k)] for k in coordinates]
    approximation = np.empty(len(places))
    for k, (theta, i) in enumerate(places):
        kept = theta[i]
        theta[i] = kept + EPSILON
        above = J(blocks)
        theta[i] = kept - EPSILON
        below = J(blocks)
        theta[i] = kept
        approximation[k] = (above - below) / (2 * EPSILON)
    return approximation


def _accepts(single: Single, gradients: Blocks) -> bool:
    return relative_difference(flat(gradients), loop(single)) <= THRESHOLD


LOOP = Checker(
    "plain loop, NumPy",
    "numpy",
    "every parameter",
    _accepts,
    lambda single: cost_of(single)(blocks_of(single)),
    loop,
)
