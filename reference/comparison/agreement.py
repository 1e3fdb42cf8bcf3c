"""Who agrees with whom: the worst relative difference of any block, with the output and the case where it occurs.

A block counts where its tolerance is at most ``RESOLUTION`` of its largest entry: elsewhere two right programs may
differ as they please, and a relative difference says nothing. Two agree where every such block is within 2 C·u·M.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from manual_backprop.magnitudes import RESOLUTION
from reference.comparison.answers import Answer, Participant
from reference.comparison.pool import AskedProblem, paired

__all__ = ["Pair", "agreement"]


class Pair(NamedTuple):
    """Two targets over the cases of one dtype that both answered."""

    first: str
    second: str
    dtype: str
    cases: int
    blocks: int
    difference: float  # relative to the block's largest entry; 0: bit for bit
    output: str
    checks: tuple[str, str]
    case: str
    agree: bool


def agreement(
    targets: Sequence[str], asked: Sequence[AskedProblem], answers: dict[Participant, dict[int, Answer]]
) -> list[Pair]:
    """Every two targets, once for each dtype in which both answered something."""
    found: dict[tuple[str, str, str], Pair] = {}
    for first, second in combinations(targets, 2):
        seen: dict[str, set[int]] = {}
        for one, other, k in paired(answers, first, second):
            problem = asked[k].problem
            dtype = problem.shape.dtype
            seen.setdefault(dtype, set()).add(k)
            for name, difference, agree in _blocks(answers[one][k], answers[other][k], asked[k]):
                pair = found.get((first, second, dtype)) or Pair(
                    first, second, dtype, 0, 0, -1.0, "", ("", ""), "", True
                )
                pair = pair._replace(blocks=pair.blocks + 1, agree=pair.agree and agree)
                if difference > pair.difference:
                    checks = (one.check, other.check)
                    pair = pair._replace(difference=difference, output=name, checks=checks, case=str(problem.cases[0]))
                found[first, second, dtype] = pair._replace(cases=len(seen[dtype]))
    return list(found.values())


def _blocks(one: Answer, other: Answer, asked: AskedProblem) -> list[tuple[str, float, bool]]:
    """Each block that both returned: its name, the relative difference, and whether that is rounding."""
    found, widths = [], asked.tolerances
    for name in one.blocks.keys() & other.blocks.keys():
        a, b = (answer.blocks[name].astype(np.float64) for answer in (one, other))
        width = widths[name]
        with np.errstate(invalid="ignore", over="ignore"):
            off = np.abs(a - b)
            alike = (a == b) | (np.isnan(a) & np.isnan(b))  # ∞ − ∞ is NaN
            off = np.where(alike, 0.0, np.where(np.isnan(off), np.inf, off))
            largest = float(np.max(np.abs(np.where(np.isfinite([a, b]), [a, b], 0.0)), initial=0.0))
        beyond = bool(np.any(off > 2 * width.width[0]))
        resolved = np.max(width.width) <= RESOLUTION * largest
        if resolved or beyond:
            found.append((name, float(off.max()) / largest if largest else float(off.max() > 0), not beyond))
    return sorted(found)
