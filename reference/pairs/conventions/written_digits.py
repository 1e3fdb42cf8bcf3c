"""A number of which a program has only so many digits, as 0.1070322243: right to the last of them, with a warning.

Narrow: it is written with at least six digits, and one change of it by less than one unit of the last digit, as
rounding or cutting off makes it, takes away all that is wrong, on every draw the same change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reference.interface.entry import Place
from reference.interface.pair import OpenPair
from reference.pairs.conventions.literals import answers_by_literal, place_of
from reference.pairs.draws.drawn import Judged
from reference.pairs.reading import RowConclusion, Standings

__all__ = ["written_digits"]

EFFECT = 1e-5  # of every block
FROM, TO = -0.55, 1.05  # units: what is rounded lies half a one on either side, what is cut off one further out
SAME = 0.1  # units between two draws


def written_digits(pair: OpenPair, standings: Standings) -> dict[str, tuple[str, Place]]:
    """The gradients that are right but for the digits that one number has, on every draw on which they are wrong."""
    found: dict[str, tuple[str, Place]] = {}
    for row in (row for row in standings.rows if row.conclusion is RowConclusion.WRONG):
        if any(block.infinite or block.relative > EFFECT for _, block in row.shown):
            return {}
        steps: dict[int, list[float]] = {}
        told: Sequence[Mapping[str, Any]] = ()
        for judged, _ in row.shown:
            told = answers_by_literal(pair, judged, row.primal)
            for of in told:
                step = _step(judged, row.primal, of)
                if step is not None:
                    steps.setdefault(int(of["number"]), []).append(step)
        right = [k for k, each in steps.items() if len(each) == len(row.shown) and max(each) - min(each) <= SAME]
        if not right:
            return {}
        of = next(of for of in told if int(of["number"]) == right[0])
        text = f"it is right to the digits that {of['literal']} is written with in line {of['line']}"
        found[row.primal] = text, place_of(pair, of)
    return found


def _step(judged: Judged, name: str, of: Mapping[str, Any]) -> float | None:
    """By how many units a number has to be changed for the gradient to be right; None where no change makes it so."""
    derivatives = np.asarray(of["derivatives"], dtype=np.float64)  # (2, points)
    gradients = np.asarray(of["gradients"], dtype=np.float64)
    if derivatives.shape != gradients.shape or not (np.isfinite(derivatives).all() and np.isfinite(gradients).all()):
        return None
    off, further = gradients - derivatives
    change = further - off
    rounding = 4 * judged.seen.estimates[name].allowed(float(np.max(np.abs(derivatives), initial=0.0)))
    if float(np.max(np.abs(change), initial=0.0)) <= rounding:
        return None
    step = -float(off @ change) / float(change @ change)
    left = float(np.max(np.abs(off + step * change), initial=0.0))
    return step if FROM <= step <= TO and left <= rounding else None
