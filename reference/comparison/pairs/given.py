"""What an implementation is given so that it stands on the inputs of the first one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.comparison.pairs.turning import Turn
from reference.interface.pair import OpenPair, PairDraw
from reference.pairs.draws.observation import PairRun

__all__ = ["First", "Given", "filled", "leaves_of", "seated"]

Array = NDArray[Any]


class First(NamedTuple):
    """A draw of the first implementation that runs, and its run."""

    draw: PairDraw
    run: PairRun
    case: str


class Given(NamedTuple):
    """Another's draw. ``primals``: values for parameters that no argument holds; ``turns``: of each of its primals the
    first one's, and how that becomes it; ``outputs``: the same of its outputs, in their order.
    """

    draw: PairDraw
    primals: Mapping[str, Array]
    turns: Mapping[str, tuple[str, Turn]]
    outputs: tuple[Turn, ...] = ()

    def cotangents(self, first: First) -> list[Array]:
        """The first one's, in the layout of the other's outputs."""
        return [turn.there(c) for turn, c in zip(self.outputs, first.run.cotangents, strict=True)]


def seated(pair: OpenPair, given: Given, cotangents: list[Array] | None) -> OpenPair:
    """The same pair, whose runs are all at these values of its parameters, and with these cotangents."""

    def ask(ask: str, **question: Any) -> Any:
        if ask != "pair_run":
            return pair.ask(ask, **question)
        return pair.ask("pair_beside", **question, primals=dict(given.primals), cotangents=cotangents)

    return pair._replace(ask=ask)


def leaves_of(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Arrays, numbers and tuples of numbers by their dotted names."""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from leaves_of(value, f"{prefix}{name}.")
        elif isinstance(value, list | tuple) and any(isinstance(v, np.ndarray | Mapping) for v in value):
            yield from leaves_of({str(k): v for k, v in enumerate(value)}, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def filled(tree: Any, given: Mapping[str, Any], prefix: str = "") -> Any:
    """The tree with other values in the places of these leaves."""
    if isinstance(tree, Mapping):
        return {name: filled(v, given, f"{prefix}{name}.") for name, v in tree.items()}
    if isinstance(tree, list | tuple) and any(isinstance(v, np.ndarray | Mapping) for v in tree):
        return type(tree)(filled(v, given, f"{prefix}{k}.") for k, v in enumerate(tree))
    return given.get(prefix[:-1], tree)
