"""The ways in which another implementation may be put on the first one's inputs; the first that agrees is taken.

By its own names, where its arguments are the first one's under other names; else through a plan of its own, whose sizes
are those with which its arrays have the first one's shapes, in the same layout or in a turned one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.comparison.pairs.given import First, Given, filled, leaves_of, seated
from reference.comparison.pairs.likeness import coupled
from reference.comparison.pairs.planned import Placing, Turned, planned
from reference.comparison.pairs.turning import Turn, turn_between
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair, PairKind
from reference.pairs.draws.observation import PairRun, finite, run
from reference.pairs.inputs.cases.running import RunningPlan
from reference.pairs.inputs.text.vocabulary import Part, part_of

__all__ = ["PlacedBeside", "outputs_agree", "placed"]

Array = NDArray[Any]
LIKE = 1e-5  # of the largest entry: two forward passes that mean the same
WEIGHTS = (Part.WEIGHT, Part.INPUT_WEIGHT, Part.STATE_WEIGHT, Part.OUTPUT_WEIGHT, Part.GATE_WEIGHT, Part.SQUARE)

VARIANTS: tuple[Turned, ...] = (
    lambda name: False,
    lambda name: part_of(name.rpartition(".")[2]) in WEIGHTS,
    lambda name: part_of(name.rpartition(".")[2]) not in WEIGHTS,
    lambda name: True,
)


class PlacedBeside(NamedTuple):
    """How an implementation was put on the first one's inputs: ``again`` does the same at another draw."""

    again: Callable[[First], Given | str]
    agrees: bool  # its forward pass is the first one's
    said: str = ""


def placed(pair: OpenPair, first_pair: OpenPair, first: First, readings: Callable[[], Sequence[RunningPlan]]) -> (
    PlacedBeside | str
):  # fmt: skip
    """The first way that runs and agrees, else the first that runs, else why none does."""
    ran: list[tuple[bool, PlacedBeside]] = []  # by its own plan first: a name that is alike may hold another thing
    why: list[str] = []
    for by_name, again in _ways(pair, first_pair, readings):
        given = again(first)
        if isinstance(given, str):
            why.append(given)
            continue
        try:
            found = PlacedBeside(again, outputs_agree(pair, given, first))
        except (TargetRaised, TargetDied) as error:  # with the cotangents of the first one
            why.append(f"with the gradient of the first one's output it raises {error}")
            continue
        if found.agrees:
            return found
        ran.append((by_name, found))
    if ran:
        return min(ran, key=lambda r: r[0])[1]
    return min(why, key=lambda text: "it raises" in text, default="")


def _ways(
    pair: OpenPair, first_pair: OpenPair, readings: Callable[[], Sequence[RunningPlan]]
) -> Iterator[tuple[bool, Callable[[First], Given | str]]]:
    """Every way, and whether it goes by names alone."""

    def way(make: Callable[[First], Placing | str], turned: Turned) -> Callable[[First], Given | str]:
        def again(first: First) -> Given | str:
            try:
                return _tried(pair, make(first), first, turned)
            except (TargetRaised, TargetDied) as error:  # on the way to its own plan
                return f"with inputs of its own it raises {error}" if isinstance(error, TargetRaised) else str(error)

        return again

    if (pair.proposal.kind is PairKind.CLASS) == (first_pair.proposal.kind is PairKind.CLASS):
        for turned in VARIANTS:
            yield True, way(lambda first, t=turned: _renamed(pair, first, t), turned)  # type: ignore[misc]
    for reading in readings():
        for turned in VARIANTS:
            yield False, way(lambda first, r=reading, t=turned: planned(r, first, t), turned)  # type: ignore[misc]


def _renamed(pair: OpenPair, first: First, turned: Turned) -> Placing | str:
    """The first one's arguments under this one's names, some of them turned."""
    proposal = pair.proposal
    found: dict[str, dict[str, Any]] = {}
    names: dict[str, str] = {}
    for part, takes in (("arguments", proposal.takes), ("construct", proposal.constructor)):
        mine = getattr(first.draw, part)
        theirs = {p.name: mine.get(p.name, np.zeros(1)) for p in takes if not p.many}
        pairs = coupled(mine, theirs)
        missing = [p.name for p in takes if not p.optional and not p.many and p.name not in pairs]
        if missing:
            return f"nothing that the first is given stands for {', '.join(missing)}"
        if unused := [n for n, v in mine.items() if n not in pairs.values() and _holds_arrays(n, v)]:
            return f"it takes nothing for {', '.join(unused)}"
        found[part] = {theirs: mine[own] for theirs, own in pairs.items()}
        names |= {theirs: own for theirs, own in pairs.items() if part == "arguments"}
    known: dict[str, tuple[str, Turn]] = {}
    given: dict[str, Any] = {}
    for name, value in leaves_of(found["arguments"]):
        head, dot, rest = name.partition(".")
        if isinstance(value, np.ndarray):
            there = value.ndim == 2 and turned(name)
            turn = Turn(there, value.shape, value.shape[::-1] if there else value.shape)
            known[name], given[name] = (f"{names[head]}{dot}{rest}", turn), turn.there(value)
    draw = first.draw._replace(arguments=filled(found["arguments"], given), construct=found["construct"])
    return Placing(draw, known)


