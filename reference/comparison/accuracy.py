"""How far each implementation is from the truth: in ULPs, and in units of the derived bound u · M.

An ULP is the spacing of the target's own dtype at the true value. Where terms cancel, no program can be right to a few
ULPs: u · M says what is unavoidable there, and ULPs are counted where M ≤ ``CONDITION`` |g|.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.cases.problem import Problem
from reference.comparison.answers import Answer, Participant
from reference.comparison.pool import AskedProblem
from reference.judging.tolerance import Tolerance

__all__ = ["ALL", "CONDITION", "AccuracyRow", "Errors", "accuracy", "errors"]

CONDITION = 100
ALL = "*"


class Errors(NamedTuple):
    """The errors of one block, entry by entry; flat, over the entries that the truth was asked for."""

    ulps: NDArray[np.float64]  # of the well-conditioned entries
    units: NDArray[np.float64]  # u · M; C and fewer are right
    C: float


class AccuracyRow(NamedTuple):
    """One output of one function over the cases of one dtype; ``ALL`` of either stands for all together."""

    who: Participant
    dtype: str
    output: str
    cases: int
    coordinates: int
    worst_ulps: float
    median_ulps: float
    worst_error: float  # in units of u · M
    wrong: int  # cases with an entry beyond C · u · M
    case: str  # where the worst error is
    median_error: float = 0.0  # in units of u · M


def errors(got: NDArray[Any], want: NDArray[Any], problem: Problem, width: Tolerance) -> Errors:
    """``got`` and ``want`` are ``(n, k)``; entries of ``want`` that are NaN were not asked for."""
    asked = ~np.isnan(want) & width.in_range[0]
    true, unit = want[asked], width.unit[0][asked]
    info = np.finfo(problem.shape.dtype)
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.abs(got[asked].astype(np.longdouble) - true)
        off = np.where(np.isfinite(off), off, np.inf)
        spacing = np.spacing(np.abs(true).astype(info.dtype)).astype(np.longdouble)
        fair = (np.abs(true) >= info.tiny) & (unit <= CONDITION * float(info.eps) * np.abs(true))
        return Errors((off / spacing)[fair].astype(np.float64), (off / unit).astype(np.float64), width.C)


@dataclass
class _Sum:
    ulps: list[NDArray[np.float64]] = field(default_factory=list)
    units: list[NDArray[np.float64]] = field(default_factory=list)
    cases: set[int] = field(default_factory=set)
    coordinates: int = 0
    worst: float = -1.0
    wrong: set[int] = field(default_factory=set)
    case: str = ""

    def add(self, k: int, found: Errors, problem: Problem) -> None:
        worst = float(found.units.max())
        self.ulps.append(found.ulps)
        self.units.append(found.units)
        self.cases.add(k)
        self.coordinates += found.units.size
        if worst > found.C:
            self.wrong.add(k)
        if worst > self.worst:
            self.worst, self.case = worst, str(problem.cases[0])


def accuracy(asked: Sequence[AskedProblem], answers: Mapping[Participant, Mapping[int, Answer]]) -> list[AccuracyRow]:
    """A row for each function, dtype and output, and for all functions and all outputs of a target together."""
    sums: dict[tuple[Participant, str, str], _Sum] = defaultdict(_Sum)
    for who, mine in answers.items():
        for k, answer in mine.items():
            problem, truth, widths = asked[k]
            if truth is None:
                continue
            for name, want in truth.total().items():
                if name not in answer.blocks:
                    continue
                found = errors(answer.blocks[name], want, problem, widths[name])
                if not found.units.size:
                    continue
                for check, output in itertools.product((who.check, ALL), (name, ALL)):
                    sums[Participant(who.target, check), problem.shape.dtype, output].add(k, found, problem)
    return [_row(key, row) for key, row in sums.items()]


def _row(key: tuple[Participant, str, str], row: _Sum) -> AccuracyRow:
    ulps = np.concatenate(row.ulps) if row.ulps else np.zeros(0)
    worst, median = (float(f(ulps)) if ulps.size else 0.0 for f in (np.max, np.median))
    middle = float(np.median(np.concatenate(row.units)))
    return AccuracyRow(
        *key, len(row.cases), row.coordinates, worst, median, row.worst, len(row.wrong), row.case, middle
    )
