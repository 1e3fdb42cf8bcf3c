"""Central differences of every parameter of a network, at a fraction of the price of evaluating it anew.

``nudges`` tells by how much J moves for one step, and whether a kink was crossed; here the steps are chosen, and the
error of each is bounded.

A kink (relu, leaky relu) is proven absent, not tolerated. Where one side crosses a kink and the other keeps θ's own
pattern (an exact tie, say), the second-order difference on that side is used; where both cross, ε shrinks; what still
straddles is left out and counted. A step that carries a smooth nonlinearity too far is treated as one that crosses:
its error estimate could not be trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from manual_backprop.loss_differences import LOSS_DIFFERENCES
from manual_backprop.magnitudes import RESOLUTION, Magnitudes, allowance, kept_shares
from manual_backprop.memory import keep_freed_memory
from manual_backprop.network import Masks, Parameters
from manual_backprop.nudges import LEAVES, NetworkStack, cost_differences, is_smooth, some
from manual_backprop.primitives import ACTIVATIONS, Array

__all__ = ["Differences", "network_differences"]

STEP = 1e-5  # relative to the moved row of Z, where nothing better is known
ROUNDS = 6  # of steps tried again for a coordinate that straddles a kink or is not resolved
SHRINK = 1 / 32  # of ε where both sides cross
GROWTH = 1e3  # of ε from one try to the next, at most


class Differences(NamedTuple):
    """dJ/dθ of the data term for each layer, over ``[W_l b_l] (..., n_l, n_{l-1} + 1)``: b is the last column."""

    D: list[Array]
    bound: list[Array]  # ``|D − dJ/dθ|`` is at most this, sensitivity to the rounding of Z apart; inf where left out
    straddles: list[NDArray[np.bool_]]  # left out: both sides of every step cross a kink
    eps: list[Array]  # the step that D was taken with


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
    ``ε ≈ (3 u |J| / |J‴|)^⅓``: Gill, Murray & Wright (1981), "Practical optimization", section 8.6.
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

    network = NetworkStack(
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


class _Layer(NamedTuple):
    """What was found for one layer's coordinates, flat: each ``(G, n (n_prev + 1))``."""

    eps: Array
    rounding: Array
    D: Array
    bound: Array
    straddles: NDArray[np.bool_]


def _first_step(network: NetworkStack, l: int) -> Array:
    """ε that moves the row of Z_l by ``STEP`` of itself, less where a smooth nonlinearity's argument is large.

    Where all is piecewise linear, what lies above moves by about ``STEP`` of itself, too.
    """
    size = np.abs(network.Z[l]).mean(axis=-1, keepdims=True)
    hidden, output = network.Z[l:-1], network.Z[-1:]
    smooth = (hidden if is_smooth(network) else []) + (output if network.output != "identity" else [])
    above = np.max([np.abs(z).max(axis=(-2, -1)) for z in smooth], axis=0, initial=1.0)[..., None, None]
    moves = np.abs(network.A[l]).max(axis=-1)[..., None, :]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        eps = STEP / above * size / moves
    return np.where((eps > 1e-150) & (eps < 1e150), eps, STEP)


def _layer(network: NetworkStack, l: int, i: NDArray, j: NDArray, eps: Array, rounding: Array) -> _Layer:
    """The first look at every coordinate: two central differences, at ε and 2ε."""
    ladder = np.array([1.0, -1.0, 2.0, -2.0])
    deltas, crossed = cost_differences(network, l, i, j, eps, ladder)
    D, D2 = (deltas[0] - deltas[1]) / (2 * eps), (deltas[2] - deltas[3]) / (4 * eps)
    straddles = crossed[2] | crossed[3]
    noise = (rounding + network.unit * _cancelled(deltas[0], deltas[1])) / eps
    bound = np.where(straddles, np.inf, noise + np.abs(D - D2))
    return _Layer(eps, rounding, np.where(straddles, 0.0, D), bound, straddles)


def _refine(network: NetworkStack, l: int, i: NDArray, j: NDArray, layer: _Layer) -> None:
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
        deltas, crossed = cost_differences(some(network, which), l, i[at], j[at], h, ladder)
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