def _holds_arrays(name: str, value: Any) -> bool:
    return any(isinstance(leaf, np.ndarray) for _, leaf in leaves_of({name: value}))


def _tried(pair: OpenPair, placing: Placing | str, first: First, turned: Turned) -> Given | str:
    """With what it is given besides arguments, and how its outputs become the first one's. It is run once."""
    if isinstance(placing, str):
        return placing
    given = Given(placing.draw, {}, dict(placing.turns))
    try:
        own = run(seated(pair, given, None), given.draw, "plain")
        given = _with_parameters(given, own, first, turned)
        if given.primals:
            own = run(seated(pair, given, None), given.draw, "plain")
    except TargetRaised as error:
        details = error.details
        frames = details.get("frames") or []
        where = f" in line {frames[-1][2]}" if frames else ""
        return (
            f"on the first one's inputs it raises {details['type']}{where}: {' '.join(str(details['message']).split())}"
        )
    except TargetDied as death:
        return f"on the first one's inputs {death}"
    except _Missing as missing:
        return str(missing)
    if not finite(own):
        return "on the first one's inputs it is not finite on its way forward"
    return _with_outputs(given, own, first)


class _Missing(Exception):
    """A parameter that nothing of the first one's stands for."""


def _with_parameters(given: Given, own: PairRun, first: First, turned: Turned) -> Given:
    """What no argument holds is set to the first one's values: the parameters of an object."""
    taken = {name for name, _ in given.turns.values()}
    mine = {name: a for name, a in first.run.primals.items() if name not in taken}
    theirs = {name: a for name, a in own.primals.items() if name not in given.turns}
    theirs = {name: a for name, a in theirs.items() if name not in dict(leaves_of(given.draw.arguments))}

    def turn(one: str, other: str) -> Turn | None:
        a, b = mine[one].shape, theirs[other].shape
        return turn_between(a, b, transposed=turned(other) and len(a) == 2)

    pairs = coupled(mine, theirs, lambda one, other: turn(one, other) is not None)
    missing = [name for name in theirs if name not in pairs]
    if missing:
        shapes = ", ".join(f"{name} {theirs[name].shape}" for name in missing)
        raise _Missing(f"nothing that the first is given stands for its {shapes}")
    turns = dict(given.turns)
    primals = {}
    for other, one in pairs.items():
        found = turn(one, other)
        assert found is not None
        turns[other], primals[other] = (one, found), found.there(mine[one])
    known = first.run.primals
    return given._replace(primals=primals, turns={o: (n, t) for o, (n, t) in turns.items() if n in known})


def _with_outputs(given: Given, own: PairRun, first: First) -> Given | str:
    mine, theirs = first.run.outputs, own.outputs
    if len(mine) != len(theirs):
        return f"it returns {len(theirs)} arrays on its way forward, and the first {len(mine)}"
    turns = []
    for a, b in zip(mine, theirs, strict=True):
        same = turn_between(a.shape, b.shape)
        found = same or turn_between(a.shape, b.shape, transposed=a.ndim == 2)
        if found is None:
            return f"its forward pass gives an array of shape {b.shape}, and that of the first {a.shape}"
        turns.append(found)
    return given._replace(outputs=tuple(turns))


def outputs_agree(pair: OpenPair, given: Given, first: First) -> bool:
    """Whether its forward pass is the first one's, but for rounding in single precision."""
    own = run(seated(pair, given, given.cotangents(first)), given.draw, "plain")
    for turn, a, b in zip(given.outputs, first.run.outputs, own.outputs, strict=True):
        size = float(np.max(np.abs(a), initial=0.0))
        if not np.all(np.abs(turn.back(b).astype(np.float64) - a) <= LIKE * size):
            return False
    return True
