"""The network that the three assignments share, LINEAR → RELU → LINEAR → RELU → LINEAR → SIGMOID, and its training.

``parameters`` is ``{"W1", "b1", "W2", "b2", "W3", "b3"}``, ``cache`` is
``(Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)``, gradients are ``{"dZ3", "dW3", "db3", "dA2", "dZ2", …, "db1"}``.
``dZ`` and ``dA`` are derivatives of m times the data term of J; 1/m enters at dW and db.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from manual_backprop.network import validate_labels
from manual_backprop.primitives import (
    Array,
    affine,
    affine_backward,
    dropout_backward,
    l2_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_cross_entropy_backward,
)

__all__ = [
    "NAMES", "Cache", "Dictionary", "as_dictionary", "backward_propagation", "compute_cost", "forward_propagation",
    "labels", "plot_costs", "train", "unpack", "update_parameters",
]  # fmt: skip

Dictionary = dict[str, Array]
Cache = tuple[NDArray, ...]

NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")


def as_dictionary(pairs: Sequence[tuple[Array, Array]]) -> Dictionary:
    """``[(W_1, b_1), …]`` as ``{"W1": W_1, "b1": b_1, …}``."""
    return {f"{name}{l}": θ for l, pair in enumerate(pairs, start=1) for name, θ in zip("Wb", pair, strict=True)}


def unpack(parameters: Mapping[str, Array]) -> tuple[Array, ...]:
    """W1, b1, W2, b2, W3, b3, in whichever order the dictionary holds them."""
    return tuple(parameters[name] for name in NAMES)


def labels(Y: ArrayLike, A3: Array) -> Array:
    """Y in the dtype of A3. Labels of shape ``(m,)`` become ``(1, m)``; one gradient-checking test case has them so."""
    Y = np.asarray(Y)
    return validate_labels(Y[np.newaxis] if Y.ndim == 1 else Y, A3)


def forward_propagation(X: Array, parameters: Mapping[str, Array]) -> tuple[Array, Cache]:
    """Z_l = W_l A_{l-1} + b_l,  A_1 = relu(Z_1),  A_2 = relu(Z_2),  A_3 = sigmoid(Z_3); returns A3 and the cache."""
    W1, b1, W2, b2, W3, b3 = unpack(parameters)
    Z1 = affine(X, W1, b1)
    A1 = relu(Z1)
    Z2 = affine(A1, W2, b2)
    A2 = relu(Z2)
    Z3 = affine(A2, W3, b3)
    A3 = sigmoid(Z3)
    return A3, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)


def compute_cost(A3: Array, Y: ArrayLike) -> np.floating:
    """J = (1/m) Σ_examples −Y log A3 − (1 − Y) log(1 − A3), leaving out what is not a number.

    The sum leaves out 0 · log 0, which is 0 in the limit, and so hides a NaN in A3 too. 1 − A3 keeps fewer digits
    the nearer A3 is to 1, none from Z3 ≈ 37 on, where the cost may be inf; ``network.compute_cost`` has neither
    fault.
    """
    Y = labels(Y, A3)
    m = Y.shape[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        losses = -np.log(A3) * Y - np.log(1 - A3) * (1 - Y)
    return 1 / m * np.nansum(losses)


def backward_propagation(
    X: Array,
    Y: ArrayLike,
    cache: Cache,
    *,
    lambd: float = 0.0,
    masks: tuple[NDArray, NDArray] | None = None,
    keep_prob: float = 1.0,
) -> Dictionary:
    """dZ_3 = A_3 − Y, then for l = 3, 2, 1:

    dW_l = (1/m) dZ_l A_{l-1}ᵀ + (λ/m) W_l,  db_l = (1/m) Σ_examples dZ_l,
    dA_{l-1} = W_lᵀ dZ_l · D_{l-1} / keep_prob,  dZ_{l-1} = dA_{l-1} · [Z_{l-1} > 0].

    ``masks`` is (D1, D2), or ``None`` for no dropout; A1 and A2 in the cache are those after the mask.
    """
    Z1, A1, W1, _, Z2, A2, W2, _, _, A3, W3, _ = cache
    m = X.shape[1]
    D1, D2 = (None, None) if masks is None else masks

    def linear_backward(dZ: Array, A_prev: Array, W: Array) -> tuple[Array, Array, Array]:
        dA_prev, dW, db = affine_backward(dZ, A_prev, W)
        return dA_prev, dW / m + l2_backward(W, lambd=lambd, m=m), db / m

    def mask_backward(dA: Array, D: NDArray | None) -> Array:
        return dA if D is None else dropout_backward(dA, D, keep_prob=keep_prob)

    dZ3 = sigmoid_cross_entropy_backward(A3, labels(Y, A3))
    dA2, dW3, db3 = linear_backward(dZ3, A2, W3)

    dA2 = mask_backward(dA2, D2)
    dZ2 = relu_backward(dA2, Z2)
    dA1, dW2, db2 = linear_backward(dZ2, A1, W2)

    dA1 = mask_backward(dA1, D1)
    dZ1 = relu_backward(dA1, Z1)
    _, dW1, db1 = linear_backward(dZ1, X, W1)

    return {
        "dZ3": dZ3, "dW3": dW3, "db3": db3,
        "dA2": dA2, "dZ2": dZ2, "dW2": dW2, "db2": db2,
        "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1,
    }  # fmt: skip


def update_parameters(parameters: Mapping[str, Array], grads: Mapping[str, Array], learning_rate: float) -> Dictionary:
    """θ ← θ − α dθ for every W and b; returns a new dictionary."""
    return {name: θ - learning_rate * grads[f"d{name}"] for name, θ in parameters.items()}


def train(
    parameters: Dictionary,
    *,
    forward: Callable[[Dictionary], tuple[Array, Cache]],
    cost: Callable[[Array, Dictionary], np.floating],
    backward: Callable[[Cache], Dictionary],
    learning_rate: float,
    num_iterations: int,
    print_every: int | None,
    plot: bool,
) -> Dictionary:
    """Gradient descent on the whole of the data; prints J every ``print_every`` iterations, if not ``None``."""
    costs = []
    for i in range(num_iterations):
        A3, cache = forward(parameters)
        if i % 1000 == 0:
            costs.append(cost(A3, parameters))
            if print_every is not None and i % print_every == 0:
                print(f"Cost after iteration {i}: {costs[-1]}")
        parameters = update_parameters(parameters, backward(cache), learning_rate)
    if plot:
        plot_costs(costs, learning_rate)
    return parameters


def plot_costs(costs: Sequence[np.floating], learning_rate: float) -> None:
    """J over the iterations, on matplotlib's current axes; showing the figure is left to the caller."""
    from matplotlib import pyplot

    axes = pyplot.gca()
    axes.plot(costs)
    axes.set(xlabel="iterations (thousands)", ylabel="cost", title=f"learning rate {learning_rate}")
