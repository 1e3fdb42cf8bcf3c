"""An open pair made by hand from a planted source: the asks of repair answered in this process, with NumPy itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from reference.interface.pair import OpenPair, PairDraw, PairKind, Proposal
from reference.pairs.causes.evidence import DrawEvidence
from reference.targets.pairs.edits.adjoints import adjoints
from reference.targets.pairs.edits.statements import statements
from reference.targets.pairs.edits.variants import Variants, difference
from reference.targets.pairs.prepared import PairGradients, Prepared
from reference.targets.reading.namespace import load
from reference.targets.reading.source import read
from tests.reference.pairs.planted import Planted

__all__ = ["HandMade", "opened"]


class HandMade:
    """A loaded planted source, and what is asked of it."""

    def __init__(self, planted: Planted, path: Path) -> None:
        path.write_text(planted.text())
        self.planted, self.path = planted, path
        self.names = load(path, read(path), np).names
        self.known: Variants | None = None

    def prepared(self, draw: Mapping[str, Any]) -> tuple[Prepared, list[Any]]:
        planted, names = self.planted, self.names
        primals = {name: np.array(draw["arguments"][name], dtype=float) for name in planted.of}
        forward, backward = names[planted.forward], names[planted.backward]

        def call(given: Mapping[str, Any]) -> Any:
            return forward(**{**draw["arguments"], **{name: np.array(value) for name, value in given.items()}})

        def run(given: Mapping[str, Any]) -> list[Any]:
            return [call(given)[0]]

        def both(given: Mapping[str, Any], cotangents: Any) -> PairGradients:
            first = call(given)
            found = first[1:] if planted.value else backward(np.array(cotangents[0]), first[1])
            found = found if isinstance(found, tuple) else (found,)
            return PairGradients(dict(zip(planted.of, found, strict=True)), {name: f"d{name}" for name in planted.of})

        out = np.asarray(run(primals)[0])
        cotangent = np.ones(()) if planted.value else np.random.RandomState(draw["seed"]).randn(*out.shape)
        return Prepared(primals, run, both, not planted.value), [cotangent]

    def variants(self, draw: Any) -> Variants:
        if self.known is None:
            self.known = Variants(
                self.prepared, draw, lambda file: file == str(self.path), self.planted.backward, both=self.planted.value
            )
        return self.known

    def ask(self, question: str, check: str = "", **details: Any) -> Any:
        if question == "pair_edits":
            return self.variants(details["draw"]).of(details["which"], details["wrong"])
        if question == "pair_edited":
            assert self.known is not None
            return self.known.run(**details)
        if question == "pair_statements":
            return statements(self.variants(details["draw"]).units)
        assert question == "pair_adjoints"
        pair, cotangents = self.prepared(details["draw"])
        known = self.variants(details["draw"])
        return adjoints(pair, cotangents, known.units, lambda file: file == str(self.path))


def opened(planted: Planted, folder: Path) -> tuple[OpenPair, list[DrawEvidence], list[str]]:
    """The pair, three draws of evidence, and the primals whose gradients are wrong."""
    made = HandMade(planted, folder / "layers.py")
    proposal = Proposal(planted.backward, PairKind.FUNCTION, planted.forward, planted.backward)
    evidence = []
    for k in range(3):
        draw = PairDraw(planted.arguments(np.random.RandomState(k + 1), k), seed=k)
        pair, cotangents = made.prepared(draw.tree())
        returned = pair.backward(pair.primals, cotangents)
        want = {name: _truth(pair, cotangents, name) for name in pair.primals}
        allowed = {name: 1e-7 * max(1e-3, float(np.abs(g).max())) for name, g in want.items()}
        evidence.append(
            DrawEvidence(
                draw, pair.primals, tuple(cotangents), returned.gradients, want, allowed, returned.called, f"draw {k}"
            )
        )
    wrong = [n for n in planted.of if any(not e.right(n, e.got[n]) for e in evidence)]
    return OpenPair(proposal, made.ask, "layers.py", "layers.py"), evidence, wrong


def _truth(pair: Prepared, cotangents: list[Any], name: str) -> Any:
    found = np.zeros_like(pair.primals[name])
    for index in np.ndindex(found.shape):

        def value(t: float, index: Any = index) -> float:
            moved = pair.primals[name].copy()
            moved[index] += t
            outputs = pair.forward({**pair.primals, name: moved})
            return float(sum(np.sum(o * c) for o, c in zip(outputs, cotangents, strict=True)))

        found[index] = difference(value, 1e-4)
    return found
