"""How far rounding can carry each quantity of a network: a running error analysis, pushed through the same graph.

Two correct programs of precision u differ, entry by entry, by at most C · u · M. A bar is M; ``|·|`` is the magnitude
that the quantity itself can reach without cancellation:

    Z̄ = |W| Ā_prev + |b|,  H̄ = |H| + |f'| Z̄,  Ā = H̄ · D / keep_prob
    |dA_prev| = |W|ᵀ |dZ| · D / keep_prob,  |dZ| = |f'| |dA|
    dĀ_prev = |W|ᵀ (dZ̄ + |dZ|) · D / keep_prob,  dZ̄ = |f'| dĀ + |dA| (f̄' + |f''| Z̄)
    dW̄ = (dZ̄ |A_prev|ᵀ + |dZ| Ā_prevᵀ + λ|W|) / m,  db̄ = Σ_examples (dZ̄ + |dZ|) / m

with f̄' the magnitude of the derivative as it is computed (1 + A² for tanh, A (1 + A) for sigmoid). Without the
terms in Z̄ and f'' correct programs would be accused: an error made in Z moves every slope taken at Z. Errors that are
passed on meet the true slope f', not f̄': that keeps the bound of a deep saturating network near what happens. The
product of two errors is kept (C·u times the smaller factor, in the code): where two saturated layers follow each
other it is all there is.
Higham (2002), "Accuracy and stability of numerical algorithms", sections 3.1 and 3.3, is the model.

``amplification`` is one number per network: how much larger than the smallest normal number an underflow can
have grown by the time it is seen. Shapes are those of the quantities; everything is float64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from manual_backprop.network import Forward, Masks, Parameters

__all__ = ["ALLOWANCE", "RESOLUTION", "Magnitudes", "allowance", "kept_shares", "magnitudes"]

ALLOWANCE = 64  # the part of C that does not grow: the largest ratio ever seen is below a tenth of it
RESOLUTION = 1e-3  # a tolerance wider than this part of its block's largest entry sees nothing


Array = NDArray[Any]


def allowance(m: int, dims: tuple[int, ...]) -> int:
    """C = 64 + max(m, n_0 … n_L): a sequential sum of n equal terms alone can be off by n u · M."""
    return ALLOWANCE + max(m, *dims)


class Magnitudes(NamedTuple):
    """M for each quantity of ``Forward`` and ``Gradients``; see the module's equations."""

    forward: Forward  # the float64 pass that they belong to
    Z: list[Array]
    H: list[Array]
    A: list[Array]  # A_0 … A_{L-1}, after the mask, as in ``Forward``
    dW: list[Array]  # of the data term alone
    db: list[Array]
    dZ: list[Array]
    dA: list[Array]
    l2: list[Array]  # λ|W| / m, the L2 term's own part of dW
    cost: Array  # (...,) of the data term alone
    l2_cost: Array  # (...,)
    differences: list[Array]  # (..., n_l, 1): M of a cost difference after a nudge of one parameter of row i
    amplification: Array  # (...,)


def kept_shares(forward: Forward, masks: Masks, keep_prob: ArrayLike) -> list[Array]:
    """D_l / keep_prob of every hidden layer, ones where nothing is dropped: what dropout multiplies H_l by."""
    hidden = forward.Z[:-1]
    if masks is None:
        return [np.ones_like(Z) for Z in hidden]
    return [D / _of_each(keep_prob, Z) for D, Z in zip(masks, hidden, strict=True)]


def _of_each(value: ArrayLike, like: Array) -> Array:
    """A constant for all problems or one for each, shaped to broadcast against ``like (..., n, m)``."""
    return np.asarray(value, dtype=like.dtype)[..., None, None]


def _sigmoid(Z: Array) -> Array:
    E = np.exp(-np.abs(Z))
    return np.where(Z > 0, 1, E) / (1 + E)


def _softplus(Z: Array) -> Array:
    return np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))


