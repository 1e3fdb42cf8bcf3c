"""loss(Z + δ) − loss(Z) in closed form, so that nothing cancels: the log of a ratio, a difference of two squares.

Arguments are ``(G, n, m, K)`` or broadcast to it: G networks, n outputs, m examples, K nudges. The result is the sum
over the outputs, ``(G, m, K)``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from manual_backprop.primitives import Array, sigmoid, softmax

__all__ = ["LOSS_DIFFERENCES"]


def _sigmoid_cross_entropy(Z: Array, d: Array, Y: Array) -> Array:
    """log((1 + e^(z+δ)) / (1 + e^z)) = log1p(sigmoid(z) expm1(δ)), weighted 1 − Y, and its mirror, weighted Y."""
    up, down = np.log1p(sigmoid(Z) * np.expm1(d)), np.log1p(sigmoid(-Z) * np.expm1(-d))
    return ((1 - Y) * up + Y * down).sum(axis=1)


def _binary_cross_entropy(Z: Array, d: Array, Y: Array) -> Array:
    """Cross-entropy for labels that are 0 or 1: one of the two has no weight."""
    sign = 1 - 2 * Y
    t = sign * d
    np.expm1(t, out=t)
    t *= sigmoid(sign * Z)
    return np.log1p(t, out=t).sum(axis=1)


def _softmax_cross_entropy(Z: Array, d: Array, Y: Array) -> Array:
    """log(Σ e^(z+δ) / Σ e^z) − Σ Y δ = log1p(Σ softmax(z) expm1(δ − Σ Y δ)), for ΣY = 1."""
    shares = softmax(Z[..., 0])[..., None]
    return np.log1p((shares * np.expm1(d - (Y * d).sum(axis=1, keepdims=True))).sum(axis=1))


def _squared_error(Z: Array, d: Array, Y: Array) -> Array:
    """½ (a² − b²) = ½ (a − b)(a + b) with a = z + δ − y, b = z − y."""
    b = Z - Y
    return (d * (b + d + b)).sum(axis=1) / 2


LOSS_DIFFERENCES: dict[str, Callable[[Array, Array, Array], Array]] = {
    "sigmoid": _sigmoid_cross_entropy,
    "binary": _binary_cross_entropy,
    "softmax": _softmax_cross_entropy,
    "identity": _squared_error,
}
