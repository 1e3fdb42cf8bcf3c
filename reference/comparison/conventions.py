"""Does an implementation follow another convention: another J, or another slope where there is none?

It does where every entry of every case is the truth of that J to rounding, and of no J with fewer departures.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from reference.cases.problem import Problem
from reference.cases.quantities import split
from reference.comparison.answers import Answer
from reference.comparison.pool import AskedProblem
from reference.comparison.truth import Truth, truth
from reference.findings.conventions import Convention, Term, conventions_of
from reference.judging.tolerance import gradient_tolerances

__all__ = ["follows"]

TERMS = (Term.MEAN, Term.PENALTY, Term.BIASES, Term.SLOPE)  # one departure in each, at most
KINKED = ("relu", "leaky_relu")

Departures = tuple[Convention, ...]


def follows(asked: Sequence[AskedProblem], answers: Mapping[int, Answer]) -> list[Departures]:
    """The conventions that explain every answer: those with the fewest departures.

    Empty where none does, or where the course's own does.
    """
    problems = [(asked[k], answer) for k, answer in answers.items() if answer.blocks and asked[k].truth is not None]
    if not problems:
        return []
    problems.sort(key=lambda pair: -_telling(pair[0].problem))
    ways = itertools.product(*((None, *conventions_of(term)) for term in TERMS))
    fewest_first = sorted((tuple(c for c in way if c is not None) for way in ways), key=len)
    found: list[Departures] = []
    for departures in fewest_first:
        if found and len(departures) > len(found[0]):
            break
        if all(_fits(one, answer, departures) for one, answer in problems):
            found.append(departures)
    return [departures for departures in found if departures]


def _telling(problem: Problem) -> float:
    """Cases that are likely to tell conventions apart come first."""
    return float(problem.shape.m > 1) + float(problem.lambd[0] > 0) + float(problem.cases[0].bias == "zero")


def _fits(one: AskedProblem, answer: Answer, departures: Departures) -> bool:
    m = float(one.problem.shape.m)
    s, c = np.prod([d.data(m) for d in departures]), np.prod([d.penalty(m) for d in departures])
    at_zero = next((d.at_zero for d in departures if d.at_zero is not None), None)
    decayed = any(d.biases for d in departures)
    return _equal(one.problem, answer, _true(one, at_zero), float(s), float(c), decayed)


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
