"""The factor that all gradients of a step have in common: a simple number over how many there are of something."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

__all__ = ["EXACT", "USUAL", "FactorFormula", "counts_of", "formulas_of"]

EXACT = 2e-6
SIMPLE = 64  # the largest denominator of a common factor
USUAL = (Fraction(1), Fraction(2), Fraction(1, 2))


class FactorFormula(NamedTuple):
    """A common factor: a simple number over how many there are of something in the output."""

    number: Fraction
    of: str  # "", "first", "last", "entries"

    def at(self, shape: Sequence[int]) -> Fraction:
        return self.number / counts_of(shape).get(self.of, 1)


def counts_of(shape: Sequence[int]) -> dict[str, int]:
    """What a mean may divide by, by name."""
    found = {"": 1}
    if shape:
        found |= {"first": shape[0], "last": shape[-1]} if len(shape) > 1 else {"entries": shape[0]}
        found |= {"entries": int(np.prod(shape, dtype=int))}
    return found


def formulas_of(common: float, shape: Sequence[int]) -> list[FactorFormula]:
    """Every way to have a factor, the plainest first; none where it is no simple number."""
    found = []
    for of, count in counts_of(shape).items():
        number = _fraction(abs(common) * count)
        if number is not None:
            found.append(FactorFormula(number, of))
    return sorted(found, key=lambda f: (f.number not in USUAL, f.number.numerator * f.number.denominator))


def _fraction(size: float) -> Fraction | None:
    for candidate in (Fraction(size).limit_denominator(SIMPLE), Fraction(1 / size).limit_denominator(SIMPLE)):
        for found in (candidate, 1 / candidate) if candidate else ():
            if abs(float(found) - size) <= EXACT * size:
                return found
    return None
