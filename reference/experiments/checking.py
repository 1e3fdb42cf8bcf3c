"""Gradient checking in figures: one parameter, the course's network, every step from 1e-1 to 1e-12, and the kinks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from manual_backprop import datasets, initialization, network
from manual_backprop.course import gradient_checking as course
from manual_backprop.differences import network_differences
from manual_backprop.gradient_check import network_gradient_check, relative_difference
from manual_backprop.magnitudes import magnitudes
from manual_backprop.network import Masks, Parameters
from manual_backprop.primitives import Array, dropout_mask

__all__ = [
    "COURSE_STEP",
    "SEED",
    "Crossing",
    "Example",
    "Steps",
    "crossings",
    "difference",
    "example",
    "scalar",
    "steps",
]

SEED = 1  # of the course's test case
COURSE_STEP = 1e-7
STEPS = 10.0 ** -np.arange(1, 12.01, 0.25)
LADDER = 10.0 ** np.arange(-12, 1.01, 0.25)  # of the picture of kinks: as far as the first that any network crosses
KEEP_PROB, TIED = 0.5, 12  # of the network with ties: one example in 32 loses its first layer
UNIT = float(np.finfo(np.float64).eps)
SHAPES = {name: course.SHAPES[name] for name in ("W1", "b1", "W2", "b2", "W3", "b3")}


class Example(NamedTuple):
    """The course's test case: ``X (4, 3)``, ``Y (3,)``, and the parameters by name."""

    X: Array
    Y: Array
    parameters: dict[str, Array]


class Steps(NamedTuple):
    """‖g − g̃‖ / (‖g‖ + ‖g̃‖) of right gradients for each step, and what it is made of."""

    epsilon: Array
    differences: Array  # with the course's cost, from A_3
    logits: Array  # with the cost taken from Z_3
    rounding: float  # of the course's cost, times 1/ε
    truncation: float  # times ε²
    derived: float  # where the sum of the two is least
    kinks: float  # the first of the steps that crosses one; inf where none does
    chosen: Array  # the tool's, a step for each parameter
    reached: float  # the tool's difference


class Crossing(NamedTuple):
    """How many relus have another sign at θ + ε than at θ − ε: ``(parameters, steps)``."""

    title: str
    blocks: list[tuple[str, int]]  # W1, b1, …, with their sizes
    epsilon: Array
    counts: NDArray[np.int_]
    chosen: Array  # the tool's own steps
    left_out: NDArray[np.bool_]
    difference: float  # of right gradients, by the course's step of 1e-7
    tool: float  # of right gradients, by the tool
    verdict: str


def scalar(x: float, theta: float) -> float:
    """The course's one parameter."""
    return float(course.gradient_check(x, theta, COURSE_STEP))


def example(seed: int) -> Example:
    """The course's network and data, from ``RandomState(seed)``; the course's own is 1."""
    rng = np.random.RandomState(seed)
    X, Y = rng.standard_normal((4, 3)), np.array([1.0, 1.0, 0.0])
    return Example(X, Y, {name: rng.standard_normal(shape) for name, shape in SHAPES.items()})


def difference(of: Example, gradients: dict[str, Array], epsilon: float = COURSE_STEP) -> float:
    """The course's number."""
    return float(course.gradient_check_n(of.parameters, gradients, of.X, of.Y, epsilon))


def steps(of: Example, gradients: dict[str, Array]) -> Steps:
    """Right gradients, checked with every step, and by the tool."""
    pairs, Y = _pairs(of.parameters), of.Y[np.newaxis]
    g = course.gradients_to_vector(gradients)[:, 0]
    found = np.array([difference(of, gradients, float(epsilon)) for epsilon in STEPS])
    stable = np.array([relative_difference(g, _central(of.X, Y, pairs, float(epsilon))) for epsilon in STEPS])
    crossed = STEPS[(_counts(of.X, pairs, None, STEPS) > 0).any(axis=0)]
    kinks = float(crossed.min()) if crossed.size else np.inf
    clear = int(np.argmax(kinks > 3 * STEPS))  # the longest step that is well below the first kink
    truncation = float(stable[clear] / STEPS[clear] ** 2)
    rounding = _noise(of) * math.sqrt(g.size) / (2 * float(np.linalg.norm(g)))
    derived = float(np.cbrt(rounding / (2 * truncation)))
    chosen, D, _ = _differenced(of.X, Y, pairs)
    return Steps(STEPS, found, stable, rounding, truncation, derived, kinks, chosen, relative_difference(g, D))


def _noise(of: Example) -> float:
    """How far the course's J may be off: each loss by u/2, and where Y is 0 by what 1 − A_3 has lost before the log."""
    J, cache = course.forward_propagation_n(of.X, of.Y, of.parameters)
    A3 = cache[9][0]
    return UNIT / 2 * (float(J) + float(np.mean((1 - of.Y) * A3 / (1 - A3))))


# --- kinks ---------------------------------------------------------------------------------------------------------