class Slopes(NamedTuple):
    """A nonlinearity's slopes at Z: |f'|, f̄' as it is computed, and |f''|; each ``(..., n, m)``."""

    slope: Array
    computed: Array
    curvature: Array | float


def _piecewise(slope: Array) -> Slopes:
    return Slopes(slope, slope, 0.0)


SLOPES: dict[str, Callable[[Array, Array], Slopes]] = {
    "relu": lambda Z, H: _piecewise((Z > 0).astype(Z.dtype)),
    "leaky_relu": lambda Z, H: _piecewise(np.where(Z > 0, 1.0, 0.01)),
    "identity": lambda Z, H: _piecewise(np.ones_like(Z)),
    "tanh": lambda Z, H: Slopes(1 - H * H, 1 + H * H, 2 * np.abs(H) * (1 - H * H)),
    "sigmoid": lambda Z, H: Slopes(H * (1 - H), H * (1 + H), H * (1 - H)),
    "softplus": lambda Z, H: Slopes(_sigmoid(Z), _sigmoid(Z), _sigmoid(Z) * _sigmoid(-Z)),
}


def magnitudes(
    X: Array,
    Y: Array,
    parameters: Parameters,
    forward: Forward,
    *,
    hidden: str,
    output: str,
    lambd: ArrayLike,
    masks: Masks,
    keep_prob: ArrayLike,
    unit: float = float(np.finfo(np.float64).eps),
) -> Magnitudes:
    """M of every quantity of a network. float64; arguments as in ``forward_propagation``, with Y and λ.

    ``forward`` is a float64 forward pass of these arguments, whoever computed it: what is held to a tolerance has no
    part in it. ``unit`` is the u that tolerances will be taken at; it enters the second-order terms alone.
    """
    Z, H = forward.Z, forward.H
    L, m = len(parameters), Y.shape[-1]
    second = allowance(m, (X.shape[-2], *(W.shape[-2] for W, b in parameters))) * unit
    scale = _of_each(keep_prob, X)
    kept = kept_shares(forward, masks, keep_prob)
    slopes = [SLOPES[hidden](z, h) for z, h in zip(Z[:-1], H[:-1], strict=True)]
    W_bar = [np.abs(W) for W, b in parameters]

    Z_bar, H_bar, A_bar = [], [], [np.abs(X)]
    for l, (_, b) in enumerate(parameters):
        Z_bar.append(W_bar[l] @ A_bar[-1] + np.abs(b))
        if l < L - 1:
            H_bar.append(np.abs(H[l]) + slopes[l].slope * Z_bar[-1])
            A_bar.append(H_bar[-1] * kept[l])

    output_bar, pulled, loss_bar = _output(output, Z[-1], H[-1], Y, Z_bar[-1])
    H_bar.append(output_bar)
    dZ, dA, dZ_bar, dA_bar = [pulled], [], [output_bar + np.abs(Y)], []
    for l in range(L - 1, 0, -1):
        slope, computed, curvature = slopes[l - 1]
        wrong_slope = computed + curvature * Z_bar[l - 1]
        dA.append((W_bar[l].mT @ dZ[-1]) * kept[l - 1])
        dA_bar.append((W_bar[l].mT @ (dZ_bar[-1] + dZ[-1])) * kept[l - 1])
        dZ.append(slope * dA[-1])
        dZ_bar.append((slope + second * wrong_slope) * dA_bar[-1] + dA[-1] * wrong_slope)
    dZ, dA, dZ_bar, dA_bar = dZ[::-1], dA[::-1], dZ_bar[::-1], dA_bar[::-1]
    A = [np.abs(a) + second * bar for a, bar in zip(forward.A, A_bar, strict=True)]

    decay = _of_each(lambd, X) / m
    squares = sum((W * W).sum(axis=(-2, -1)) for W in W_bar)
    return Magnitudes(
        forward,
        Z_bar,
        H_bar,
        A_bar,
        dW=[(dZ_bar[l] @ A[l].mT + dZ[l] @ A_bar[l].mT) / m for l in range(L)],
        db=[(dZ_bar[l] + dZ[l]).sum(axis=-1, keepdims=True) / m for l in range(L)],
        dZ=dZ_bar,
        dA=dA_bar,
        l2=[decay * W for W in W_bar],
        cost=loss_bar.sum(axis=-1) / m,
        l2_cost=np.asarray(lambd, dtype=X.dtype) / (2 * m) * squares,
        differences=_differences(Z, H, dA, slopes, m),
        amplification=_amplification(W_bar, Z_bar + A_bar, scale, m),
    )


