"""Asking in the tests: problems with their truth, and answers made from a function, or from the truth itself."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from reference.cases.case import DTYPES, HIDDENS, OUTPUTS, Case
from reference.cases.domain import ANY, Domain
from reference.cases.problem import Problem, draw
from reference.comparison.answers import Answer, Participant
from reference.comparison.contenders import Contender
from reference.comparison.pool import AskedProblem, ask_all
from reference.comparison.truth import truth
from reference.interface.entry import Entry, Implementation
from reference.interface.outcome import Single, per_case, singles
from reference.judging.tolerance import gradient_tolerances
from tests.reference.comparison.variants import right
from tests.strategies import with_arrays

__all__ = [
    "MILD", "SMALL", "answers", "asked", "asked_of", "cancelling", "changed", "contender", "everything",
    "implementation", "nobody_listens", "only", "rounded",
]  # fmt: skip

Function = Callable[[Single], dict[str, Any]]
SMALL = Domain(depths=(3,), hiddens=("relu",), outputs=("sigmoid",), last=1)  # of the battery: some thirty cases
MILD = [  # every activation with every output in both dtypes; nothing is degenerate
    Case((3, 4, 2, 3), 5, hidden, output, lambd=0.7, keep_prob=0.9, dtype=dtype, seed=20 + k)
    for dtype in DTYPES
    for k, hidden in enumerate(HIDDENS)
    for output in OUTPUTS
]


def nobody_listens(check: str, done: int, total: int) -> None:
    """Progress that is not shown."""


def implementation(name: str, function: Function, domain: Domain = ANY) -> Implementation:
    return Implementation(name, (Entry("backward", domain, per_case(function)),))


def contender(name: str, function: Function, domain: Domain = ANY) -> Contender:
    return Contender(name, implementation(name, function, domain))


@functools.cache
def everything() -> tuple[AskedProblem, ...]:
    """The whole battery and a few random cases, with their truth."""
    return tuple(ask_all([contender("right", right)], examples=24, seed=0, progress=nobody_listens)[0])


def asked_of(problem: Problem) -> AskedProblem:
    return AskedProblem(problem, truth(problem), gradient_tolerances(problem))


def asked(cases: Iterable[Case]) -> list[AskedProblem]:
    return [asked_of(draw([case])) for case in cases]


def cancelling(δ: float) -> AskedProblem:
    """dW = [δ/2, 1 − δ/2] and db = [δ/2]: of two examples that nearly cancel."""
    problem, one = draw([Case((2, 1), 2, output="identity", bias="zero", seed=0)]), np.ones((1, 1, 1))
    X, W = np.array([[[1.0, 1.0], [1.0, -1.0]]]), np.array([[[1.0, 0.0]]])
    return asked_of(with_arrays(problem, X=X, Y=np.array([[[0.0, 2.0 - δ]]]), parameters=((W, 0 * one),)))


def answers(function: Function, given: Sequence[AskedProblem]) -> dict[int, Answer]:
    """What a function of one problem answers."""
    return {k: Answer(function(singles(one.problem)[0])) for k, one in enumerate(given)}


def rounded(given: Sequence[AskedProblem], dtype: str | None = None) -> dict[int, Answer]:
    """The truth, rounded once to the dtype of the case, or to ``dtype`` on the way there."""
    found = {}
    for k, (problem, true, _) in enumerate(given):
        assert true is not None
        own = problem.shape.dtype
        found[k] = Answer({name: block.astype(dtype or own).astype(own) for name, block in true.total().items()})
    return found


def only(target: str, given: dict[int, Answer], check: str = "backward") -> dict[Participant, dict[int, Answer]]:
    return {Participant(target, check): given}


def changed(answer: Answer, name: str, change: Callable[[np.ndarray], np.ndarray]) -> Answer:
    """An answer with another block."""
    return answer._replace(blocks={**answer.blocks, name: change(answer.blocks[name].copy())})