def crossings(of: Example) -> list[Crossing]:
    """The course's example; a network of three hundred examples; and one where dropout makes exact ties."""
    circles = datasets.circles()
    he = initialization.he((2, 10, 5, 1), rng=np.random.RandomState(SEED))
    return [
        _crossing("the course's example", of.X, of.Y[np.newaxis], _pairs(of.parameters)),
        _crossing("circles, 300 examples", circles.train_X, circles.train_Y, he),
        _crossing("zero biases, dropout", *_tied(), keep_prob=KEEP_PROB),
    ]


def _tied() -> tuple[Array, Array, Parameters, list[NDArray[np.bool_]]]:
    """X, Y, parameters and masks of a network as it starts: for an example without all of layer 1, Z_2 is exactly 0."""
    rng = np.random.RandomState(SEED)
    parameters = initialization.he((4, 5, 3, 1), rng=rng)
    X, Y = rng.standard_normal((4, TIED)), (rng.random_sample((1, TIED)) < 0.5).astype(np.float64)
    while True:
        masks = [dropout_mask((W.shape[0], TIED), keep_prob=KEEP_PROB, rng=rng) for W, _ in parameters[:-1]]
        if (~masks[0]).all(axis=0).any():
            return X, Y, parameters, masks


def _crossing(
    title: str, X: Array, Y: Array, parameters: Parameters, masks: Masks = None, keep_prob: float = 1.0
) -> Crossing:
    switches: dict[str, Any] = {"masks": masks, "keep_prob": keep_prob}
    forward = network.forward_propagation(X, parameters, **switches)
    gradients = network.backward_propagation(Y, parameters, forward, **switches)
    chosen, _, left_out = _differenced(X, Y, parameters, masks, keep_prob)
    check = network_gradient_check(X, Y, parameters, gradients, **switches)
    g = np.concatenate([part.ravel() for pair in zip(gradients.dW, gradients.db, strict=True) for part in pair])
    return Crossing(
        title,
        [
            (f"{name}{l}", θ.size)
            for l, pair in enumerate(parameters, start=1)
            for name, θ in zip("Wb", pair, strict=True)
        ],
        LADDER,
        _counts(X, parameters, masks, LADDER, keep_prob),
        chosen,
        left_out,
        relative_difference(g, _central(X, Y, parameters, COURSE_STEP, masks, keep_prob)),
        check.difference,
        check.verdict,
    )


def _differenced(
    X: Array, Y: Array, parameters: Parameters, masks: Masks = None, keep_prob: float = 1.0
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """The tool's steps, its differences, and what it had to leave out; a row of parameters each, W before b."""
    switches: dict[str, Any] = {"masks": masks, "keep_prob": keep_prob}
    forward = network.forward_propagation(X, parameters, **switches)
    M = magnitudes(X, Y, parameters, forward, hidden="relu", output="sigmoid", lambd=0.0, **switches)
    found = network_differences(Y, parameters, M, **switches)
    return _rows(found.eps), _rows(found.D), _rows(found.straddles)


def _rows(layers: Sequence[NDArray]) -> NDArray:
    """``[W b]`` of every layer, in the order of W_1, b_1, W_2, …"""
    return np.concatenate([part.ravel() for both in layers for part in (both[:, :-1], both[:, -1:])])


def _central(
    X: Array, Y: Array, parameters: Parameters, step: float, masks: Masks = None, keep_prob: float = 1.0
) -> Array:
    """(J(θ + ε e_i) − J(θ − ε e_i)) / 2ε for every i, kinks or not; J is taken from logits."""
    moved = _moved(parameters, step)
    forward = network.forward_propagation(X, moved, masks=masks, keep_prob=keep_prob)
    J = network.compute_cost(forward.Z[-1], Y, moved)
    return (J[: len(J) // 2] - J[len(J) // 2 :]) / (2 * step)


def _counts(X: Array, parameters: Parameters, masks: Masks, epsilon: Array, keep_prob: float = 1.0) -> NDArray[np.int_]:
    """Relus, over all layers and examples, that lie on two sides of 0."""
    columns = []
    for step in epsilon:
        forward = network.forward_propagation(X, _moved(parameters, step), masks=masks, keep_prob=keep_prob)
        signs = [Z > 0 for Z in forward.Z[:-1]]
        columns.append(sum((s[: len(s) // 2] != s[len(s) // 2 :]).sum(axis=(1, 2)) for s in signs))
    return np.stack(columns, axis=1)


def _moved(parameters: Parameters, step: float) -> Parameters:
    """A stack of networks: every parameter up by a step, one after the other, then every one down."""
    theta = _flat(parameters)
    n = theta.size
    stack = np.repeat(theta[np.newaxis], 2 * n, axis=0)
    stack[np.arange(n), np.arange(n)] += step
    stack[n + np.arange(n), np.arange(n)] -= step
    moved, start = [], 0
    for W, b in parameters:
        parts = []
        for θ in (W, b):
            parts.append(stack[:, start : start + θ.size].reshape(-1, *θ.shape))
            start += θ.size
        moved.append((parts[0], parts[1]))
    return moved


def _flat(parameters: Parameters) -> Array:
    return np.concatenate([θ.ravel() for pair in parameters for θ in pair])


def _pairs(parameters: dict[str, Array]) -> Parameters:
    return [(parameters[f"W{l}"], parameters[f"b{l}"]) for l in (1, 2, 3)]
