"""A gradient of several arguments together: right where a caller hands one array for all of them, as keys and values.

Narrow: it is returned under no name of its own, the others of these arguments have no gradient at all, and on every
draw on which it is no gradient of its argument alone it is the sum of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reference.interface.pair import OpenPair
from reference.pairs.draws.drawn import Judged
from reference.pairs.draws.points import Asked
from reference.pairs.draws.testimony import Silent, complex_step
from reference.pairs.reading import RowConclusion, Standings

__all__ = ["of_several_together"]

TEXT = "it is the gradient of {} together, which are to be handed one and the same array"
ENTRIES = 24


def of_several_together(pair: OpenPair, standings: Standings) -> dict[str, str]:
    """The gradients that are right up to this convention, and what is said of it."""
    given = [parameter.name for parameter in pair.proposal.takes]
    found = {}
    for row in standings.rows:
        if row.conclusion is not RowConclusion.WRONG:
            continue
        first, _ = row.shown[0]
        primals, gradients = first.seen.run.primals, first.seen.run.gradients
        others = [
            name
            for name in given
            if name in primals and name not in gradients and primals[name].shape == primals[row.primal].shape
        ]
        if row.primal not in given or not others:
            return {}
        if not all(_is_the_sum(pair, judged, row.primal, others) for judged, _ in row.shown):
            return {}
        found[row.primal] = TEXT.format(" and ".join((row.primal, *others)))
    return found


def _is_the_sum(pair: OpenPair, judged: Judged, name: str, others: Sequence[str]) -> bool:
    seen = judged.seen
    got = np.asarray(seen.run.gradients[name], dtype=np.float64).ravel()
    entries = np.unique(np.linspace(0, got.size - 1, min(got.size, ENTRIES)).astype(int))
    answer = complex_step(pair, seen, {each: Asked(entries, None) for each in (name, *others)})
    if isinstance(answer, Silent):
        return False
    whole = np.sum([of.values for of in answer.values()], axis=0)
    bounds = np.sum([of.bounds for of in answer.values()], axis=0)
    allowed = (1 + len(others)) * seen.estimates[name].allowed(float(np.max(np.abs(whole), initial=0.0)))
    return bool(np.all(np.abs(got[entries] - whole) <= allowed + bounds))
