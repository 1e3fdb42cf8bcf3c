"""The course's assignment "Initialization": the same network started from zeros, large numbers, and He's scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from manual_backprop import initialization as core
from manual_backprop.course._layers import (
    Dictionary,
    as_dictionary,
    backward_propagation,
    compute_cost,
    forward_propagation,
    train,
)
from manual_backprop.primitives import Array

__all__ = ["initialize_parameters_he", "initialize_parameters_random", "initialize_parameters_zeros", "model"]


def initialize_parameters_zeros(layers_dims: Sequence[int]) -> Dictionary:
    """W_l = 0, b_l = 0: every unit of a layer is the same for ever."""
    return as_dictionary(core.zeros(layers_dims))


def initialize_parameters_random(layers_dims: Sequence[int]) -> Dictionary:
    """W_l = 10 · N(0, 1) from ``RandomState(3)``, b_l = 0: the output starts saturated."""
    return as_dictionary(core.random(layers_dims, rng=np.random.RandomState(3), scale=10.0))


def initialize_parameters_he(layers_dims: Sequence[int]) -> Dictionary:
    """W_l = N(0, 2 / n_{l-1}) from ``RandomState(3)``, b_l = 0 (He et al. 2015, eq. 10)."""
    return as_dictionary(core.he(layers_dims, rng=np.random.RandomState(3)))


def model(
    X: Array,
    Y: ArrayLike,
    learning_rate: float = 0.01,
    num_iterations: int = 15000,
    print_cost: bool = True,
    initialization: str = "he",
    *,
    plot: bool = False,
) -> Dictionary:
    """Train n_0 → 10 → 5 → 1 by gradient descent from ``initialization``: "zeros", "random" or "he".

    Prints the cost every 1000 iterations; ``plot=True`` draws it on matplotlib's current axes. Returns the
    parameters.
    """
    initializers = {
        "zeros": initialize_parameters_zeros,
        "random": initialize_parameters_random,
        "he": initialize_parameters_he,
    }
    if initialization not in initializers:
        raise ValueError(f"initialization is {initialization!r}; it takes one of {', '.join(initializers)}")
    return train(
        initializers[initialization]([X.shape[0], 10, 5, 1]),
        forward=lambda parameters: forward_propagation(X, parameters),
        cost=lambda A3, parameters: compute_cost(A3, Y),
        backward=lambda cache: backward_propagation(X, Y, cache),
        learning_rate=learning_rate,
        num_iterations=num_iterations,
        print_every=1000 if print_cost else None,
        plot=plot,
    )
