"""Differences that are a convention: another definition of J, or another slope where there is none.

    J = s · Σ loss + c · Σ ‖W‖²  (+ c · Σ ‖b‖²),      relu'(0) ∈ {0, ½, 1}

The course has s = 1/m, c = λ/2m, no biases in the sum and relu'(0) = 0. An implementation follows another convention
where every entry of every case is the truth of that J to rounding, and of no J with fewer departures.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from reference.cases.problem import Problem
from reference.cases.quantities import split
from reference.comparison.pool import Answer, AskedProblem
from reference.comparison.truth import Truth, truth
from reference.judging.tolerance import gradient_tolerances

__all__ = ["SUMMED", "follows"]


class Choice(NamedTuple):
    """A place where J may be defined otherwise; ``None`` is the course's way."""

    text: str | None
    factor: Callable[[Problem], float]


def _m(problem: Problem) -> float:
    return float(problem.shape.m)


SUMMED = "the losses are summed, not averaged"
ONE = Choice(None, lambda problem: 1.0)
DATA = (ONE, Choice(SUMMED, _m))
PENALTY = (
    ONE,
    Choice("the penalty is λ/2 · Σ‖W‖², not λ/2m", _m),
    Choice("the penalty is λ/m · Σ‖W‖², not λ/2m", lambda problem: 2.0),
    Choice("the penalty is λ · Σ‖W‖², not λ/2m", lambda problem: 2.0 * _m(problem)),
)
BIASES = (ONE, Choice("biases are decayed too", lambda problem: 1.0))
SLOPES: tuple[tuple[str | None, float | None], ...] = (
    (None, None),
    ("relu'(0) is ½, not 0", 0.5),
    ("relu'(0) is 1, not 0", 1.0),
)
KINKED = ("relu", "leaky_relu")


def follows(asked: Sequence[AskedProblem], answers: Mapping[int, Answer]) -> list[list[str]]:
    """The conventions that explain every answer: those with the fewest departures, each as a list of texts.

    Empty where none does, or where the course's own does.
    """
    problems = [(asked[k], answer) for k, answer in answers.items() if answer.blocks and asked[k].truth is not None]
    combinations = sorted(itertools.product(DATA, PENALTY, BIASES, SLOPES), key=_departures)
    found: list[list[str]] = []
    fewest = None
    for data, penalty, biases, slope in combinations:
        departures = _departures((data, penalty, biases, slope))
        if fewest is not None and departures > fewest:
            break
        if _fits(problems, data, penalty, biases.text is not None, slope[1]):
            found.append([text for text in (data.text, penalty.text, biases.text, slope[0]) if text is not None])
            fewest = departures
    return [texts for texts in found if texts] if problems else []


def _departures(combination: tuple) -> int:
    return sum(choice[0] is not None for choice in combination)


def _fits(
    problems: Sequence[tuple[AskedProblem, Answer]], data: Choice, penalty: Choice, decayed: bool, at_zero: float | None
) -> bool:
    return all(
        _equal(one.problem, answer, _true(one, at_zero), data.factor(one.problem), penalty.factor(one.problem), decayed)
        for one, answer in sorted(problems, key=lambda pair: -_telling(pair[0].problem))
    )


def _telling(problem: Problem) -> float:
    """Cases that are likely to tell conventions apart come first."""
    return float(problem.shape.m > 1) + float(problem.lambd[0] > 0) + float(problem.cases[0].bias == "zero")


def _true(one: AskedProblem, at_zero: float | None) -> Truth:
    """The truth, with another slope at ties where there are any."""
    assert one.truth is not None
    ties = one.problem.shape.hidden in KINKED and any((Z == 0).any() for Z in one.problem.forward().Z[:-1])
    other = truth(one.problem, at_zero=at_zero) if at_zero is not None and ties else None
    return other or one.truth


def _equal(problem: Problem, answer: Answer, true: Truth, s: float, c: float, decayed: bool) -> bool:
    λ, m, widths = float(problem.lambd[0]), problem.shape.m, gradient_tolerances(problem)
    for name, got in answer.blocks.items():
        kind, l = split(name)
        b = problem.parameters[l - 1][1][0]
        decay = λ / m * b.astype(np.longdouble) if decayed and kind == "db" else 0.0
        want = s * true.data[name] + c * (true.l2[name] + decay)
        known = ~np.isnan(want)
        width = widths[name]
        if not width.in_range.all():
            continue
        # M is that of the course's J: at a tie, or in a decayed bias, the value itself is the magnitude
        unit = max(s, c) * width.unit[0] + float(np.finfo(problem.shape.dtype).eps) * np.nanmax(
            np.abs(want), initial=0.0
        )
        with np.errstate(invalid="ignore"):
            if not np.all(np.abs(got.astype(np.longdouble) - want)[known] <= width.C * unit[known]):
                return False
    return True
