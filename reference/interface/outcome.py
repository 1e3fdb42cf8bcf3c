"""Shared by the adapters: lists of layers to the course's names, and one problem at a time to a stack."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.cases.problem import Problem
from reference.interface.entry import Outcome

__all__ = ["Single", "as_dict", "named", "per_case", "singles", "stacked", "unlike"]


class Single(NamedTuple):
    """One problem of a stack, without the leading axis: what a stranger's function is given. Arrays are views."""

    X: NDArray
    Y: NDArray
    parameters: tuple[tuple[NDArray, NDArray], ...]
    masks: tuple[NDArray, ...] | None
    lambd: float
    keep_prob: float
    hidden: str = "relu"
    output: str = "sigmoid"

    @property
    def dims(self) -> tuple[int, ...]:
        return (self.X.shape[0], *(W.shape[0] for W, _ in self.parameters))


def singles(problem: Problem) -> list[Single]:
    """The problems of a stack, one by one; arrays are views, read-only where the stack's are."""
    return [
        Single(
            problem.X[g],
            problem.Y[g],
            tuple((W[g], b[g]) for W, b in problem.parameters),
            None if problem.masks is None else tuple(D[g] for D in problem.masks),
            float(problem.lambd[g]),
            float(problem.keep_prob[g]),
            problem.shape.hidden,
            problem.shape.output,
        )
        for g in range(len(problem.cases))
    ]


def as_dict(returned: Any) -> dict[str, Any]:
    """What a function returned; ``TypeError`` where that is no dictionary."""
    if not isinstance(returned, dict):
        kind = type(returned).__name__
        raise TypeError(f"returned {kind}; it takes a dictionary of arrays such as {{'dW1': …, 'db1': …}}")
    return returned


def per_case(function: Callable[[Single], dict[str, Any]]) -> Callable[[Problem], Outcome]:
    """Run a function of one problem over a stack, and stack what it returns."""
    return lambda problem: stacked([function(single) for single in singles(problem)])


def stacked(returned: Sequence[Any]) -> Outcome:
    """What a function returned for each problem, as one stack. ``TypeError`` or ``ValueError`` where that is none."""
    outcomes = [as_dict(outcome) for outcome in returned]
    if (why := unlike(outcomes)) is not None:
        raise ValueError(why)
    return {name: np.stack([np.asarray(outcome[name]) for outcome in outcomes]) for name in outcomes[0]}


def unlike(outcomes: Sequence[dict[str, Any]]) -> str | None:
    """Why outcomes make no stack: what only some of them have. ``None`` where all have the same."""
    for outcome in outcomes:
        if outcome.keys() != outcomes[0].keys():
            differ = ", ".join(sorted(map(str, outcome.keys() ^ outcomes[0].keys())))
            return f"returned {differ} for some problems of one shape, and not for others"
    return None


def named(prefix: str, layers: Sequence[NDArray]) -> Outcome:
    """``{"dW1": …, "dW2": …}`` of a list over layers."""
    return {f"{prefix}{l}": array for l, array in enumerate(layers, start=1)}
