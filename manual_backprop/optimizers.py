"""One step downhill: gradient descent, momentum, RMSProp, Adam.

Each function takes ``parameters`` and ``gradients``, both ``[(W_1, b_1), …]`` and ``[(dW_1, db_1), …]``, and the
``state`` that it returned the last time (``None`` before the first step), and returns ``(parameters, state)``.
Nothing is mutated. Every formula is applied to W and b alike; below, θ is either and g its gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from manual_backprop.primitives import Array

__all__ = ["OPTIMIZERS", "Adam", "adam", "gradient_descent", "momentum", "rmsprop"]

Pairs = Sequence[tuple[Array, Array]]


class Adam(NamedTuple):
    """Adam's state: first and second moments, and the number of steps taken."""

    v: Pairs
    s: Pairs
    t: int


def gradient_descent(
    parameters: Pairs, gradients: Pairs, state: None = None, *, learning_rate: float
) -> tuple[Pairs, None]:
    """θ ← θ − α g."""
    return _map(lambda θ, g: θ - float(learning_rate) * g, parameters, gradients), None


def momentum(
    parameters: Pairs, gradients: Pairs, state: Pairs | None = None, *, learning_rate: float, beta: float = 0.9
) -> tuple[Pairs, Pairs]:
    """v ← β v + (1 − β) g,  θ ← θ − α v (Polyak 1964, as an exponential average: the course's form)."""
    v = _map(lambda v, g: beta * v + (1 - beta) * g, _zeros(parameters) if state is None else state, gradients)
    return _map(lambda θ, v: θ - float(learning_rate) * v, parameters, v), v


def rmsprop(
    parameters: Pairs,
    gradients: Pairs,
    state: Pairs | None = None,
    *,
    learning_rate: float,
    beta: float = 0.9,
    epsilon: float = 1e-8,
) -> tuple[Pairs, Pairs]:
    """s ← β s + (1 − β) g²,  θ ← θ − α g / (√s + ε) (Tieleman & Hinton 2012)."""
    s = _map(lambda s, g: beta * s + (1 - beta) * g * g, _zeros(parameters) if state is None else state, gradients)
    return _map(lambda θ, g, s: θ - float(learning_rate) * g / (np.sqrt(s) + epsilon), parameters, gradients, s), s


def adam(
    parameters: Pairs,
    gradients: Pairs,
    state: Adam | None = None,
    *,
    learning_rate: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> tuple[Pairs, Adam]:
    """v ← β₁ v + (1 − β₁) g,  s ← β₂ s + (1 − β₂) g²,  t ← t + 1,
    θ ← θ − α v̂ / (√ŝ + ε)  with  v̂ = v / (1 − β₁ᵗ),  ŝ = s / (1 − β₂ᵗ)  (Kingma & Ba 2015, algorithm 1).
    """
    v, s, t = Adam(_zeros(parameters), _zeros(parameters), 0) if state is None else state
    v = _map(lambda v, g: beta1 * v + (1 - beta1) * g, v, gradients)
    s = _map(lambda s, g: beta2 * s + (1 - beta2) * g * g, s, gradients)
    t += 1
    stepped = _map(
        lambda θ, v, s: θ - float(learning_rate) * (v / (1 - beta1**t)) / (np.sqrt(s / (1 - beta2**t)) + epsilon),
        parameters,
        v,
        s,
    )
    return stepped, Adam(v, s, t)


OPTIMIZERS: dict[str, Callable[..., tuple[Pairs, Any]]] = {
    "gradient_descent": gradient_descent,
    "momentum": momentum,
    "rmsprop": rmsprop,
    "adam": adam,
}


def _map(rule: Callable[..., Array], *lists: Pairs) -> Pairs:
    """Apply ``rule`` to the W's and to the b's of lists of pairs that run side by side."""
    return [(rule(*(W for W, b in pairs)), rule(*(b for W, b in pairs))) for pairs in zip(*lists, strict=True)]


def _zeros(pairs: Pairs) -> Pairs:
    return _map(np.zeros_like, pairs)
