"""Which networks of a file are judged by themselves: a step that leads to what is judged anyway is not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from reference.interface.entry import NotJudged
from reference.interface.pair import OpenPair, PairKind
from reference.targets.unjudged import Account, not_judged

__all__ = ["judged_alone", "led_to"]


def judged_alone(
    held: Sequence[OpenPair], survey: Mapping[str, Any], judged: Account, notes: Sequence[str | NotJudged]
) -> list[OpenPair]:
    """The pairs without functions that only call what is judged, and with a mark at the classes that nobody asks for.

    Of a class that would not be missed it is no fault of the file if nothing makes it run.
    """
    if not any(opened.proposal.kind is PairKind.NETWORK for opened in held):
        return list(held)
    missed = {note.check for note in not_judged(survey, judged, notes) if isinstance(note, NotJudged) and note.needed}
    owners = {check.partition(".")[0] for check in missed}
    kept = []
    for opened in held:
        p = opened.proposal
        if p.kind is PairKind.NETWORK and "lifted" in p.asked[PairKind.NETWORK]:
            kept.append(opened)
            continue
        if p.kind is PairKind.NETWORK and not p.owner and not {p.check, *_calls(opened)} & missed:
            continue
        if p.kind is PairKind.NETWORK and p.owner and p.owner not in owners:
            facts = {**p.asked[PairKind.NETWORK], "wanted": False}
            opened = opened._replace(proposal=p._replace(asked={**p.asked, PairKind.NETWORK: facts}))
        kept.append(opened)
    return kept


def led_to(held: Sequence[OpenPair]) -> Collection[str]:
    """The functions that these networks call: judged where the whole is."""
    steps = [opened for opened in held if opened.proposal.kind is PairKind.NETWORK and not opened.proposal.owner]
    return {name for opened in steps for name in _calls(opened)}


def _calls(opened: OpenPair) -> list[str]:
    return list(opened.proposal.asked[PairKind.NETWORK]["calls"])
