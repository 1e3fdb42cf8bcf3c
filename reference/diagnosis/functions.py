"""What is said of one function of a file, judged by itself: of a cost, and of a forward pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reference.cases.quantities import split
from reference.diagnosis.causes import Cause
from reference.diagnosis.evaluate import value_of
from reference.diagnosis.explain import Root, explain
from reference.diagnosis.mistakes import LINES, line_of, of_layer
from reference.diagnosis.observed import usable
from reference.diagnosis.scene import Scene, forward_order
from reference.diagnosis.ways import Mistake

__all__ = ["cause_of_cost", "cause_of_forward", "mistakes_of_cost"]

ROUNDING = 1e-13  # of the cost: a few hundred roundings, since its terms may be larger than their sum
NEVER = 4  # mistakes: a dropout pass of four layers may forget mask and scale in every hidden one


def mistakes_of_cost(s: Scene, got: np.ndarray) -> tuple[tuple[Mistake, ...], ...] | None:
    """The ways in which a cost may have come about that is wrong: none where nothing explains it; ``None`` where it
    is right.
    """
    roots = explain((s,), [{"cost": got.reshape(())}], names=("cost",), close=ROUNDING)
    return next((root.ways for root in roots), None)


def cause_of_cost(s: Scene, got: np.ndarray) -> Cause | None:
    """What is said of a cost; ``None`` where it is right."""
    ways = mistakes_of_cost(s, got)
    if ways is None:
        return None
    if not ways:
        text = f"gives {got.ravel()[0]:.6g} where {float(value_of(s, 'cost')):.6g} is owed: by no mistake that is known"
        return Cause("cost", "MB802", "unexplained", text)
    mistakes, texts = ways[0], tuple(_of_cost(way) for way in ways)
    conventions = tuple(m.filling.convention for m in mistakes if m.filling.convention is not None)
    parts = {m.part for way in ways for m in way}
    return Cause(
        "cost", mistakes[0].code, "exactly" if len(ways) == 1 else "consistent", " or ".join(texts),
        candidates=texts if len(ways) > 1 else (),
        part=parts.pop() if len(parts) == 1 else "whole",
        conventions=conventions if len(conventions) == len(mistakes) else (),  # else it is wrong in any convention
    )  # fmt: skip


def _of_cost(way: Sequence[Mistake]) -> str:
    """All that is wrong with a cost, as one phrase."""
    first, *others = (f"convention: {m.text}" if m.filling.convention else m.text for m in way)
    return " and ".join([first, *(text.removeprefix("the cost ") for text in others)])


def cause_of_forward(networks: Sequence[Scene], shown: Sequence[Mapping[str, Any]]) -> Cause:
    """The first wrong line of a forward pass that computes none of the networks that it may be meant to.

    ``shown``: what there is to tell it from, the best first: what explains everything by itself is enough.
    """
    roots: list[Root] = []
    for k, arrays in enumerate(shown):
        if k and arrays.keys() == shown[k - 1].keys():  # it shows no more
            continue
        for network in networks:
            s = replace(network, shown=arrays)
            found = explain((s,), [usable(s, arrays)], names=forward_order(s.L)[:-1], unexplained=NEVER)
            if found and all(root.ways for root in found):
                return _first(found, s)
            if network is networks[0]:
                roots = found
    return _first(roots, replace(networks[0], shown=shown[-1]))


def _first(roots: Sequence[Root], s: Scene) -> Cause:
    """The first wrong line in words; a mask or a scale that is wrong in several layers is one mistake."""
    L = s.L
    if not roots or not (roots[0].ways or _is_shown(roots[0], s)):
        return Cause(f"A{L}", "MB199", "unexplained", f"A{L} is that of no network that we know")
    output, ways = roots[0].output, roots[0].ways
    kind = line_of(output, L)
    if not ways:
        unknown = LINES[kind].unknown
        assert unknown is not None
        return Cause(output, unknown.code, unknown.certainty, of_layer(unknown.text, split(output)[1]))
    alike = [root.output for root in roots if root.ways and line_of(root.output, L) == kind == "A"]
    text = ways[0][0].text.replace(output, " and ".join(alike or [output]))
    return Cause(output, ways[0][0].code, "exactly", text)


def _is_shown(root: Root, s: Scene) -> bool:
    """Does the target show the quantity, and what its line is made of?"""
    kind, l = split(root.output)
    upstream = f"A{l - 1}" if kind == "Z" else f"Z{l}"
    return root.got is not None and (upstream == "A0" or upstream in s.shown)
