"""Shared by the adapters: lists of layers to the course's names, and one problem at a time to a stack."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.implementations.entry import Outcome
from reference.problem import Problem

__all__ = ["Single", "named", "per_case", "singles"]


class Single(NamedTuple):
    """One problem of a stack, without the leading axis: what a stranger's function is given. Arrays are its own."""

    X: NDArray
    Y: NDArray
    parameters: list[tuple[NDArray, NDArray]]
    masks: list[NDArray] | None
    lambd: float
    keep_prob: float
    hidden: str
    output: str


def singles(problem: Problem) -> list[Single]:
    """The problems of a stack, one by one; arrays are views, read-only as the problem's are."""
    return [
        Single(
            problem.X[g],
            problem.Y[g],
            [(W[g], b[g]) for W, b in problem.parameters],
            None if problem.masks is None else [D[g] for D in problem.masks],
            float(problem.lambd[g]),
            float(problem.keep_prob[g]),
            problem.shape.hidden,
            problem.shape.output,
        )
        for g in range(len(problem.cases))
    ]


def per_case(function: Callable[[Single], dict[str, Any]]) -> Callable[[Problem], Outcome]:
    """Run a function of one problem over a stack, and stack what it returns."""

    def run(problem: Problem) -> Outcome:
        outcomes = [function(single) for single in singles(problem)]
        return {name: np.stack([np.asarray(outcome[name]) for outcome in outcomes]) for name in outcomes[0]}

    return run


def named(prefix: str, layers: Sequence[NDArray], *, first: int = 1) -> Outcome:
    """``{"dW1": …, "dW2": …}`` of a list over layers."""
    return {f"{prefix}{l}": array for l, array in enumerate(layers, start=first)}
