"""A small number that keeps a logarithm finite, and that the backward pass leaves out: a convention, with a warning.

Narrow: a literal of at most 1e-5, which may be the default of an argument, within a logarithm of the forward pass; its
effect is at most 1e-3 of every block, and it is proportional to the number at c, c/2 and c/4, in extended
precision. An ``eps`` that a backward pass of batch normalisation forgets is none. The same number on the way back, with
another sign or in another place, is made smaller together with it; so is any of at most 1e-10 that is added, which may
have a larger effect where a variance is next to nothing. And so is one that only the way back has, as in x / (x² + c).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.interface.entry import Place
from reference.interface.pair import OpenPair
from reference.pairs.conventions.literals import answers_by_literal, place_of
from reference.pairs.draws.drawn import Judged
from reference.pairs.reading import RowConclusion, Standings

__all__ = ["FRACTIONS", "LARGEST", "left_out_guard"]

Array = NDArray[Any]
LARGEST, TINY = 1e-5, 1e-10
EFFECT = 1e-3  # of every block, and of a block at other draws where at one there is next to nothing of it
FRACTIONS = (1.0, 0.5, 0.25)
LINEAR = 0.05  # by how much an effect may depart from being proportional at c, and a quarter of that at c/2


def left_out_guard(pair: OpenPair, standings: Standings) -> dict[str, tuple[str, Place]]:
    """The gradients that are right but for one guard, on every draw on which they are wrong; and its line."""
    wrong = [row for row in standings.rows if row.conclusion is RowConclusion.WRONG]
    found: dict[str, tuple[str, Place]] = {}
    for row in wrong:
        sizes = [float(np.max(np.abs(judged.seen.run.gradients[row.primal]), initial=0.0)) for judged, _ in row.shown]
        nothing = EFFECT * max(sizes, default=0.0)  # as of two rows that are normalised: what is left is of the guard
        if not any(block.relative <= EFFECT for _, block in row.shown):
            return {}
        explained: set[int] | None = None
        told: Sequence[Mapping[str, Any]] = ()
        for (judged, _), size in zip(row.shown, sizes, strict=True):
            told = answers_by_literal(pair, judged, row.primal, FRACTIONS)
            least = 0.0 if size > nothing else max(sizes)
            fitting = {int(of["number"]) for of in told if _explains(judged, row.primal, of, least)}
            explained = fitting if explained is None else explained & fitting
        if not explained:
            return {}
        of = next(of for of in told if int(of["number"]) in explained)
        how = "is not what stands" if "gradients" in of else "is left out"
        how = "stands in no forward pass: it keeps a divisor from zero" if of.get("behind") else how
        text = f"{of['literal']} in {of['text']} {how}{'' if of.get('behind') else ' on the way back'}"
        found[row.primal] = text, place_of(pair, of)
    return found


def _explains(judged: Judged, name: str, of: Mapping[str, Any], least: float) -> bool:
    """Whether what is wrong with a block goes to nothing with this literal, in proportion; ``least``: its size."""
    if not 0 < float(of["literal"]) <= LARGEST:
        return False
    derivatives = np.asarray(of["derivatives"], dtype=np.float64)  # (fractions, points)
    if not np.isfinite(derivatives).all():
        return False
    got = np.asarray(judged.seen.run.gradients[name], dtype=np.float64).ravel()[: derivatives.shape[1]]
    answered = np.asarray(of.get("gradients", [got] * len(derivatives)), dtype=np.float64)  # with it smaller there, too
    if answered.shape != derivatives.shape or not np.isfinite(answered).all():
        return False
    size = float(np.max(np.abs(derivatives), initial=0.0))
    if of.get("behind") and np.ptp(derivatives, axis=0).max(initial=0.0) > judged.seen.estimates[name].allowed(size):
        return False  # the forward pass has it, and it is forgotten on the way back
    rounding = 4 * judged.seen.estimates[name].allowed(size)
    whole, half, quarter = answered - derivatives
    effect = float(np.max(np.abs(whole), initial=0.0))
    if effect > EFFECT * max(size, least) and float(of["literal"]) > TINY:
        return False
    first = float(np.max(np.abs(whole - 2 * half), initial=0.0))
    second = float(np.max(np.abs(half - 2 * quarter), initial=0.0))
    return first <= LINEAR * effect + rounding and second <= LINEAR / 2 * effect / 2 + rounding
