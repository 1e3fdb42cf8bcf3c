"""Central differences of every parameter of a network, at a fraction of the price of evaluating it anew.

Nudging one entry of row i of ``[W_l b_l]`` by ε moves one row of Z_l, by ε times one row of ``[A_{l-1}; 1]``. So the
layers before l are reused, Z_{l+1} moves by a rank-one update, and only differences are passed on:

    δA = (f(Z + δZ) − f(Z)) · D / keep_prob,   δZ_next = W_next δA,   δJ = (1/m) Σ [loss(Z_L + δZ_L) − loss(Z_L)].

Every perturbed nonlinearity is evaluated; no derivative is taken anywhere. Passing on differences in place of
values keeps the round-off of a layer in proportion to what that layer passes on, so gradients far smaller than
u · J / ε still show. The loss's difference is taken in closed form: the log of a ratio, a difference of two squares.

A kink (relu, leaky relu) is proven absent, not tolerated: Z_l moves linearly with ε, so equal signs at the ends of
the step mean no sign change between; then A_l and Z_{l+1} are linear too, and so on upwards. Where one side
crosses a kink and the other keeps θ's own pattern (an exact tie, say), the second-order difference on that
side is used; where both cross, ε shrinks; what still straddles is left out and counted. A step that carries a
smooth nonlinearity further than ``REACH`` is treated as one that crosses: its error estimate could not be trusted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from manual_backprop.magnitudes import RESOLUTION, Magnitudes, allowance, kept_shares
from manual_backprop.network import Masks, Parameters
from manual_backprop.primitives import ACTIVATIONS, Array, sigmoid, softmax

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
    kept: list[Array]  # D / keep_prob, or 1
    W: list[Array]
    Y: Array
    f: Callable[[Array], Array]
    leaves: Callable[[Array, Array], NDArray[np.bool_]]  # (Z, Z + δZ): may the nudge not go there?
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
    lead = forward.Z[-1].shape[:-2]
    dims = (forward.A[0].shape[-2], *(z.shape[-2] for z in forward.Z))
    Cu = allowance(Y.shape[-1], dims) * np.finfo(np.float64).eps
    network = _Network(
        Z=forward.Z,
        H=forward.H,
        A=[np.concatenate([A, np.ones((*A.shape[:-2], 1, A.shape[-1]))], axis=-2) for A in forward.A],
        kept=kept_shares(forward, masks, keep_prob),
        W=[W for W, b in parameters],
        Y=Y,
        f=ACTIVATIONS[hidden].forward,
        leaves=LEAVES[hidden],
        output=output,
    )
    D, bound, straddles, eps = [], [], [], []
    for l, z in enumerate(network.Z):
        n, k = z.shape[-2], network.A[l].shape[-2]
        i, j = np.divmod(np.arange(n * k), k)
        reaches = np.concatenate([M.dW[l], M.db[l]], axis=-1) > 0  # else the difference is zero, and exactly so
        rounding = (Cu * M.differences[l] * reaches).reshape(*lead, n * k)
        layer = _layer(network, l, i, j, _first_step(network, l)[..., i, j], rounding)
        for index in np.ndindex(lead):
            _refine(_single(network, index), l, i, j, _Layer(*(part[index] for part in layer)))
        D.append(layer.D.reshape(*lead, n, k))
        bound.append(layer.bound.reshape(*lead, n, k))
        straddles.append(layer.straddles.reshape(*lead, n, k))
        eps.append(layer.eps.reshape(*lead, n, k))
    return Differences(D, bound, straddles, eps)


def _single(network: _Network, index: tuple[int, ...]) -> _Network:
    """One network of the stack."""

    def take(arrays: list[Array]) -> list[Array]:
        return [a[index] for a in arrays]

    return network._replace(
        Z=take(network.Z),
        H=take(network.H),
        A=take(network.A),
        kept=take(network.kept),
        W=take(network.W),
        Y=network.Y[index],
    )


def _other_side(before: Array, moved: Array) -> NDArray[np.bool_]:
    return (moved > 0) != (before > 0)


def _too_far(before: Array, moved: Array) -> NDArray[np.bool_]:
    return np.abs(moved - before) > REACH


LEAVES: dict[str, Callable[[Array, Array], NDArray[np.bool_]]] = {
    "relu": _other_side,
    "leaky_relu": _other_side,
    "tanh": _too_far,
    "sigmoid": _too_far,
    "softplus": _too_far,
    "identity": lambda before, moved: np.zeros(moved.shape, dtype=bool),
}
KINKED = frozenset(name for name, leaves in LEAVES.items() if leaves is _other_side)


class _Layer(NamedTuple):
    """One layer's coordinates, flat: ``(..., n (n_prev + 1))``."""

    eps: Array
    rounding: Array
    D: Array
    bound: Array
    straddles: NDArray[np.bool_]


