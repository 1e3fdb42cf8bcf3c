"""A small number that keeps a logarithm finite, and that the backward pass leaves out: a convention, with a warning.

Narrow: a literal of at most 1e-5 that is neither an argument nor an attribute, within a logarithm of the forward pass;
its effect is at most 1e-3 of every block, and it is proportional to the number at c, c/2 and c/4, in extended
precision. An ``eps`` that a backward pass of batch normalisation forgets is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.interface.entry import Place
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair
from reference.pairs.drawn import Judged
from reference.pairs.reading import RowConclusion, Standings

__all__ = ["FRACTIONS", "LARGEST", "left_out_guard"]

Array = NDArray[Any]
LARGEST = 1e-5
EFFECT = 1e-3  # of every block
FRACTIONS = (1.0, 0.5, 0.25)
LINEAR = 0.05  # by how much an effect may depart from being proportional at c, and a quarter of that at c/2


def left_out_guard(pair: OpenPair, standings: Standings) -> dict[str, tuple[str, Place]]:
    """The gradients that are right but for one guard, on every draw on which they are wrong; and its line."""
    wrong = [row for row in standings.rows if row.conclusion is RowConclusion.WRONG]
    found: dict[str, tuple[str, Place]] = {}
    for row in wrong:
        if not all(block.relative <= EFFECT for _, block in row.shown):
            return {}
        explained: set[int] | None = None
        told: Sequence[Mapping[str, Any]] = ()
        for judged, _ in row.shown:
            told = _asked(pair, judged, row.primal)
            fitting = {int(of["number"]) for of in told if _explains(judged, row.primal, of)}
            explained = fitting if explained is None else explained & fitting
        if not explained:
            return {}
        of = next(of for of in told if int(of["number"]) in explained)
        text = f"{of['literal']} in {of['text']} is left out on the way back"
        found[row.primal] = text, Place(of.get("file") or pair.file, of.get("cell"), int(of["line"]))
    return found


def _asked(pair: OpenPair, judged: Judged, name: str) -> Sequence[Mapping[str, Any]]:
    """Of every literal the derivatives at all entries of a block, with it at its fractions."""
    size = judged.seen.run.primals[name].size
    try:
        told: Sequence[Mapping[str, Any]] = pair.ask(
            "pair_guards",
            check=pair.proposal.check,
            draw=judged.seen.draw.tree(),
            cotangents=list(judged.seen.run.cotangents),
            points=[[name, k] for k in range(min(size, 64))],
            fractions=list(FRACTIONS),
        )
    except (TargetRaised, TargetDied):
        return ()
    return told


def _explains(judged: Judged, name: str, of: Mapping[str, Any]) -> bool:
    """Whether what is wrong with a block goes to nothing with this literal, in proportion."""
    if not 0 < float(of["literal"]) <= LARGEST:
        return False
    derivatives = np.asarray(of["derivatives"], dtype=np.float64)  # (fractions, points)
    if not np.isfinite(derivatives).all():
        return False
    got = np.asarray(judged.seen.run.gradients[name], dtype=np.float64).ravel()[: derivatives.shape[1]]
    if of.get("gradients") is not None:  # the backward pass with the literal at its fractions, too
        own = np.asarray(of["gradients"], dtype=np.float64)
        got = own if np.isfinite(own).all() and np.allclose(own[0], got, 1e-9, 0) else got
    size = float(np.max(np.abs(derivatives), initial=0.0))
    rounding = 4 * judged.seen.estimates[name].allowed(size)
    whole, half, quarter = got - derivatives
    effect = float(np.max(np.abs(whole), initial=0.0))
    if effect > EFFECT * size:
        return False
    first = float(np.max(np.abs(whole - 2 * half), initial=0.0))
    second = float(np.max(np.abs(half - 2 * quarter), initial=0.0))
    return first <= LINEAR * effect + rounding and second <= LINEAR / 2 * effect / 2 + rounding
