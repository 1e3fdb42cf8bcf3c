"""The course's assignment "Gradient Checking": a derivative by hand against a difference of two costs.

    g̃_i = (J(θ + ε e_i) − J(θ − ε e_i)) / 2ε,  difference = ‖g − g̃‖ / (‖g‖ + ‖g̃‖)

This is the formula alone. It knows nothing of kinks, and one number for the whole gradient names no culprit;
``manual_backprop.gradient_check`` does both.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from manual_backprop.course import _layers
from manual_backprop.course._layers import NAMES, Cache, Dictionary, compute_cost, unpack
from manual_backprop.gradient_check import relative_difference
from manual_backprop.primitives import Array

__all__ = [
    "backward_propagation", "backward_propagation_n", "dictionary_to_vector", "forward_propagation",
    "forward_propagation_n", "gradient_check", "gradient_check_n", "gradients_to_vector", "vector_to_dictionary",
]  # fmt: skip

# The rounding of J over 2ε alone reaches 1.2e-7 in the assignment's own test case, so 1e-7 rejects right gradients.
THRESHOLD = 2e-7

SHAPES = {"W1": (5, 4), "b1": (5, 1), "W2": (3, 5), "b2": (3, 1), "W3": (1, 3), "b3": (1, 1)}


# --- one parameter ----------------------------------------------------------------------------------------


def forward_propagation(x: float, theta: float) -> float:
    """J = θ x."""
    return theta * x


def backward_propagation(x: float, theta: float) -> float:
    """dθ = x."""
    return x


def gradient_check(x: float, theta: float, epsilon: float = 1e-7, print_msg: bool = False) -> np.floating:
    """``|g − g̃| / (|g| + |g̃|)`` at θ, where g is ``backward_propagation``'s."""
    J_plus = forward_propagation(x, theta + epsilon)
    J_minus = forward_propagation(x, theta - epsilon)
    return _difference(backward_propagation(x, theta), (J_plus - J_minus) / (2 * epsilon), print_msg)


# --- a network --------------------------------------------------------------------------------------------


def forward_propagation_n(X: Array, Y: ArrayLike, parameters: Mapping[str, Array]) -> tuple[np.floating, Cache]:
    """J and the cache (Z1, A1, W1, b1, …, Z3, A3, W3, b3); Y is ``(1, m)`` or ``(m,)``."""
    A3, cache = _layers.forward_propagation(X, parameters)
    return compute_cost(A3, Y), cache


def backward_propagation_n(X: Array, Y: ArrayLike, cache: Cache) -> Dictionary:
    """The right gradients; the assignment's has two mistakes planted, in dW2 and in db1."""
    return _layers.backward_propagation(X, Y, cache)


def gradient_check_n(
    parameters: Mapping[str, Array],
    gradients: Mapping[str, Array],
    X: Array,
    Y: ArrayLike,
    epsilon: float = 1e-7,
    print_msg: bool = False,
) -> np.floating:
    """‖g − g̃‖ / (‖g‖ + ‖g̃‖) over every W and b of a three-layer network of any shape.

    θ is perturbed in float64 at least: in float32, θ + 1e-7 is θ.
    """
    shapes = {name: parameters[name].shape for name in NAMES}
    θ, _ = dictionary_to_vector(parameters)
    θ = θ.astype(np.result_type(θ, np.float64))
    grad_approx = np.empty_like(θ)

    def J(θ_i: float, i: int) -> np.floating:
        nudged = θ.copy()
        nudged[i] = θ_i
        return forward_propagation_n(X, Y, vector_to_dictionary(nudged, shapes=shapes))[0]

    for i, θ_i in enumerate(θ[:, 0]):
        grad_approx[i] = (J(θ_i + epsilon, i) - J(θ_i - epsilon, i)) / (2 * epsilon)
    return _difference(gradients_to_vector(gradients), grad_approx, print_msg)


def dictionary_to_vector(parameters: Mapping[str, Array]) -> tuple[Array, list[str]]:
    """W1, b1, …, b3 row by row as one column, and for each entry the name that it comes from."""
    θ = np.concatenate([values.reshape(-1, 1) for values in unpack(parameters)])
    return θ, [name for name in NAMES for _ in range(parameters[name].size)]


def vector_to_dictionary(theta: Array, *, shapes: Mapping[str, tuple[int, ...]] = SHAPES) -> Dictionary:
    """``dictionary_to_vector`` undone. The shapes are the assignment's, 4 → 5 → 3 → 1, unless given."""
    sizes = [int(np.prod(shapes[name])) for name in NAMES]
    if np.size(theta) != sum(sizes):
        raise ValueError(f"theta has {np.size(theta)} entries; shapes {dict(shapes)} take {sum(sizes)}")
    parts = np.split(np.ravel(theta), np.cumsum(sizes)[:-1])
    return {name: part.reshape(shapes[name]).copy() for name, part in zip(NAMES, parts, strict=True)}


def gradients_to_vector(gradients: Mapping[str, Array]) -> Array:
    """dW1, db1, …, db3 row by row as one column, in the order of ``dictionary_to_vector``."""
    return dictionary_to_vector({name: gradients[f"d{name}"] for name in NAMES})[0]


def _difference(grad: ArrayLike, grad_approx: ArrayLike, print_msg: bool) -> np.floating:
    """``relative_difference``, printed if asked."""
    difference = np.float64(relative_difference(grad, grad_approx))
    if print_msg:
        verdict = "agree" if difference <= THRESHOLD else "do not agree"
        print(f"The gradients {verdict}: difference = {difference}, threshold {THRESHOLD}")
    return difference
