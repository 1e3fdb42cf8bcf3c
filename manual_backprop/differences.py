"""Central differences of every parameter of a network, at a fraction of the price of evaluating it anew.

Nudging one entry of row i of ``[W_l b_l]`` by ε moves one row of Z_l, by ε times one row of ``[A_{l-1}; 1]``. So the
layers before l are reused, Z_{l+1} moves by a rank-one update, and only differences are passed on:

    δA = (f(Z + δZ) − f(Z)) · D / keep_prob,   δZ_next = W_next δA,   δJ = (1/m) Σ [loss(Z_L + δZ_L) − loss(Z_L)].

Every perturbed nonlinearity is evaluated; no derivative is taken anywhere. Passing on differences in place of
values keeps the round-off of a layer in proportion to what that layer passes on, so gradients far smaller than
u · J / ε still show. The loss's difference is taken in closed form, see ``loss_differences``.

A kink (relu, leaky relu) is proven absent, not tolerated: Z_l moves linearly with ε, so equal signs at the ends of
the step mean no sign change between; then A_l and Z_{l+1} are linear too, and so on upwards. Where one side
crosses a kink and the other keeps θ's own pattern (an exact tie, say), the second-order difference on that
side is used; where both cross, ε shrinks; what still straddles is left out and counted. A step that carries a
smooth nonlinearity further than ``REACH`` is treated as one that crosses: its error estimate could not be trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from manual_backprop.loss_differences import LOSS_DIFFERENCES
from manual_backprop.magnitudes import RESOLUTION, Magnitudes, allowance, kept_shares
from manual_backprop.memory import keep_freed_memory
from manual_backprop.network import Masks, Parameters
from manual_backprop.primitives import ACTIVATIONS, Array

__all__ = ["KINKED", "Differences", "network_differences"]

STEP = 1e-5  # relative to the moved row of Z, where nothing better is known
ELEMENTS = 1 << 18  # of the largest temporary of a chunk: it stays in the cache, and memory stays flat
ROUNDS = 6  # of steps tried again for a coordinate that straddles a kink or is not resolved
SHRINK = 1 / 32  # of ε where both sides cross
GROWTH = 1e3  # of ε from one try to the next, at most
REACH = 0.125  # of a nudge, in units of a smooth nonlinearity's argument: beyond it, D(ε) − D(2ε) says little


class Differences(NamedTuple):
    """Of the data term, for each layer, over ``[W_l b_l]``, ``(..., n_l, n_{l-1} + 1)``: b is the last column."""

    D: list[Array]
    bound: list[Array]  # |D − dJ/dθ| is at most this, sensitivity to the rounding of Z apart; inf where left out
    straddles: list[NDArray[np.bool_]]  # left out: both sides of every step cross a kink
    eps: list[Array]  # the step that D was taken with


class _Network(NamedTuple):
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


def network_differences(
    Y: Array,
    parameters: Parameters,
    M: Magnitudes,
    *,
    hidden: str = "relu",
    output: str = "sigmoid",
    masks: Masks = None,
    keep_prob: ArrayLike = 1.0,
) -> Differences:
    """Difference the data term of J by every entry of every ``W_l`` and ``b_l``.

    ``M`` is what ``magnitudes`` returned for the same arguments: it holds the forward pass and bounds the round-off
    of each cost difference. float64 only: ``TypeError`` otherwise. Source of the error model and so of
    ε ≈ (3 u |J| / |J‴|)^⅓: Gill, Murray & Wright (1981), "Practical optimization", section 8.6.
    """
    forward = M.forward
    if Y.dtype != np.float64 or any(z.dtype != np.float64 for z in forward.Z):
        raise TypeError(f"differences are taken in float64; Y is {Y.dtype} and Z_1 {forward.Z[0].dtype}")
    keep_freed_memory()
    lead = forward.Z[-1].shape[:-2]
    dims = (forward.A[0].shape[-2], *(z.shape[-2] for z in forward.Z))
    Cu = allowance(Y.shape[-1], dims) * np.finfo(np.float64).eps

    def stack(arrays: Sequence[Array]) -> list[Array]:
        return [np.broadcast_to(a, (*lead, *a.shape[-2:])).reshape(-1, *a.shape[-2:]) for a in arrays]

    network = _Network(
        Z=stack(forward.Z),
        H=stack(forward.H),
        A=stack([np.concatenate([A, np.ones((*A.shape[:-2], 1, A.shape[-1]))], axis=-2) for A in forward.A]),
        kept=[] if masks is None else stack(kept_shares(forward, masks, keep_prob)),
        W=stack([W for W, b in parameters]),
        Y=stack([Y])[0],
        f=ACTIVATIONS[hidden].forward,
        leaves=LEAVES[hidden],
        unit=Cu,
        loss_difference=LOSS_DIFFERENCES["binary" if output == "sigmoid" and ((Y == 0) | (Y == 1)).all() else output],
        output=output,
    )
    parts: list[_Layer] = []
    for l, (size, dW, db) in enumerate(zip(stack(M.differences), stack(M.dW), stack(M.db), strict=True)):
        reaches = np.concatenate([dW, db], axis=-1) > 0  # else the difference is zero, and exactly so
        _, n, k = reaches.shape
        i, j = np.divmod(np.arange(n * k), k)
        rounding = (Cu * size * reaches).reshape(-1, n * k)
        layer = _layer(network, l, i, j, _first_step(network, l)[:, i, j], rounding)
        _refine(network, l, i, j, layer)
        parts.append(_Layer(*(part.reshape(*lead, n, k) for part in layer)))
    return Differences(*([getattr(part, name) for part in parts] for name in Differences._fields))


def _some(network: _Network, which: NDArray | slice) -> _Network:
    """Some networks of the stack."""

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


class _Layer(NamedTuple):
    """One layer's coordinates, flat: ``(G, n (n_prev + 1))``."""

    eps: Array
    rounding: Array
    D: Array
    bound: Array
    straddles: NDArray[np.bool_]


