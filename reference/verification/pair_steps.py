"""The backward pass of a pair as a graph of its own lines: what each makes, what uses it, and where it goes wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference.interface.entry import Place
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair
from reference.pairs.causes.evidence import DrawEvidence
from reference.pairs.causes.first_wrong import is_adjoint, located, namesakes, primals_of
from reference.report.models.evidence import Step, StepStatus
from reference.verification.reported import Location, location

__all__ = ["steps_of_pair"]

MOST = 40  # statements that are drawn
Line = tuple[str, int | None, int]
ANSWERS = {"return": "answer"}  # what a gradient is called that is returned without a name


class Known(NamedTuple):
    """A statement, the last value that it made, and what that is the derivative of."""

    told: Mapping[str, Any]
    value: Any
    of: str
    named: str  # of what it should be one, by its name


def steps_of_pair(
    pair: OpenPair,
    evidence: DrawEvidence,
    wrong: Collection[str],
    lines: Collection[Line],
    target: str,
    *,
    right: Collection[str] = (),
) -> list[Step]:
    """``wrong`` and ``right``: gradients, as the target calls them; ``lines``: where the findings stand."""
    asked = {"check": pair.proposal.check, "draw": evidence.draw.tree()}
    try:
        told = pair.ask("pair_statements", **asked)
        adjoints = pair.ask("pair_adjoints", **asked, cotangents=list(evidence.cotangents))
    except (TargetRaised, TargetDied):
        return []
    forward = [*adjoints["forward"], *primals_of(evidence)]
    every = [_known(one, adjoints["backward"], forward) for one in told]
    kept = _shown(pair, every, lines, {*wrong, *right})[:MOST]
    feeds = _feeds([known.told for known in kept])
    own = {at for at, known in enumerate(kept) if _stands(known, lines)}
    if not own and wrong:
        first = located(forward, adjoints["backward"])
        own = {at for at, k in enumerate(kept) if first and _stands(k, [_line(first.place)])}
    last = {ANSWERS.get(name, name): at for at, known in enumerate(kept) for name in known.told["makes"]}
    below = _reached(own, feeds)
    if not own:  # no line is known: the last that makes what is wrong, even where this draw does not show it
        own = {last[name] for name in wrong if name in last}
    sound = {last[name] for name in right if name in last}
    return [
        Step(
            name=", ".join(_spoken(known.told["makes"])),
            status=_status(at, known, own, below, sound),
            feeds=sorted(feeds[at]),
            location=_location(known.told, target),
            source=known.told["text"],
            says=_says(known, at in own | below),
        )
        for at, known in enumerate(kept)
    ]


def _known(told: Mapping[str, Any], events: Sequence[Mapping[str, Any]], forward: Sequence[Mapping[str, Any]]) -> Known:
    made = [
        e for e in events
        if (e["file"], e["cell"]) == (told["file"], told["cell"]) and told["line"] <= e["line"] <= told["last"]
    ]  # fmt: skip
    if not made:
        return Known(told, None, "", "")
    names = namesakes(made[-1], forward)
    matches = [f["name"] for f in forward if is_adjoint(made[-1]["value"], f) and np.any(made[-1]["value"])]
    named = names[-1]["name"] if names else ""
    return Known(told, made[-1]["value"], named if named in matches else matches[-1] if matches else "", named)


def _shown(pair: OpenPair, every: Sequence[Known], lines: Collection[Line], gradients: Collection[str]) -> list[Known]:
    """What the backward pass itself computes, and any line that a finding names; what is only handed on is left out."""
    method = pair.proposal.backward.rpartition(".")[2]
    functions = {method} | {known.told["function"] for known in every if _stands(known, lines)}

    def is_a_step(known: Known) -> bool:
        made = known.told["makes"]  # what an object keeps is seen by no trace
        kept = made == ["return"] or any(name in gradients or name.startswith("self.") for name in made)
        return bool(known.told["computes"]) and (known.value is not None or kept)

    return [k for k in every if k.told["function"] in functions and (_stands(k, lines) or is_a_step(k))]


def _feeds(told: Sequence[Mapping[str, Any]]) -> list[set[int]]:
    """Of each statement those that use what it made last, before it is made anew."""
    feeds: list[set[int]] = [set() for _ in told]
    made: dict[tuple[str, str], int] = {}
    for at, one in enumerate(told):
        for name in one["uses"]:
            source = made.get((one["function"], name))
            if source is not None:
                feeds[source].add(at)
        made |= {(one["function"], name): at for name in one["makes"]}
    return feeds


def _reached(own: set[int], feeds: Sequence[set[int]]) -> set[int]:
    reached, todo = set(own), list(own)
    while todo:
        fresh = feeds[todo.pop()] - reached
        reached |= fresh
        todo += fresh
    return reached - own


def _status(at: int, known: Known, own: set[int], below: set[int], sound: set[int]) -> StepStatus:
    if at in own:
        return "wrong"
    if at in below and at not in sound and not (known.named and known.of == known.named):
        return "downstream"
    if at in sound:
        return "right"
    return "right" if known.of and known.named in ("", known.of) else "open"


def _says(known: Known, bad: bool) -> str:
    if known.named and known.of and known.of != known.named:
        return f"∂/∂{known.of}, and not ∂/∂{known.named}"
    if known.named and not known.of and bad:
        return f"should be ∂/∂{known.named}"
    return f"∂/∂{known.of}" if known.of else ""


def _line(place: Place) -> Line:
    return place.file, place.cell, place.line


def _stands(known: Known, lines: Collection[Line]) -> bool:
    told = known.told
    return any(
        (file, cell) == (told["file"], told["cell"]) and told["line"] <= line <= told["last"]
        for file, cell, line in lines
    )


def _spoken(makes: Sequence[str]) -> list[str]:
    """An entry under a key is called by it; any other part of an array by the array, with what is left out marked."""
    said = []
    for k, name in enumerate(makes):
        if k and makes[k - 1].startswith(f"{name}["):
            continue
        owner, bracket, index = name.partition("[")
        said.append(f"{owner}[…]" if bracket and index[:1] not in "'\"" else name)
    return said


def _location(told: Mapping[str, Any], target: str) -> Location:
    found = location(Place(told["file"], told["cell"], told["line"]), target)
    assert found is not None
    return found
