"""Little files of one text, opened as a target's process opens them, and central differences of what stands in them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import numpy as np

from reference.interface.pair import PairDraw, Proposal
from reference.targets.pairs.prepared import PairGradients, Prepared
from reference.targets.pairs.preparing import prepare
from reference.targets.pairs.proposing.proposals import proposals_of
from reference.targets.reading.namespace import Loaded, load
from reference.targets.reading.source import Cell
from reference.targets.stand_in.plain import PlainKind

__all__ = ["Opened", "opened", "wrong_by"]


class Opened(NamedTuple):
    """A loaded text with its proposals."""

    loaded: Loaded
    proposals: dict[str, Proposal]

    def prepared(self, check: str, *, of: str = "", seed: int = 3, **arguments: Any) -> Prepared:
        draw = PairDraw(arguments, seed=seed, reading={"of": of} if of else {})
        return prepare(self.proposals[check], self.loaded, draw, PlainKind())


def opened(text: str) -> Opened:
    cells = [Cell(None, "import numpy as np\n" + dedent(text))]
    loaded = load(Path("nowhere.py"), cells, np)
    return Opened(loaded, proposals_of(cells, loaded))


def wrong_by(pair: Prepared) -> tuple[dict[str, float], PairGradients]:
    """The largest difference of each gradient from central differences; infinity where the shape is another."""
    rng = np.random.RandomState(7)
    outputs = pair.forward(pair.primals)
    cotangents = [rng.standard_normal(np.shape(o)) if pair.takes_cotangent else 1.0 for o in outputs]
    returned = pair.backward(pair.primals, cotangents)
    found = {}
    for name, gradient in returned.gradients.items():
        want = _differences(pair, name, cotangents)
        same = np.shape(gradient) == want.shape
        found[name] = float(np.max(np.abs(gradient - want), initial=0)) if same else np.inf
    return found, returned


def _differences(pair: Prepared, name: str, cotangents: list[Any], step: float = 1e-5) -> np.ndarray:
    want = np.zeros(pair.primals[name].shape)
    for k in np.ndindex(want.shape):
        ends = []
        for nudge in (step, -step):
            primals = {other: value.copy() for other, value in pair.primals.items()}
            primals[name][k] += nudge
            ends.append(sum(float(np.sum(c * o)) for c, o in zip(cotangents, pair.forward(primals), strict=True)))
        want[k] = (ends[0] - ends[1]) / (2 * step)
    return want
