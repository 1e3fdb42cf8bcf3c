"""The losses that a backward pass may belong to where its file has no cost: J = s · Σ loss (+ (λ/2m) Σ ‖W‖²)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

__all__ = ["LOSSES", "value_of_loss"]

Array = Any


def _cross_entropy(A: Array, Y: Array) -> Array:
    return -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))


def _of_classes(A: Array, Y: Array) -> Array:
    return -np.sum(Y * np.log(A))


def _half_squares(A: Array, Y: Array) -> Array:
    return np.sum((A - Y) ** 2) / 2


LOSSES: dict[str, tuple[Callable[[Array, Array], Array], Callable[[int, int], float]]] = {
    "the mean cross-entropy": (_cross_entropy, lambda m, n: 1 / m),
    "half the mean squared error": (_half_squares, lambda m, n: 1 / m),
    "the mean squared error": (_half_squares, lambda m, n: 2 / m),
    "the mean cross-entropy of classes": (_of_classes, lambda m, n: 1 / m),
    "the cross-entropy, summed": (_cross_entropy, lambda m, n: 1.0),
    "half the squared error, summed": (_half_squares, lambda m, n: 1.0),
    "the squared error, summed": (_half_squares, lambda m, n: 2.0),
    "the cross-entropy of classes, summed": (_of_classes, lambda m, n: 1.0),
    "the squared error, averaged over outputs too": (_half_squares, lambda m, n: 2 / (m * n)),
}


def value_of_loss(name: str, A: Array, Y: Array, weights: Sequence[Array], lambd: float) -> float:
    """J of a loss by its name, for outputs and labels as columns ``(n_L, m)``; NaN of outputs that it is not for."""
    loss, factor = LOSSES[name]
    n, m = A.shape
    with np.errstate(all="ignore"):
        return float(loss(A, Y) * factor(m, n) + lambd / (2 * m) * sum(np.sum(W * W) for W in weights))