def _first_step(network: _Network, l: int) -> Array:
    """ε that moves the row of Z_l by ``STEP`` of itself, less where the layers above magnify it."""
    size = np.abs(network.Z[l]).mean(axis=-1, keepdims=True)
    above = np.max([np.abs(z).max(axis=(-2, -1)) for z in network.Z[l:]], axis=0)[..., None, None]
    moves = np.abs(network.A[l]).max(axis=-1)[..., None, :]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        eps = STEP / np.maximum(1, above) * size / moves
    return np.where((eps > 1e-150) & (eps < 1e150), eps, STEP)


def _layer(network: _Network, l: int, i: NDArray, j: NDArray, eps: Array, rounding: Array) -> _Layer:
    """The first look at every coordinate: two central differences, at ε and 2ε."""
    ladder = np.array([1.0, -1.0, 2.0, -2.0])
    deltas, crossed = _chunked(network, l, i, j, eps, ladder)
    D, D2 = (deltas[0] - deltas[1]) / (2 * eps), (deltas[2] - deltas[3]) / (4 * eps)
    straddles = crossed[2] | crossed[3]
    bound = np.where(straddles, np.inf, rounding / eps + np.abs(D - D2))
    return _Layer(eps, rounding, np.where(straddles, 0.0, D), bound, straddles)


def _refine(network: _Network, l: int, i: NDArray, j: NDArray, layer: _Layer) -> None:
    """Try better steps for one network's coordinates that straddle or are not resolved; fill ``layer`` in place."""
    eps, rounding, D, bound, straddles = layer
    ladder = np.array([1.0, -1.0, 2.0, -2.0, 4.0, -4.0])
    is_bias = j == network.A[l].shape[-2] - 1
    step = np.where(straddles, eps * SHRINK, _better_step(eps, rounding / eps, bound - rounding / eps))
    ceiling = np.where(straddles, eps, np.inf)  # the shortest step yet that crosses
    for _ in range(ROUNDS):
        largest_W, largest_b = (np.abs(D[part]).max(initial=0.0) for part in (~is_bias, is_bias))
        largest = np.where(is_bias, largest_b, largest_W)
        at = np.flatnonzero(bound > RESOLUTION / 10 * largest)
        if not at.size:
            return
        h = step[at]
        deltas, crossed = _chunked(network, l, i[at], j[at], h, ladder)
        plus, minus = ~crossed[4], ~crossed[5]
        central, central2, central4 = ((deltas[k] - deltas[k + 1]) / (2 * f * h) for k, f in ((0, 1), (2, 2), (4, 4)))
        one, two, four = (np.where(plus, deltas[k], -deltas[k + 1]) for k in (0, 2, 4))
        sided, sided2 = (4 * one - two) / (2 * h), (4 * two - four) / (4 * h)
        new = np.where(plus & minus, central, sided)
        # D(ε) − D(2ε) alone passes zero where the terms in ε² and ε⁴ balance, which long steps can meet
        far = np.maximum(np.abs(central - central2), np.abs(central2 - central4) / 4)
        noise = np.where(plus & minus, 1, 3) * rounding[at] / h  # (1 + 1) / 2, and (4 + 1) / 2 rounded up
        truncation = np.where(plus & minus, far, np.abs(sided - sided2))
        better = (plus | minus) & (noise + truncation < bound[at])
        D[at[better]], bound[at[better]] = new[better], (noise + truncation)[better]
        straddles[at[better]], eps[at[better]] = False, h[better]
        ceiling[at] = np.where(plus | minus, ceiling[at], h)
        longer = np.minimum(_better_step(h, noise, truncation), np.sqrt(h * ceiling[at]))
        step[at] = np.where(plus | minus, longer, h * SHRINK)


