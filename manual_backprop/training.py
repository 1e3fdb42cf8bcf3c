"""The training loop: forward, cost, backward, step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from manual_backprop import initialization
from manual_backprop.network import Parameters, backward_propagation, compute_cost, forward_propagation
from manual_backprop.optimizers import OPTIMIZERS
from manual_backprop.primitives import Array, dropout_mask

__all__ = ["INITIALIZATIONS", "Training", "model", "predict"]

INITIALIZATIONS: dict[str, Callable[..., Parameters]] = {
    "zeros": lambda layers_dims, *, rng: initialization.zeros(layers_dims),
    "random": initialization.random,
    "he": initialization.he,
    "xavier": initialization.xavier,
}


class Training(NamedTuple):
    """The trained parameters, and J at iterations 0, ``cost_every``, 2 ``cost_every``, …"""

    parameters: Parameters
    costs: list[float]


def model(
    X: Array,
    Y: Array,
    layers_dims: Sequence[int],
    *,
    learning_rate: float,
    num_iterations: int,
    hidden: str = "relu",
    output: str = "sigmoid",
    lambd: float = 0.0,
    keep_prob: float = 1.0,
    optimizer: str = "gradient_descent",
    initialization: str = "he",
    seed: int = 0,
    cost_every: int = 1000,
    callback: Callable[[int, float, Parameters], None] | None = None,
) -> Training:
    """Train on the whole of ``X (n_0, m)``, ``Y (n_L, m)``; fresh dropout masks at every iteration.

    Everything random comes from ``RandomState(seed)``: first the weights, then the masks, layer 1 first. Weights
    are drawn in float64 and cast to X's dtype. ``callback(iteration, cost, parameters)`` is called with every
    cost that is recorded. Raises ``ValueError`` for a name, a size or a constant that does not fit.
    """
    for name, value, table in (
        ("optimizer", optimizer, OPTIMIZERS),
        ("initialization", initialization, INITIALIZATIONS),
    ):
        if value not in table:
            raise ValueError(f"{name} is {value!r}; it takes one of {', '.join(table)}")
    if not 0 < keep_prob <= 1:
        raise ValueError(f"keep_prob is {keep_prob}; it takes a number in (0, 1]")
    if num_iterations < 0 or cost_every < 1:
        raise ValueError(f"num_iterations is {num_iterations}, cost_every {cost_every}; they take ≥ 0 and ≥ 1")

    rng = np.random.RandomState(seed)
    drawn = INITIALIZATIONS[initialization](layers_dims, rng=rng)
    parameters: Parameters = [(W.astype(X.dtype), b.astype(X.dtype)) for W, b in drawn]
    step, state = OPTIMIZERS[optimizer], None
    costs = []
    for iteration in range(num_iterations):
        masks = draw_masks(layers_dims, X.shape[-1], keep_prob=keep_prob, rng=rng)
        forward = forward_propagation(X, parameters, hidden=hidden, output=output, masks=masks, keep_prob=keep_prob)
        if iteration % cost_every == 0:
            costs.append(float(compute_cost(forward.Z[-1], Y, parameters, output=output, lambd=lambd)))
            if callback is not None:
                callback(iteration, costs[-1], parameters)
        gradients = backward_propagation(
            Y, parameters, forward, hidden=hidden, output=output, lambd=lambd, masks=masks, keep_prob=keep_prob
        )
        pairs = list(zip(gradients.dW, gradients.db, strict=True))
        parameters, state = step(parameters, pairs, state, learning_rate=learning_rate)
    return Training(parameters, costs)


def draw_masks(
    layers_dims: Sequence[int], m: int, *, keep_prob: float, rng: np.random.RandomState
) -> list[NDArray[np.bool_]] | None:
    """One mask per hidden layer, or ``None`` where nothing is dropped (and then nothing is drawn)."""
    if keep_prob == 1:
        return None
    return [dropout_mask((n, m), keep_prob=keep_prob, rng=rng) for n in layers_dims[1:-1]]


def predict(X: Array, parameters: Parameters, *, hidden: str = "relu", output: str = "sigmoid") -> Array:
    """The network's output ``A_L (n_L, m)``, without dropout."""
    return forward_propagation(X, parameters, hidden=hidden, output=output).H[-1]
