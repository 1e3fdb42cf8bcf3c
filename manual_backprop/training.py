"""The training loop: masks, forward, cost, backward, step; in a workspace, so that an iteration makes no array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from manual_backprop import initialization, workspace
from manual_backprop.masks import draw, stream
from manual_backprop.network import Masks, Parameters, forward_propagation, validate
from manual_backprop.optimizers import OPTIMIZERS
from manual_backprop.primitives import Array, dropout_mask

__all__ = ["INITIALIZATIONS", "Training", "draw_masks", "model", "predict"]

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
    masks: Masks = None,
    cost_every: int = 1000,
    callback: Callable[[int, float, Parameters], None] | None = None,
) -> Training:
    """Train on the whole of ``X (n_0, m)``, ``Y (n_L, m)``; dropout masks are fresh at every iteration, or ``masks``.

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
    if masks is not None and keep_prob == 1:
        raise ValueError("masks are given and keep_prob is 1, which drops nothing; it takes a number below 1")
    if num_iterations < 0 or cost_every < 1:
        raise ValueError(f"num_iterations is {num_iterations}, cost_every {cost_every}; they take ≥ 0 and ≥ 1")

    rng = np.random.RandomState(seed)
    drawn = INITIALIZATIONS[initialization](layers_dims, rng=rng)
    ws = workspace.allocate(layers_dims, X.shape[-1], dtype=X.dtype, hidden=hidden, output=output)
    start = [(W.astype(X.dtype), b.astype(X.dtype)) for W, b in drawn]
    workspace.load(ws, X, Y, start)
    if masks is not None:
        validate(X, start, hidden=hidden, output=output, masks=masks, keep_prob=keep_prob)
        for layer, D in zip(ws.layers, masks, strict=False):
            layer.D[...] = D
    source = stream(rng, ws.masks.size)
    step, state = OPTIMIZERS[optimizer], None
    costs = []
    for iteration in range(num_iterations):
        if keep_prob < 1 and masks is None:
            draw(ws.masks, source, keep_prob=keep_prob)
        workspace.forward_propagation(ws, keep_prob=keep_prob)
        if iteration % cost_every == 0:
            costs.append(workspace.compute_cost(ws, lambd=lambd))
            if callback is not None:
                callback(iteration, costs[-1], _copy(workspace.parameters(ws)))
        if optimizer == "gradient_descent":
            workspace.gradient_descent(ws, learning_rate=learning_rate, lambd=lambd)
            continue
        workspace.backward_propagation(ws, lambd=lambd)
        stepped, state = step(workspace.parameters(ws), workspace.gradients(ws), state, learning_rate=learning_rate)
        workspace.move(ws, stepped)
    return Training(_copy(workspace.parameters(ws)), costs)


def _copy(parameters: Parameters) -> Parameters:
    return [(W.copy(), b.copy()) for W, b in parameters]


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
