"""A prepared pair held to central differences of its own forward pass, with NumPy itself as the kind."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import numpy as np

from reference.interface.pair import PairDraw, Proposal
from reference.targets.pairs.objects.layers import prepare_object
from reference.targets.pairs.prepared import PairGradients, Prepared
from reference.targets.pairs.proposing.classes import class_proposals
from reference.targets.reading.namespace import load
from reference.targets.reading.source import read
from reference.targets.stand_in.plain import PlainKind

PLAIN = PlainKind()


def proposals(folder: Path, source: str, **siblings: str) -> dict[str, Proposal]:
    return {proposal.check: proposal for proposal in class_proposals(*_loaded(folder, source, siblings))}


def _loaded(folder: Path, source: str, siblings: dict[str, str]) -> Any:
    for name, text in siblings.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text))
    path = folder / "layers.py"
    path.write_text("import numpy as np\n" + textwrap.dedent(source))
    cells = read(path)
    return cells, load(path, cells, np)


def prepared(
    folder: Path, source: str, check: str, arguments: dict[str, Any], construct: dict[str, Any] | None = None,
    reading: dict[str, str] | None = None, seed: int = 3, **siblings: str,
) -> Prepared:  # fmt: skip
    cells, loaded = _loaded(folder, source, siblings)
    found = {proposal.check: proposal for proposal in class_proposals(cells, loaded)}
    draw = PairDraw(arguments, construct or {}, seed, reading or {})
    return prepare_object(found[check], loaded, draw, PLAIN)


def cotangents(pair: Prepared) -> list[np.ndarray]:
    if not pair.takes_cotangent:
        return [np.array(1.0)]
    random = np.random.RandomState(7)
    return [random.standard_normal(np.shape(output)) for output in pair.forward(pair.primals)]


def truth(pair: Prepared, name: str) -> np.ndarray:
    """The derivative by one primal of the outputs times their cotangents, by central differences."""
    given, nudge = cotangents(pair), 1e-5

    def total(value: np.ndarray) -> float:
        outputs = pair.forward(pair.primals | {name: value})
        return sum(float(np.sum(c * output)) for c, output in zip(given, outputs, strict=True))

    at = pair.primals[name]
    slopes = np.zeros(at.shape)
    for index in np.ndindex(at.shape):
        step = np.zeros(at.shape)
        step[index] = nudge
        slopes[index] = (total(at + step) - total(at - step)) / (2 * nudge)
    return slopes


def wrong(pair: Prepared) -> set[str]:
    """The primals whose gradient is not that of the forward pass."""
    answer = pair.backward(pair.primals, cotangents(pair))
    return {name for name, gradient in answer.gradients.items() if not _agrees(gradient, truth(pair, name))}


def _agrees(gradient: Any, slope: np.ndarray) -> bool:
    return np.shape(gradient) == slope.shape and np.allclose(gradient, slope, rtol=1e-6, atol=1e-7)


def called(pair: Prepared) -> dict[str, str]:
    answer: PairGradients = pair.backward(pair.primals, cotangents(pair))
    return answer.called
