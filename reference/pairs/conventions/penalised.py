"""A layer that adds the slope of a penalty to the gradient of a parameter, the penalty being of a loss elsewhere.

Narrow: what comes in is a gradient, a strength by its name is among what is drawn, and all that the gradient has too
much is, on every draw, one multiple of the parameter and one of its sign, neither of which is negative.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from reference.pairs.draws.blocks import BlockStanding
from reference.pairs.draws.drawn import Judged
from reference.pairs.reading import RowConclusion, Standings

__all__ = ["penalised"]

STRENGTH = re.compile(
    r"\w*(?:l_?1|l_?2|reg|lambda?|lambd|lmbda|lamda|decay|penalty|ridge|lasso)(?:$|_|ul|\d)\w*", re.IGNORECASE
)
MULTIPLES = (1.0, 2.0, 0.5)
ALIKE = 1e-9  # of the largest entry
FEWEST = 4  # entries that two multiples cannot hit by chance
TEXT = "is declared, not derived: the slope of a penalty is added, of {}, which this forward pass has not"


def penalised(standings: Standings) -> dict[str, str]:
    """By primal, where all that is wrong with a pair is of this kind on every draw."""
    wrong = [row.primal for row in standings.rows if row.conclusion is RowConclusion.WRONG]
    found = {}
    for name in wrong:
        shown = [j for j in standings.judged if name in j.blocks and j.blocks[name].standing is BlockStanding.WRONG]
        said = {of for judged in shown if judged.seen.run.primals[name].size >= FEWEST for of in [_of(judged, name)]}
        if not all(judged.seen.run.takes_cotangent for judged in shown) or len(said) != 1 or "" in said:
            return {}
        found[name] = TEXT.format(said.pop())
    return found


def _of(judged: Judged, name: str) -> str:
    """The strengths of which what is too much is made; nothing, where it is not made of them."""
    strengths = dict(_strengths(judged.seen.draw.construct)) | dict(_strengths(judged.seen.draw.arguments))
    run = judged.seen.run
    parameter, got = (np.asarray(a, dtype=np.float64).ravel() for a in (run.primals[name], run.gradients[name]))
    for of in judged.heard[name].values():
        known = of.known()
        where = of.entries[known]
        if len(where) < FEWEST:
            continue
        more = got[where] - of.values[known].real.astype(np.float64)
        slopes = np.stack([parameter[where], np.sign(parameter[where])], axis=1)
        times = np.linalg.lstsq(slopes, more, rcond=None)[0]
        off = np.max(np.abs(slopes @ times - more))
        if off > ALIKE * max(1.0, float(np.max(np.abs(got[where])))):
            return ""
        told = [{key for key, s in strengths.items() if _is_of(t, s)} for t in times if abs(t) > 1e-6]
        return " and ".join(key for key in strengths if key in set().union(*told)) if told and all(told) else ""
    return ""


def _is_of(times: float, strength: float) -> bool:
    return any(abs(times - multiple * strength) <= 1e-6 * strength for multiple in MULTIPLES)


def _strengths(given: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    for name, value in given.items():
        if STRENGTH.fullmatch(name) and isinstance(value, float) and value > 0:
            yield name, value