def _first_step(network: _Network, l: int) -> Array:
    """ε that moves the row of Z_l by ``STEP`` of itself, less where a smooth nonlinearity's argument is large.

    Where all is piecewise linear, what lies above moves by about ``STEP`` of itself, too.
    """
    size = np.abs(network.Z[l]).mean(axis=-1, keepdims=True)
    hidden, output = network.Z[l:-1], network.Z[-1:]
    smooth = (hidden if network.leaves is _too_far else []) + (output if network.output != "identity" else [])
    above = np.max([np.abs(z).max(axis=(-2, -1)) for z in smooth], axis=0, initial=1.0)[..., None, None]
    moves = np.abs(network.A[l]).max(axis=-1)[..., None, :]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        eps = STEP / above * size / moves
    return np.where((eps > 1e-150) & (eps < 1e150), eps, STEP)


def _layer(network: _Network, l: int, i: NDArray, j: NDArray, eps: Array, rounding: Array) -> _Layer:
    """The first look at every coordinate: two central differences, at ε and 2ε."""
    ladder = np.array([1.0, -1.0, 2.0, -2.0])
    deltas, crossed = _chunked(network, l, i, j, eps, ladder)
    D, D2 = (deltas[0] - deltas[1]) / (2 * eps), (deltas[2] - deltas[3]) / (4 * eps)
    straddles = crossed[2] | crossed[3]
    noise = (rounding + network.unit * _cancelled(deltas[0], deltas[1])) / eps
    bound = np.where(straddles, np.inf, noise + np.abs(D - D2))
    return _Layer(eps, rounding, np.where(straddles, 0.0, D), bound, straddles)


