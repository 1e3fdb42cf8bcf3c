"""The steps a network is made of: each forward with its backward beneath it.

Shapes: examples are columns, ``(..., n, m)``; every function broadcasts over the leading axes.
A backward takes the cotangent of its output and, by name, the residuals that it needs; it returns the
cotangents of its inputs in the order of the forward's arguments. Nothing is mutated; dtypes are kept.

In every formula ``f'`` at a kink is the slope on the left: ``relu'(0) = 0``, ``leaky_relu'(0) = alpha``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "ACTIVATIONS", "OUTPUTS", "Activation", "Output",
    "affine", "affine_backward", "dropout", "dropout_backward", "dropout_mask",
    "identity", "identity_backward", "l2", "l2_backward", "leaky_relu", "leaky_relu_backward",
    "relu", "relu_backward", "sigmoid", "sigmoid_backward", "sigmoid_cross_entropy",
    "sigmoid_cross_entropy_backward", "softmax", "softmax_cross_entropy", "softmax_cross_entropy_backward",
    "softplus", "softplus_backward", "squared_error", "squared_error_backward", "tanh", "tanh_backward",
]  # fmt: skip

Array = NDArray[Any]  # floating: float64 or float32


def per_problem(value: ArrayLike, like: Array) -> Array:
    """A constant, one for all or one per leading index, shaped to broadcast against ``like (..., n, m)``."""
    return np.asarray(value, dtype=like.dtype)[..., None, None]


# --- affine -----------------------------------------------------------------------------------------------


def affine(A_prev: Array, W: Array, b: Array) -> Array:
    """Z = W A_prev + b.

    Shapes: ``A_prev (..., n_prev, m)``, ``W (..., n, n_prev)``, ``b (..., n, 1)``; returns ``(..., n, m)``.
    """
    return W @ A_prev + b


def affine_backward(dZ: Array, A_prev: Array, W: Array) -> tuple[Array, Array, Array]:
    """dA_prev = Wᵀ dZ,  dW = dZ A_prevᵀ,  db = Σ_examples dZ.

    Source: Giles (2008), "An extended collection of matrix derivative results", section 2.2.
    """
    dA_prev = W.mT @ dZ
    dW = dZ @ A_prev.mT
    db = dZ.sum(axis=-1, keepdims=True)
    return dA_prev, dW, db


# --- activations ------------------------------------------------------------------------------------------


def relu(Z: Array) -> Array:
    """A = max(Z, 0)."""
    return np.maximum(Z, 0)


def relu_backward(dA: Array, Z: Array) -> Array:
    """dZ = dA · [Z > 0]."""
    return dA * (Z > 0)


def leaky_relu(Z: Array, *, alpha: float = 0.01) -> Array:
    """A = Z where Z > 0, else alpha Z (Maas et al. 2013)."""
    return np.where(Z > 0, Z, alpha * Z)


def leaky_relu_backward(dA: Array, Z: Array, *, alpha: float = 0.01) -> Array:
    """dZ = dA where Z > 0, else alpha dA."""
    return np.where(Z > 0, dA, alpha * dA)


def tanh(Z: Array) -> Array:
    """A = tanh Z."""
    return np.tanh(Z)


def tanh_backward(dA: Array, A: Array) -> Array:
    """dZ = dA (1 − A²)."""
    return dA * (1 - A * A)


def sigmoid(Z: Array) -> Array:
    """A = 1 / (1 + e^−Z)."""
    E = np.exp(-np.abs(Z))  # in (0, 1]: neither branch can overflow
    return np.where(Z > 0, 1, E) / (1 + E)


def sigmoid_backward(dA: Array, A: Array) -> Array:
    """dZ = dA A (1 − A)."""
    return dA * A * (1 - A)


def softplus(Z: Array) -> Array:
    """A = log(1 + e^Z) (Dugas et al. 2001)."""
    return np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))  # e^−|Z| ≤ 1: nothing overflows


def softplus_backward(dA: Array, Z: Array) -> Array:
    """dZ = dA sigmoid(Z)."""
    return dA * sigmoid(Z)


def identity(Z: Array) -> Array:
    """A = Z."""
    return Z


def identity_backward(dA: Array) -> Array:
    """dZ = dA."""
    return dA


class Activation(NamedTuple):
    """A hidden nonlinearity: ``forward(Z) -> A`` and ``backward(dA, Z, A) -> dZ``."""

    forward: Callable[[Array], Array]
    backward: Callable[[Array, Array, Array], Array]


ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(relu, lambda dA, Z, A: relu_backward(dA, Z)),
    "leaky_relu": Activation(leaky_relu, lambda dA, Z, A: leaky_relu_backward(dA, Z)),
    "tanh": Activation(tanh, lambda dA, Z, A: tanh_backward(dA, A)),
    "sigmoid": Activation(sigmoid, lambda dA, Z, A: sigmoid_backward(dA, A)),
    "softplus": Activation(softplus, lambda dA, Z, A: softplus_backward(dA, Z)),
    "identity": Activation(identity, lambda dA, Z, A: identity_backward(dA)),
}


# --- inverted dropout -------------------------------------------------------------------------------------


def dropout_mask(
    shape: tuple[int, ...], *, keep_prob: float, rng: np.random.RandomState | np.random.Generator
) -> NDArray[np.bool_]:
    """D, boolean, each entry true with probability ``keep_prob``; the next ``prod(shape)`` draws of ``rng``."""
    return rng.random(shape) < keep_prob


def dropout(A: Array, D: NDArray, *, keep_prob: ArrayLike) -> Array:
    """A_dropped = A · D / keep_prob, whose expectation over D is A (Srivastava et al. 2014, inverted)."""
    return np.multiply(A, D, dtype=A.dtype) / per_problem(keep_prob, A)


def dropout_backward(dA_dropped: Array, D: NDArray, *, keep_prob: ArrayLike) -> Array:
    """dA = dA_dropped · D / keep_prob."""
    return np.multiply(dA_dropped, D, dtype=dA_dropped.dtype) / per_problem(keep_prob, dA_dropped)


# --- outputs and their losses, from logits ----------------------------------------------------------------


def sigmoid_cross_entropy(Z: Array, Y: Array) -> Array:
    """loss = Σ_outputs  Y log(1 + e^−Z) + (1 − Y) log(1 + e^Z), one per example: ``(..., m)``.

    Both terms are positive for labels in [0, 1]: nothing cancels, and every finite Z gives a finite loss.
    """
    return (Y * softplus(-Z) + (1 - Y) * softplus(Z)).sum(axis=-2)


def sigmoid_cross_entropy_backward(A: Array, Y: Array) -> Array:
    """dZ = A − Y with A = sigmoid(Z)."""
    return A - Y


def softmax(Z: Array) -> Array:
    """A = e^Z / Σ_outputs e^Z."""
    E = np.exp(Z - Z.max(axis=-2, keepdims=True))
    return E / E.sum(axis=-2, keepdims=True)


def softmax_cross_entropy(Z: Array, Y: Array) -> Array:
    """loss = log Σ_outputs e^Z − Σ_outputs Y Z, one per example, for columns of Y that sum to one."""
    S = Z - Z.max(axis=-2, keepdims=True)
    picked = np.where(Y == 0, 0, Y * np.maximum(S, np.finfo(S.dtype).min))  # S may overflow to −∞, and 0 · ∞ is NaN
    return np.log(np.exp(S).sum(axis=-2)) - picked.sum(axis=-2)


def softmax_cross_entropy_backward(A: Array, Y: Array) -> Array:
    """dZ = A − Y with A = softmax(Z)."""
    return A - Y


def squared_error(Z: Array, Y: Array) -> Array:
    """loss = ½ Σ_outputs (Z − Y)², one per example."""
    return ((Z - Y) ** 2).sum(axis=-2) / 2


def squared_error_backward(A: Array, Y: Array) -> Array:
    """dZ = A − Y with A = Z."""
    return A - Y


class Output(NamedTuple):
    """An output layer: ``activation(Z) -> A``, ``loss(Z, Y)`` per example, ``backward(A, Y) -> dZ``."""

    activation: Callable[[Array], Array]
    loss: Callable[[Array, Array], Array]
    backward: Callable[[Array, Array], Array]


OUTPUTS: dict[str, Output] = {
    "sigmoid": Output(sigmoid, sigmoid_cross_entropy, sigmoid_cross_entropy_backward),
    "softmax": Output(softmax, softmax_cross_entropy, softmax_cross_entropy_backward),
    "identity": Output(identity, squared_error, squared_error_backward),
}


# --- the L2 term ------------------------------------------------------------------------------------------


def l2(weights: Iterable[Array], *, lambd: ArrayLike, m: int) -> Array:
    """(λ / 2m) Σ_l ‖W_l‖², one per leading index."""
    squares = sum((W * W).sum(axis=(-2, -1)) for W in weights)
    return np.asarray(lambd, dtype=np.asarray(squares).dtype) / (2 * m) * squares


def l2_backward(W: Array, *, lambd: ArrayLike, m: int) -> Array:
    """dW = (λ / m) W."""
    return per_problem(lambd, W) / m * W
