"""A step where a gradient is looked for: what is answered is the gradient times the rate that the function is handed.

Narrow: the rate is an argument of its own, by its name, and every gradient that is wrong is exactly that many times the
right one on every draw, or as many times less where it goes down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from reference.pairs.draws.drawn import Judged
from reference.pairs.reading import RowConclusion, Standings

__all__ = ["stepped"]

RATE = re.compile(r"_*(?:lr|l_?rate|learning_?rate|learn_?rate|eta|step_?size)", re.IGNORECASE)
TEXT = "is declared, not derived: it is the step down, the gradient times −{}"
UPWARDS = "is declared, not derived: it is the gradient times {}"


def stepped(standings: Standings) -> dict[str, str]:
    """By primal, where all that is wrong with a pair is of this kind on every draw."""
    wrong = [row.primal for row in standings.rows if row.conclusion is RowConclusion.WRONG]
    found = {}
    for name in wrong:
        said = [set(_of(judged, name)) for judged in standings.judged if name in judged.blocks]
        alike = set.intersection(*said) if said else set()
        if not alike:
            return {}
        found[name] = min(alike)
    return found


def _of(judged: Judged, name: str) -> Iterator[str]:
    given = judged.seen.draw.arguments
    rates = {key: value for key, value in given.items() if RATE.fullmatch(key) and isinstance(value, float)}
    got = np.asarray(judged.seen.run.gradients[name], dtype=np.float64).ravel()
    for key, rate in rates.items():
        for text, factor in ((TEXT, -rate), (UPWARDS, rate)):
            if abs(factor) not in (0.0, 1.0) and all(
                np.all(
                    np.abs(got[of.entries[known]] - factor * of.values[known].real)
                    <= judged.seen.estimates[name].allowed() + of.bounds[known]
                )
                for of in judged.heard[name].values()
                if (known := of.known()).any()
            ):
                yield text.format(key)