def _refine(network: _Network, l: int, i: NDArray, j: NDArray, layer: _Layer) -> None:
    """Try better steps for the coordinates that straddle or are not resolved; fill ``layer`` in place."""
    eps, rounding, D, bound, straddles = layer
    ladder = np.array([1.0, -1.0, 2.0, -2.0, 4.0, -4.0])
    is_bias = j == network.A[l].shape[-2] - 1
    step = np.where(straddles, eps * SHRINK, _better_step(eps, rounding / eps, bound - rounding / eps))
    ceiling = np.where(straddles, eps, np.inf)  # the shortest step yet that crosses
    for _ in range(ROUNDS):
        size = np.abs(D)
        largest_W, largest_b = (size[:, part].max(axis=-1, initial=0.0) for part in (~is_bias, is_bias))
        open_ = bound > RESOLUTION / 10 * np.where(is_bias, largest_b[:, None], largest_W[:, None])
        which, at = np.flatnonzero(open_.any(axis=1)), np.flatnonzero(open_.any(axis=0))
        if not at.size:
            return
        here = np.ix_(which, at)
        h = step[here]
        deltas, crossed = _chunked(_some(network, which), l, i[at], j[at], h, ladder)
        plus, minus = ~crossed[4], ~crossed[5]
        central, central2, central4 = ((deltas[k] - deltas[k + 1]) / (2 * f * h) for k, f in ((0, 1), (2, 2), (4, 4)))
        one, two, four = (np.where(plus, deltas[k], -deltas[k + 1]) for k in (0, 2, 4))
        sided, sided2 = (4 * one - two) / (2 * h), (4 * two - four) / (4 * h)
        new = np.where(plus & minus, central, sided)
        # D(ε) − D(2ε) alone passes zero where the terms in ε² and ε⁴ balance, which long steps can meet
        far = np.maximum(np.abs(central - central2), np.abs(central2 - central4) / 4)
        weight = np.where(plus & minus, 1, 3)  # (1 + 1) / 2, and (4 + 1) / 2 rounded up
        cancelled = np.where(plus & minus, _cancelled(deltas[0], deltas[1]), _cancelled(4 * one, two))
        noise = (weight * rounding[here] + network.unit * cancelled) / h
        truncation = np.where(plus & minus, far, np.abs(sided - sided2))
        either = plus | minus
        better = open_[here] & either & (noise + truncation < bound[here])
        D[here] = np.where(better, new, D[here])
        bound[here] = np.where(better, noise + truncation, bound[here])
        straddles[here] &= ~better
        eps[here] = np.where(better, h, eps[here])
        ceiling[here] = np.where(either, ceiling[here], h)
        longer = np.minimum(_better_step(h, noise, truncation), np.sqrt(h * ceiling[here]))
        step[here] = np.where(open_[here], np.where(either, longer, h * SHRINK), h)


def _cancelled(first: Array, second: Array) -> Array:
    """What is subtracted, over 2: far more than what is left, where a term in ε² outweighs the slope."""
    return (np.abs(first) + np.abs(second)) / 2


def _better_step(eps: Array, noise: Array, truncation: Array) -> Array:
    """Where a noise that falls as 1/ε and a truncation error that grows as ε² balance, as seen from the last ε."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        factor = np.cbrt(noise / (2 * truncation))
    return eps * np.clip(np.where(np.isfinite(factor), factor, GROWTH), 1 / GROWTH, GROWTH)


def _chunked(
    network: _Network, l: int, i: NDArray, j: NDArray, eps: Array, ladder: Array
) -> tuple[Array, NDArray[np.bool_]]:
    """δJ, and whether a kink was crossed, for every rung of the ladder times ε: ``(rungs, G, coordinates)``."""
    G, m, rungs = network.Y.shape[0], network.Y.shape[-1], len(ladder)
    deltas = np.empty((rungs, G, i.size))
    crossed = np.empty(deltas.shape, dtype=bool)
    widest = max([z.shape[-2] for z in network.Z[l + 1 :]], default=1)
    nudges = max(1, ELEMENTS // (m * rungs * widest))  # of one network at once
    networks = max(1, nudges // i.size)
    for g in (slice(start, start + networks) for start in range(0, G, networks)):
        part = _some(network, g)
        for c in (slice(start, start + nudges) for start in range(0, i.size, nudges)):
            steps = np.concatenate([rung * eps[g, c] for rung in ladder], axis=-1)
            delta, cross = _cost_difference(part, l, np.tile(i[c], rungs), np.tile(j[c], rungs), steps)
            for out, flat in ((deltas, delta), (crossed, cross)):
                out[:, g, c] = np.moveaxis(flat.reshape(len(steps), rungs, -1), 1, 0)
    return deltas, crossed


def _cost_difference(network: _Network, l: int, i: NDArray, j: NDArray, eps: Array) -> tuple[Array, NDArray[np.bool_]]:
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
