"""The derivative of a loss that is known by its values alone: central differences at two steps, with their error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from reference.cases.problem import Problem

__all__ = ["Differences", "contradicts", "differences", "flat_parameters", "stack_of"]

STEPS = (1e-4, 5e-5)
SMOOTH = 1e-5  # relative: where halving the step changes more, a kink lies between
AGREES = 1e-5  # relative: of JAX with the differences of the same code
NEAR = 3.0  # times what halving the step changes: how far a quotient may be from the derivative


class Differences(NamedTuple):
    """dJ as one vector, W1, b1, W2, …; how far it may be off; and where no kink lies on the way."""

    value: np.ndarray
    error: np.ndarray
    smooth: np.ndarray

    @property
    def scale(self) -> float:
        return float(np.max(np.abs(self.value), initial=0.0)) or 1.0


def differences(problem: Problem, losses: Callable[[Problem], np.ndarray]) -> Differences:
    """``losses`` gives J of every problem of a stack; ``problem`` is a stack of one."""
    θ = flat_parameters(problem)
    quotients, rounding = [], 0.0
    for ε in STEPS:
        steps = ε * np.eye(θ.size)
        values = losses(stack_of(problem, np.concatenate([θ + steps, θ - steps])))
        rounding = problem.C * problem.unit * float(np.max(np.abs(values))) / ε
        quotients.append((values[: θ.size] - values[θ.size :]) / (2 * ε))
    coarse, fine = quotients
    best = (4 * fine - coarse) / 3  # Richardson: the error of ε² leaves
    scale = float(np.max(np.abs(best), initial=0.0)) or 1.0
    apart = np.abs(coarse - fine)
    return Differences(best, NEAR * apart + rounding, np.isfinite(best) & (apart <= SMOOTH * scale))


def contradicts(by_jax: object, found: Differences) -> bool:
    """Does JAX say another derivative of the same code? Silent where it is not finite, as behind a ``where``."""
    if not isinstance(by_jax, np.ndarray) or by_jax.shape != found.value.shape:
        return False
    said = by_jax[found.smooth]
    off = np.abs(said - found.value[found.smooth])
    return bool(np.isfinite(said).all() and np.any(off > AGREES * found.scale))


def flat_parameters(problem: Problem) -> np.ndarray:
    """W1, b1, W2, … of the first problem of a stack as one vector."""
    return np.concatenate([np.ravel(a[0]) for layer in problem.parameters for a in layer])


def stack_of(problem: Problem, θ: np.ndarray) -> Problem:
    """A stack with one problem for each row of θ."""
    G, at, parameters = len(θ), 0, []
    for pair in problem.parameters:
        layer = []
        for a in pair:
            layer.append(θ[:, at : at + a[0].size].reshape(G, *a.shape[1:]))
            at += a[0].size
        parameters.append((layer[0], layer[1]))

    def many(a: np.ndarray) -> np.ndarray:
        return np.broadcast_to(a, (G, *a.shape[1:])).copy()

    return replace(
        problem,
        cases=problem.cases * G,
        X=many(problem.X),
        Y=many(problem.Y),
        parameters=tuple(parameters),
        masks=None if problem.masks is None else tuple(many(D) for D in problem.masks),
        lambd=many(problem.lambd),
        keep_prob=many(problem.keep_prob),
    )
