"""The course's assignment "Regularization": a network that overfits, then L2, then inverted dropout, then both.

    J = cross-entropy + (λ/2m) Σ_l ‖W_l‖²,  A_l = relu(Z_l) · D_l / keep_prob for l = 1, 2

With dropout the cache is ``(Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)``; A1 and A2 are those after
the mask. Masks come from ``RandomState(1)`` in every call, so one network trains on one fixed pair of masks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from manual_backprop import initialization
from manual_backprop.course import _layers
from manual_backprop.course._layers import (
    Cache,
    Dictionary,
    as_dictionary,
    compute_cost,
    forward_propagation,
    labels,
    unpack,
    update_parameters,
)
from manual_backprop.primitives import Array, affine, dropout, dropout_mask, l2, relu, sigmoid

__all__ = [
    "backward_propagation", "backward_propagation_with_dropout", "backward_propagation_with_regularization",
    "compute_cost", "compute_cost_with_regularization", "forward_propagation", "forward_propagation_with_dropout",
    "initialize_parameters", "model", "plot_decision_boundary", "predict", "predict_dec", "relu", "sigmoid",
    "update_parameters",
]  # fmt: skip


def initialize_parameters(layer_dims: Sequence[int]) -> Dictionary:
    """W_l = N(0, 1 / n_{l-1}) from ``RandomState(3)``, b_l = 0 (Glorot & Bengio 2010, eq. 10)."""
    return as_dictionary(initialization.xavier(layer_dims, rng=np.random.RandomState(3), fan="in"))


# --- L2 ---------------------------------------------------------------------------------------------------


def compute_cost_with_regularization(
    A3: Array, Y: ArrayLike, parameters: Mapping[str, Array], lambd: float
) -> np.floating:
    """J = cross-entropy + (λ/2m) Σ_l ‖W_l‖²."""
    W1, _, W2, _, W3, _ = unpack(parameters)
    m = A3.shape[1]
    cross_entropy = compute_cost(A3, Y)
    return cross_entropy + cross_entropy.dtype.type(l2((W1, W2, W3), lambd=lambd, m=m))


def backward_propagation(X: Array, Y: ArrayLike, cache: Cache) -> Dictionary:
    """The gradients without λ and without dropout."""
    return _layers.backward_propagation(X, Y, cache)


def backward_propagation_with_regularization(X: Array, Y: ArrayLike, cache: Cache, lambd: float) -> Dictionary:
    """The gradients with (λ/m) W_l added to every dW_l."""
    return _layers.backward_propagation(X, Y, cache, lambd=lambd)


# --- inverted dropout -------------------------------------------------------------------------------------


def forward_propagation_with_dropout(
    X: Array, parameters: Mapping[str, Array], keep_prob: float = 0.5
) -> tuple[Array, Cache]:
    """A_l = relu(Z_l) · D_l / keep_prob for l = 1, 2, with D_l kept with probability ``keep_prob``.

    ``RandomState(1)`` gives D1, then D2 (Srivastava et al. 2014, inverted).
    """
    if not 0 < keep_prob <= 1:
        raise ValueError(f"keep_prob is {keep_prob}; it takes a number in (0, 1]")
    rng = np.random.RandomState(1)
    W1, b1, W2, b2, W3, b3 = unpack(parameters)
    Z1 = affine(X, W1, b1)
    D1 = dropout_mask(Z1.shape, keep_prob=keep_prob, rng=rng)
    A1 = dropout(relu(Z1), D1, keep_prob=keep_prob)
    Z2 = affine(A1, W2, b2)
    D2 = dropout_mask(Z2.shape, keep_prob=keep_prob, rng=rng)
    A2 = dropout(relu(Z2), D2, keep_prob=keep_prob)
    Z3 = affine(A2, W3, b3)
    A3 = sigmoid(Z3)
    return A3, (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)


def backward_propagation_with_dropout(X: Array, Y: ArrayLike, cache: Cache, keep_prob: float) -> Dictionary:
    """The gradients with dA_l = W_{l+1}ᵀ dZ_{l+1} · D_l / keep_prob for l = 1, 2, under the masks of the cache."""
    return _backward_propagation_with_both(X, Y, cache, keep_prob, lambd=0.0)


def _backward_propagation_with_both(X: Array, Y: ArrayLike, cache: Cache, keep_prob: float, lambd: float) -> Dictionary:
    Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, *layer3 = cache
    plain = (Z1, A1, W1, b1, Z2, A2, W2, b2, *layer3)
    return _layers.backward_propagation(X, Y, plain, lambd=lambd, masks=(D1, D2), keep_prob=keep_prob)


# --- training and prediction ------------------------------------------------------------------------------


def model(
    X: Array,
    Y: ArrayLike,
    learning_rate: float = 0.3,
    num_iterations: int = 30000,
    print_cost: bool = True,
    lambd: float = 0,
    keep_prob: float = 1,
    *,
    plot: bool = False,
) -> Dictionary:
    """Train n_0 → 20 → 3 → 1 by gradient descent, with L2, dropout, neither, or both at once.

    Prints the cost every 10000 iterations; ``plot=True`` draws it on matplotlib's current axes. Returns the
    parameters.
    """

    def forward(parameters: Dictionary) -> tuple[Array, Cache]:
        if keep_prob == 1:
            return forward_propagation(X, parameters)
        return forward_propagation_with_dropout(X, parameters, keep_prob)

    def backward(cache: Cache) -> Dictionary:
        if keep_prob == 1:
            return backward_propagation_with_regularization(X, Y, cache, lambd)
        return _backward_propagation_with_both(X, Y, cache, keep_prob, lambd)

    return _layers.train(
        initialize_parameters([X.shape[0], 20, 3, 1]),
        forward=forward,
        cost=lambda A3, parameters: compute_cost_with_regularization(A3, Y, parameters, lambd),
        backward=backward,
        learning_rate=learning_rate,
        num_iterations=num_iterations,
        print_every=10000 if print_cost else None,
        plot=plot,
    )


def predict_dec(parameters: Mapping[str, Array], X: Array) -> NDArray[np.bool_]:
    """[A3 > ½], boolean, ``(1, m)``, without dropout."""
    A3, _ = forward_propagation(X, parameters)
    return A3 > 0.5


def predict(X: Array, y: ArrayLike, parameters: Mapping[str, Array]) -> NDArray[np.int_]:
    """[A3 > ½] as integers, ``(1, m)``; prints the share that equals y."""
    p = predict_dec(parameters, X).astype(int)
    print(f"Accuracy: {np.mean(p == labels(y, p))}")
    return p


def plot_decision_boundary(model: Callable[[Array], Array], X: Array, y: ArrayLike) -> Any:
    """The regions that ``model`` assigns to either class, with the examples ``X (2, m)`` over them.

    ``model`` takes points as rows ``(k, 2)``: ``lambda x: predict_dec(parameters, x.T)``. Draws on matplotlib's
    current axes and returns them; showing the figure is left to the caller.
    """
    from matplotlib import pyplot

    (x1_min, x2_min), (x1_max, x2_max) = X.min(axis=1) - 1, X.max(axis=1) + 1
    x1, x2 = np.meshgrid(np.linspace(x1_min, x1_max, 400), np.linspace(x2_min, x2_max, 400))
    regions = np.asarray(model(np.column_stack([x1.ravel(), x2.ravel()]))).reshape(x1.shape)
    axes = pyplot.gca()
    axes.contourf(x1, x2, regions, cmap="Spectral")
    axes.scatter(X[0], X[1], c=np.ravel(y), cmap="Spectral", edgecolors="black")
    axes.set(xlabel="x1", ylabel="x2")
    return axes
