"""Which pairs stand beside each other: one of each target, by their names where a target has several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from reference.comparison.contenders import Contender
from reference.interface.entry import Implementation
from reference.interface.pair import OpenPair, Proposal

__all__ = ["PairGroup", "Side", "are_pairs", "groups_of"]

FORM = re.compile(
    r"_?(naive|fast|alt|alternative|vectori[sz]ed|loops?|looped|slow|v\d|\d|im2col|strides?|reference|ref)$"
)


class Side(NamedTuple):
    """One implementation of a pair. ``target``: what it is called in the report."""

    target: str
    pair: OpenPair
    implementation: Implementation


class PairGroup(NamedTuple):
    """Implementations of one pair. ``name`` is what they have in common."""

    name: str
    sides: tuple[Side, ...]


def are_pairs(contenders: Sequence[Contender]) -> bool:
    """Is this a comparison of pairs? It is one of networks, unless more targets have pairs alone."""
    opened = [c.implementation for c in contenders if c.implementation is not None]
    networks = sum(bool(one.entries or one.unknown) for one in opened)
    return sum(bool(one.pairs) and not (one.entries or one.unknown) for one in opened) > networks


def groups_of(contenders: Sequence[Contender]) -> tuple[list[PairGroup], dict[str, str]]:
    """The pairs to be compared; and of each target what of it is not.

    One target alone: its variants of one pair (``conv_naive`` and ``conv_fast``), or, where it has none, every pair
    beside the truth. Several: those of the same name; or, where each has one pair, these.
    """
    able = [(c.target, c.implementation) for c in contenders if c.implementation is not None]
    sides = {target: [Side(target, pair, one) for pair in one.pairs] for target, one in able}
    having = {target: found for target, found in sides.items() if found}
    left = dict.fromkeys(sides.keys() - having, "it has no forward and backward pass that belong together")
    if len(having) == 1:
        return _of_one(*next(iter(having.items()))), left
    if all(len(found) == 1 for found in having.values()):
        together = tuple(found[0] for found in having.values())
        return [PairGroup(_common([side.pair.proposal for side in together]), together)], left
    by_name: dict[str, dict[str, Side]] = {}
    for target, found in having.items():
        for side in found:
            by_name.setdefault(_plain(side.pair.proposal.check), {}).setdefault(target, side)
    groups = [
        PairGroup(next(iter(of.values())).pair.proposal.check, tuple(of.values()))
        for of in by_name.values()
        if len(of) > 1
    ]  # fmt: skip
    for target, found in having.items():
        alone = [s.pair.proposal.check for s in found if len(by_name[_plain(s.pair.proposal.check)]) == 1]
        if len(alone) == len(found):
            left[target] = (
                f"no pair of it has the name of another's ({', '.join(alone[:4])}{', …' if len(alone) > 4 else ''}): "
                "name one of each, as in a.py::f b.py::g"
            )
        elif alone:
            left[target] = f"only here, and not compared: {', '.join(alone)}"
    return groups, left


def _of_one(target: str, found: Sequence[Side]) -> list[PairGroup]:
    """The variants in one target, each under its own name; else all of its pairs, each beside the truth alone."""
    by_stem: dict[str, list[Side]] = {}
    for side in found:
        by_stem.setdefault(_stem(side.pair.proposal), []).append(side)
    file = target.partition("::")[0]
    variants = [
        PairGroup(stem, tuple(side._replace(target=f"{file}::{side.pair.proposal.check}") for side in sides))
        for stem, sides in by_stem.items()
        if len(sides) > 1
    ]
    return variants or [PairGroup(side.pair.proposal.check, (side,)) for side in found]


def _stem(proposal: Proposal) -> str:
    """A pair's name without what tells its variants apart."""
    if proposal.owner:
        return proposal.check
    name = proposal.backward
    while (shorter := FORM.sub("", name)) not in ("", name):
        name = shorter
    return name


def _common(proposals: Sequence[Proposal]) -> str:
    stems = list(dict.fromkeys(_stem(p) for p in proposals))
    return stems[0] if len(stems) == 1 else proposals[0].check


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
