"""J(θ + ε e_ij) − J(θ) for nudges of single parameters, at a fraction of the price of evaluating J anew.

Nudging one entry of row i of ``[W_l b_l]`` by ε moves one row of Z_l, by ε times one row of ``[A_{l-1}; 1]``. So the
layers before l are reused, Z_{l+1} moves by a rank-one update, and only differences are passed on:

    δA = (f(Z + δZ) − f(Z)) · D / keep_prob,   δZ_next = W_next δA,   δJ = (1/m) Σ [loss(Z_L + δZ_L) − loss(Z_L)].

Every perturbed nonlinearity is evaluated; no derivative is taken anywhere. Passing on differences in place of
values keeps the round-off of a layer in proportion to what that layer passes on, so gradients far smaller than
u · J / ε still show. The loss's difference is taken in closed form, see ``loss_differences``.

Whether a kink lies on the way is told beside each difference: Z_l moves linearly with ε, so equal signs at the ends
of the step mean no sign change between; then A_l and Z_{l+1} are linear too, and so on upwards. A step that carries a
smooth nonlinearity further than ``REACH`` is treated as one that crosses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from manual_backprop.primitives import Array

__all__ = ["KINKED", "LEAVES", "NetworkStack", "cost_differences", "is_smooth", "some"]

ELEMENTS = 1 << 18  # of the largest temporary of a chunk: it stays in the cache, and memory stays flat
REACH = 0.125  # of a nudge, in units of a smooth nonlinearity's argument: beyond it, D(ε) − D(2ε) says little


class NetworkStack(NamedTuple):
    """Networks of one shape, ``(G, n, m)``, with what their forward pass found."""

    Z: list[Array]
    H: list[Array]
    A: list[Array]  # [A_{l-1}; 1]: a bias is the weight of a constant input
    kept: list[Array]  # D / keep_prob; empty where nothing is dropped
    W: list[Array]
    Y: Array
    f: Callable[[Array], Array]
    leaves: Callable[[Array, Array, Array], NDArray[np.bool_]]  # (Z, Z + δZ, δZ): may the nudge not go there?
    unit: float  # C · u
    loss_difference: Callable[[Array, Array, Array], Array]
    output: str


def _other_side(before: Array, moved: Array, by: Array) -> NDArray[np.bool_]:
    return (moved > 0) != (before > 0)


def _too_far(before: Array, moved: Array, by: Array) -> NDArray[np.bool_]:
    return np.abs(by) > REACH


LEAVES: dict[str, Callable[[Array, Array, Array], NDArray[np.bool_]]] = {
    "relu": _other_side,
    "leaky_relu": _other_side,
    "tanh": _too_far,
    "sigmoid": _too_far,
    "softplus": _too_far,
    "identity": lambda before, moved, by: np.zeros((1, 1, 1), dtype=bool),
}
KINKED = frozenset(name for name, leaves in LEAVES.items() if leaves is _other_side)


def some(network: NetworkStack, which: NDArray | slice) -> NetworkStack:
    """The networks of the stack that ``which`` picks."""

    def take(arrays: list[Array]) -> list[Array]:
        return [a[which] for a in arrays]

    return network._replace(
        Z=take(network.Z),
        H=take(network.H),
        A=take(network.A),
        kept=take(network.kept),
        W=take(network.W),
        Y=network.Y[which],
    )


def is_smooth(network: NetworkStack) -> bool:
    """True where the hidden activation is curved and has no kink."""
    return network.leaves is _too_far


def cost_differences(
    network: NetworkStack, l: int, i: NDArray, j: NDArray, eps: Array, ladder: Array
) -> tuple[Array, NDArray[np.bool_]]:
    """δJ, and whether a kink was crossed, for every rung of the ladder times ε: ``(rungs, G, coordinates)``."""
    G, m, rungs = network.Y.shape[0], network.Y.shape[-1], len(ladder)
    deltas = np.empty((rungs, G, i.size))
    crossed = np.empty(deltas.shape, dtype=bool)
    widest = max([z.shape[-2] for z in network.Z[l + 1 :]], default=1)
    nudges = max(1, ELEMENTS // (m * rungs * widest))  # of one network at once
    networks = max(1, nudges // i.size)
    for g in (slice(start, start + networks) for start in range(0, G, networks)):
        part = some(network, g)
        for c in (slice(start, start + nudges) for start in range(0, i.size, nudges)):
            steps = np.concatenate([rung * eps[g, c] for rung in ladder], axis=-1)
            delta, cross = _cost_difference(part, l, np.tile(i[c], rungs), np.tile(j[c], rungs), steps)
            for out, flat in ((deltas, delta), (crossed, cross)):
                out[:, g, c] = np.moveaxis(flat.reshape(len(steps), rungs, -1), 1, 0)
    return deltas, crossed


def _cost_difference(
    network: NetworkStack, l: int, i: NDArray, j: NDArray, eps: Array
) -> tuple[Array, NDArray[np.bool_]]:
    """J(θ + ε e_ij) − J(θ) of the data term, and whether a kink was crossed on the way, for K nudges: ``(G, K)``.

    The nudges are the last axis of everything, ``(G, n, m, K)``: long, where n and m may be short.
    """
    Z, H, A, kept, W, Y, f, leaves, _, loss_difference, output = network
    G, K = eps.shape
    m, last = Y.shape[-1], len(Z) - 1
    crossed = np.zeros((G, K), dtype=bool)

    def rows(a: Array, which: NDArray) -> Array:
        return np.ascontiguousarray(a[:, which].mT)  # (G, m, K)

    dZ_row = eps[:, None] * rows(A[l], j)
    if l == last and output == "softmax":
        before, labels = Z[l][..., None], Y[..., None]
        dZ = (np.arange(Z[l].shape[-2])[:, None, None] == i) * dZ_row[:, None]
    elif l == last:  # the losses of the other outputs stay as they are
        before, labels, dZ = rows(Z[l], i)[:, None], rows(Y, i)[:, None], dZ_row[:, None]
    else:
        before, labels = Z[last][..., None], Y[..., None]
        Z_row = rows(Z[l], i)
        moved = Z_row + dZ_row
        crossed |= leaves(Z_row, moved, dZ_row).any(axis=-2)
        dA_row = f(moved) - rows(H[l], i)
        if kept:
            dA_row *= rows(kept[l], i)
        dZ = np.take(W[l + 1], i, axis=-1)[:, :, None] * dA_row[:, None]  # rank one; indexing would turn the axes
    for k in range(l + 1, last):
        Z_k = Z[k][..., None]
        moved = Z_k + dZ
        crossed |= leaves(Z_k, moved, dZ).any(axis=(1, 2))
        dA = f(moved)
        dA -= H[k][..., None]  # in place, here and below: what is large stays in the cache
        if kept:
            dA *= kept[k][..., None]
        dZ = (W[k + 1] @ dA.reshape(G, -1, m * K)).reshape(G, -1, m, K)
    if output != "identity":
        crossed |= (np.abs(dZ) > REACH).any(axis=(1, 2))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a step far too long: crossed
        delta = loss_difference(before, dZ, labels).sum(axis=1) / m
    lost = ~np.isfinite(delta)
    return np.where(lost, 0.0, delta), crossed | lost