def _better_step(eps: Array, noise: Array, truncation: Array) -> Array:
    """Where a noise that falls as 1/ε and a truncation error that grows as ε² balance, as seen from the last ε."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        factor = np.cbrt(noise / (2 * truncation))
    return eps * np.clip(np.where(np.isfinite(factor), factor, GROWTH), 1 / GROWTH, GROWTH)


def _chunked(
    network: _Network, l: int, i: NDArray, j: NDArray, eps: Array, ladder: Array
) -> tuple[Array, NDArray[np.bool_]]:
    """δJ, and whether a kink was crossed, for every rung of the ladder times ε: ``(rungs, ..., coordinates)``."""
    lead = network.Z[-1].shape[:-2]
    row = max(z.shape[-2] for z in network.Z[l:]) * network.Y.shape[-1] * len(ladder) * int(np.prod(lead))
    chunk = max(1, ELEMENTS // row)
    deltas = np.empty((len(ladder), *lead, i.size))
    crossed = np.empty(deltas.shape, dtype=bool)
    for start in range(0, i.size, chunk):
        c = slice(start, start + chunk)
        steps = np.concatenate([rung * eps[..., c] for rung in ladder], axis=-1)
        delta, cross = _cost_difference(network, l, np.tile(i[c], len(ladder)), np.tile(j[c], len(ladder)), steps)
        for out, flat in ((deltas, delta), (crossed, cross)):
            out[..., c] = np.moveaxis(flat.reshape(*lead, len(ladder), -1), -2, 0)
    return deltas, crossed


def _cost_difference(network: _Network, l: int, i: NDArray, j: NDArray, eps: Array) -> tuple[Array, NDArray[np.bool_]]:
    """J(θ + ε e_ij) − J(θ) of the data term, and whether a kink was crossed on the way, for K nudges: (..., K)."""
    Z, H, A, kept, W, Y, f, leaves, output = network
    K, m, last = eps.shape[-1], Y.shape[-1], len(Z) - 1
    crossed = np.zeros(eps.shape, dtype=bool)

    dZ_row = eps[..., None] * A[l][..., j, :]  # (..., K, m)
    if l == last:
        dZ = (np.arange(Z[l].shape[-2])[:, None] == i)[..., None] * dZ_row[..., None, :, :]
    else:
        Z_row = Z[l][..., i, :]
        moved = Z_row + dZ_row
        crossed |= leaves(Z_row, moved).any(axis=-1)
        dA_row = (f(moved) - H[l][..., i, :]) * kept[l][..., i, :]
        dZ = W[l + 1][..., i][..., None] * dA_row[..., None, :, :]  # (..., n, K, m), rank one
    for k in range(l + 1, last):
        before = Z[k][..., None, :]
        moved = before + dZ
        crossed |= leaves(before, moved).any(axis=(-3, -1))
        dA = (f(moved) - H[k][..., None, :]) * kept[k][..., None, :]
        flat = W[k + 1] @ dA.reshape(*dA.shape[:-2], K * m)
        dZ = flat.reshape(*flat.shape[:-1], K, m)
    if output != "identity":
        crossed |= (np.abs(dZ) > REACH).any(axis=(-3, -1))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a step far too long: crossed
        delta = LOSS_DIFFERENCES[output](Z[last][..., None, :], dZ, Y[..., None, :]).sum(axis=-1) / m
    lost = ~np.isfinite(delta)
    return np.where(lost, 0.0, delta), crossed | lost


# --- loss(Z + δ) − loss(Z), without cancellation; arguments (..., n, K, m) or broadcast to it, result (..., K, m) ---


def _sigmoid_cross_entropy(Z: Array, d: Array, Y: Array) -> Array:
    """log((1 + e^(z+δ)) / (1 + e^z)) = log1p(sigmoid(z) expm1(δ)), weighted 1 − Y, and its mirror, weighted Y."""
    up, down = np.log1p(sigmoid(Z) * np.expm1(d)), np.log1p(sigmoid(-Z) * np.expm1(-d))
    return ((1 - Y) * up + Y * down).sum(axis=-3)


def _softmax_cross_entropy(Z: Array, d: Array, Y: Array) -> Array:
    """log(Σ e^(z+δ) / Σ e^z) − Σ Y δ = log1p(Σ softmax(z) expm1(δ − Σ Y δ)), for ΣY = 1."""
    shares = softmax(Z[..., 0, :])[..., None, :]
    return np.log1p((shares * np.expm1(d - (Y * d).sum(axis=-3, keepdims=True))).sum(axis=-3))


def _squared_error(Z: Array, d: Array, Y: Array) -> Array:
    """½ (a² − b²) = ½ (a − b)(a + b) with a = z + δ − y, b = z − y."""
    b = Z - Y
    return (d * (b + d + b)).sum(axis=-3) / 2


LOSS_DIFFERENCES: dict[str, Callable[[Array, Array, Array], Array]] = {
    "sigmoid": _sigmoid_cross_entropy,
    "softmax": _softmax_cross_entropy,
    "identity": _squared_error,
}
