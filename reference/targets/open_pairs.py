"""The pairs of an opened file that nothing else judges, ready to be asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from reference.interface.entry import Implementation, NotJudged
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair, PairKind, Proposal
from reference.targets.pairs.source.naming import is_cache, is_cotangent
from reference.targets.process.supervisor import Worker
from reference.targets.reading.vocabulary import meaning, strong

__all__ = ["alone", "is_a_layer", "is_a_loss", "is_its_forward", "is_named", "left_over", "names_of", "open_pairs"]


def open_pairs(
    worker: Worker, *, file: str, shown: str, inputs: Mapping[str, str] | None = None
) -> tuple[list[OpenPair], list[str | NotJudged]]:
    """Every pair that the file's names propose, and a note where its process was lost on the way.

    ``inputs``: what some of them are bound to be given, by their names.
    """
    said = inputs or {}
    try:
        proposals = [Proposal.of(tree) for tree in worker.ask("pair_proposals")]
    except (TargetRaised, TargetDied) as lost:
        return [], [f"its pairs could not be looked for: {lost}"]
    proposals = [p._replace(said={**p.said, "inputs": said[p.check]}) if p.check in said else p for p in proposals]
    return [OpenPair(p, _asking(lambda: worker), file, shown, _asking(worker.twin)) for p in proposals], []


def _asking(process: Callable[[], Worker]) -> Callable[..., Any]:
    """``Worker.ask`` for one pair: how often the process was lost before it is no matter of this one."""
    begun = False

    def ask(ask: str, **question: Any) -> Any:
        nonlocal begun
        worker = process()
        if not begun:
            begun, worker.deaths = True, 0
        return worker.ask(ask, **question)

    return ask


def names_of(proposal: Proposal) -> set[str]:
    """The names that are judged where a pair is: its own, its class's, those of what a rule is made of."""
    return {name for name in (proposal.check, proposal.owner, *proposal.halves) if name}


def is_named(opened: OpenPair, name: str) -> bool:
    """Does a name that was asked for mean this pair? A class means all of its pairs."""
    p = opened.proposal
    names = {p.check, p.owner} if p.owner else {p.check, p.backward, p.forward}
    return name in names


def is_a_loss(opened: OpenPair, name: str | None) -> bool:
    """Is this a function that returns its own loss?"""
    return opened.proposal.kind is PairKind.VALUE and name == opened.proposal.forward


def is_a_layer(opened: OpenPair) -> bool:
    """Is this a layer by its arguments alone, and no network's backward pass under whatever name: a cotangent and what
    its own forward pass kept, which takes neither labels nor a dictionary of parameters?
    """
    p = opened.proposal
    taken = {parameter.name for parameter in p.takes}
    asked = [parameter.name for parameter in p.backward_takes if not parameter.optional]
    cotangents = [name for name in asked if is_cotangent(name, taken=taken)]
    of_a_layer = p.kind is PairKind.FUNCTION and bool(cotangents) and not strong(p.check)
    kept = all(is_cache(name) for name in asked if name not in cotangents)
    return of_a_layer and kept and not {"Y", "parameters"} & {meaning(name) for name in taken}


def is_its_forward(opened: OpenPair, name: str | None) -> bool:
    """Is this a function that is the forward pass of the pair, and no more?"""
    p = opened.proposal
    return name == p.forward != p.backward and not p.owner


def alone(worker: Worker, shown: str, pairs: list[OpenPair], notes: list[str | NotJudged], only: str) -> Implementation:
    """A target of which nothing is judged but its pairs. ``only``: the name that was asked for."""
    if not pairs:
        what = f"{only} is no pair by its name" if only else "no names here propose a pair"
        notes = [*notes, f"{what}: a forward and a backward pass, or a loss with its gradient"]
    names = dict.fromkeys(n for p in pairs for n in (p.proposal.check, p.proposal.owner) if n)
    return Implementation(shown, (), notes=tuple(notes), close=worker.close, names=tuple(names), pairs=tuple(pairs))


def left_over(pairs: list[OpenPair], judged: Collection[str]) -> list[OpenPair]:
    """The pairs of which neither the backward pass nor the class is judged by itself, or as a part of what is."""
    left = []
    for opened in pairs:
        p = opened.proposal
        if p.owner:
            taken = any(name == p.owner or name.startswith(f"{p.owner}.") for name in judged)
        else:
            taken = bool({p.check, p.backward} & set(judged))
        if not taken:
            left.append(opened)
    return left