def _output(output: str, Z: Array, A: Array, Y: Array, Z_bar: Array) -> tuple[Array, Array, Array]:
    """The bar of A_L, |A_L − Y|, and the bar of the loss of each example ``(..., m)``."""
    label = np.abs(Y)
    if output == "sigmoid":
        loss = (Y * _softplus(-Z) + (1 - Y) * _softplus(Z)).sum(axis=-2)
        A_bar = A * (1 - A) * Z_bar + A
        pulled = Y * _sigmoid(-Z) + (1 - Y) * A  # |A − Y|, kept where A rounds to a label
        moved = Z_bar
    elif output == "softmax":
        shift = np.abs(Z - Z.max(axis=-2, keepdims=True))  # rounded anew, and differently by each program
        others = np.maximum((A * Z_bar).sum(axis=-2, keepdims=True) - A * Z_bar, 0)
        A_bar = A * ((1 - A) * Z_bar + others + shift + (A * shift).sum(axis=-2, keepdims=True)) + A
        pulled, moved = np.abs(A - Y), Z_bar + shift
        picked = np.where(Y == 0, 0, Y * np.minimum(shift, np.finfo(Z.dtype).max))  # shift may overflow: 0 · ∞ is NaN
        loss = np.abs(np.log(np.exp(-shift).sum(axis=-2)) + picked.sum(axis=-2))
        loss = loss + 1 + np.abs(Z).max(axis=-2)  # log Σ e^Z − Z_label is a correct program too, and rounds at |Z|
    else:
        loss = ((Z - Y) ** 2).sum(axis=-2) / 2
        A_bar = Z_bar
        pulled, moved = np.abs(A - Y), Z_bar + label
    return A_bar, pulled, (pulled * moved).sum(axis=-2) + np.abs(loss)


def _differences(Z: list[Array], H: list[Array], dA: list[Array], slopes: list[Slopes], m: int) -> list[Array]:
    """M of J(θ + ε) − J(θ) when only differences are passed on from layer to layer.

    f(Z + δ) − f(Z) is off by u (|H| + |f'| |Z|), and that error reaches J through |dA|: for the nudged row of its
    own layer, and for every unit of the layers above.
    """
    above = np.zeros((*Z[-1].shape[:-2], 1, 1))
    result = [above]  # a nudge in the last layer passes no nonlinearity but the loss, whose difference is exact
    for l in range(len(Z) - 2, -1, -1):
        reach = (dA[l] * (np.abs(H[l]) + slopes[l].slope * np.abs(Z[l]))).sum(axis=-1, keepdims=True) / m
        result.append(reach + above)
        above = above + reach.sum(axis=-2, keepdims=True)
    return result[::-1]


def _amplification(W_bar: list[Array], seen: list[Array], keep_prob: Array, m: int) -> Array:
    """A bound on the gain of any path up to the loss and back: (Π max(1, ‖W‖₁, ‖W‖_∞) / keep_prob)², times the
    largest sum that it can meet.
    """
    gain = np.ones(W_bar[0].shape[:-2])
    for W in W_bar:
        gain = gain * np.maximum(1, np.maximum(W.sum(axis=-1).max(axis=-1), W.sum(axis=-2).max(axis=-1)))
    gain = gain / keep_prob[..., 0, 0] ** (len(W_bar) - 1)
    return gain**2 * np.maximum(1, m * np.max([bar.max(axis=(-2, -1)) for bar in seen], axis=0))
