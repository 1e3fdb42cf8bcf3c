"""A backward pass that the file itself says to be another derivative: held to what every backward pass must be.

``@pair(surrogate=True)`` takes it out of the comparison with its forward pass, not out of judging: what it answers must
be linear in the gradient that comes in, as that of a surrogate and of a straight-through estimator is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair
from reference.pairs.draws.observation import PairRun
from reference.pairs.reading import RowConclusion, Standings

__all__ = ["DECLARED", "UNLIKE_ANY", "declared_of"]

DECLARED = "is another derivative than its forward pass has, as @pair(surrogate=True) says"
UNLIKE_ANY = (
    "is no derivative at all, whatever @pair(surrogate=True) says: it is not linear in the gradient that comes in"
)
ROUNDING = 1e-9  # of a block, of sums that are taken in another order
FACTORS = (2.0, -0.5)


def declared_of(pair: OpenPair, standings: Standings) -> dict[str, bool]:
    """The gradients that are wrong, and said to be another derivative: whether each is linear in what comes in."""
    wrong = [row.primal for row in standings.rows if row.conclusion is RowConclusion.WRONG]
    if not pair.proposal.said.get("surrogate") or not standings.judged:
        return {}
    first = standings.judged[0].seen
    given = first.run.takes_cotangent
    return {name: not given or _is_linear(pair, first.draw.tree(), first.run, name) for name in wrong}


def _is_linear(pair: OpenPair, draw: Mapping[str, Any], run: PairRun, name: str) -> bool:
    """A multiple of what comes in, and a sum of two, give the multiple and the sum."""
    one = [np.asarray(cotangent, dtype=np.float64) for cotangent in run.cotangents]
    other = [np.random.RandomState(k).standard_normal(cotangent.shape) for k, cotangent in enumerate(one)]
    try:
        of_one, of_other = (_answer(pair, draw, run, cotangents, name) for cotangents in (one, other))
        of_sum = _answer(pair, draw, run, [a + b for a, b in zip(one, other, strict=True)], name)
        multiples = [_answer(pair, draw, run, [factor * c for c in one], name) for factor in FACTORS]
    except (TargetRaised, TargetDied, KeyError):
        return False
    pairs = [(of_sum, of_one + of_other), *((m, f * of_one) for m, f in zip(multiples, FACTORS, strict=True))]
    return all(_alike(got, wanted) for got, wanted in pairs)


def _answer(
    pair: OpenPair, draw: Mapping[str, Any], run: PairRun, cotangents: list[NDArray[Any]], name: str
) -> NDArray[Any]:
    told = pair.ask(
        "pair_beside",
        check=pair.proposal.check,
        draw=draw,
        primals=dict(run.primals),
        cotangents=cotangents,
        kind="plain",
    )
    return np.asarray(told["gradients"][name], dtype=np.float64)


def _alike(got: NDArray[Any], wanted: NDArray[Any]) -> bool:
    size = float(np.max(np.abs(wanted), initial=0.0))
    return got.shape == wanted.shape and bool(np.max(np.abs(got - wanted), initial=0.0) <= ROUNDING * size)
