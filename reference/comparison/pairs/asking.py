"""Every implementation asked at the same draws: what it answers, in the first one's layout, and its own truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.comparison.pairs.given import First, Given, seated
from reference.comparison.pairs.placing import PlacedBeside, placed
from reference.comparison.pairs.sides import PairGroup, Side
from reference.comparison.pairs.turning import Turn
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair
from reference.pairs.draws.drawn import comparable
from reference.pairs.draws.observation import Observation, PairRun, finite, observe, run
from reference.pairs.draws.points import points_of
from reference.pairs.draws.tolerance import FALL, largest
from reference.pairs.inputs.cases.running import RunningPlan
from reference.pairs.reading import seed_of
from reference.pairs.trial import trial

__all__ = [
    "AnswerBeside",
    "AskedDraw",
    "Seats",
    "asked_of",
    "blocks_of",
    "first_at",
    "itself",
    "label_of",
    "seats_of",
    "unit_of",
]

Array = NDArray[Any]
Blocks = dict[str, Array]


class AnswerBeside(NamedTuple):
    """One implementation at one draw, by block: outputs and gradients in float64 and in float32, its own truth (NaN
    where it was not asked), and E, the difference of the two precisions where that says something.
    """

    double: Blocks
    single: Blocks
    truth: Blocks
    outputs: Blocks  # the forward pass in extended precision
    E: dict[str, float]
    kappa: float
    refused: str = ""  # why there is no truth of its own
    operations: int = 0  # calls of NumPy of its forward pass
    unfit: tuple[str, ...] = ()  # gradients of another shape than what they are of, or of no real numbers


class AskedDraw(NamedTuple):
    """One draw of the first one; of each target its answer, or why there is none."""

    first: First
    answers: Mapping[str, AnswerBeside | str]


class Seats(NamedTuple):
    """Who stands on the same inputs as the first one that runs, and why others do not."""

    leader: Side | None
    reading: RunningPlan | None
    ways: Mapping[str, PlacedBeside]  # of the others
    apart: Mapping[str, str]


def seats_of(group: PairGroup, seed: int) -> Seats:
    """Put all on the inputs of the first that runs, or of another on whose inputs more of them run."""
    plans = {side.target: _OwnPlans(side, seed) for side in group.sides}
    best: Seats | None = None
    for leader in group.sides:
        if not plans[leader.target].readings():
            continue
        try:
            found = _seated_by(leader, group, plans, seed)
        except (TargetRaised, TargetDied) as error:
            plans[leader.target].why = f"it ran once, and then raised {error}"
            continue
        if best is None or len(found.ways) > len(best.ways):
            best = found
        if not best.apart:
            break
    return best or Seats(None, None, {}, {target: own.why for target, own in plans.items()})


def _seated_by(leader: Side, group: PairGroup, plans: Mapping[str, _OwnPlans], seed: int) -> Seats:
    reading = plans[leader.target].readings()[0]
    begin = first_at(leader.pair, reading, seed_of(seed, 0, 0), 0)
    ways: dict[str, PlacedBeside] = {}
    apart: dict[str, str] = {}
    for side in (side for side in group.sides if side is not leader):
        own = plans[side.target]
        way = placed(side.pair, leader.pair, begin, own.readings)
        if isinstance(way, str):
            parts = [way, f"with inputs of its own {own.why}" if own.why else ""]
            apart[side.target] = f"it cannot be put on the inputs of {leader.target}: {'; '.join(filter(None, parts))}"
        else:
            ways[side.target] = way
    return Seats(leader, reading, ways, apart)


class _OwnPlans:
    """The plans with which an implementation runs by itself: looked for once they are asked for."""

    def __init__(self, side: Side, seed: int) -> None:
        self.side, self.seed, self.why = side, seed, ""
        self.found: Sequence[RunningPlan] | None = None

    def readings(self) -> Sequence[RunningPlan]:
        if self.found is None:
            tried = trial(self.side.pair, seed=self.seed)
            self.found = tried.readings
            if not tried.readings:
                self.why = "it does not run" if tried.not_judged is None else tried.not_judged.reason
        return self.found


def first_at(
    pair: OpenPair, reading: RunningPlan, seed: int, index: int, sizes: Mapping[str, int] | None = None
) -> First:
    """A draw of the first one, and how it ran. Raises what it raises."""
    draw = reading.draw(seed, index, sizes=sizes)
    return First(draw, run(pair, draw, "plain"), reading.case_line(draw))


def itself(first: First) -> Given:
    """The first one on its own inputs."""
    as_is = {name: (name, Turn(False, a.shape, a.shape)) for name, a in first.run.primals.items()}
    return Given(first.draw, {}, as_is, tuple(Turn(False, o.shape, o.shape) for o in first.run.outputs))


def label_of(primal: str) -> str:
    """What the gradient of a primal of the first one is called."""
    return f"d{primal.removeprefix('self.')}"


def asked_of(side: Side, given: Given, first: First, seed: int) -> AnswerBeside | str:
    """One implementation at one draw."""
    cotangents = given.cotangents(first)
    pair = seated(side.pair, given, cotangents)
    try:
        plain = run(pair, given.draw, "plain")
    except (TargetRaised, TargetDied) as error:
        return f"it raises {error}" if isinstance(error, TargetRaised) else str(error)
    if not finite(plain):
        return "it is not finite on its way forward"
    seen, single = _observed(pair, given)
    double = blocks_of(plain, given)
    narrow = {} if single is None else blocks_of(single, given)
    E = {name: largest(double[name] - narrow[name]) for name in double if name in narrow and _is_output(name)}
    if seen is not None:
        for other, (name, _) in given.turns.items():
            known = seen.estimates.get(other)
            if known is not None and known.same:
                E[label_of(name)] = known.error
    truth, outputs, refused = _truth(side.pair, given, cotangents, plain, seen, seed)
    kappa = 64.0 + max((n for a in (*plain.primals.values(), *plain.outputs) for n in a.shape), default=1)
    operations = 0 if seen is None else seen.run.operations
    other_shape = plain.gradients.keys() - comparable(plain)
    unfit = tuple(label_of(name) for other, (name, _) in given.turns.items() if other in other_shape)
    return AnswerBeside(double, narrow, truth, outputs, E, kappa, refused, operations, unfit)


def _observed(pair: OpenPair, given: Given) -> tuple[Observation | None, PairRun | None]:
    """What rounding does to it; nothing where NumPy's stand-in cannot follow, as with JAX."""
    try:
        return observe(pair, given.draw), run(pair, given.draw, "float32")
    except (TargetRaised, TargetDied):
        return None, None


def blocks_of(answer: PairRun, given: Given) -> Blocks:
    """Outputs and gradients by their names, in the first one's layout."""
    found = {}
    for k, (turn, output) in enumerate(zip(given.outputs, answer.outputs, strict=False)):
        if output.size == int(np.prod(turn.shape)):
            found[f"out {k + 1}" if len(given.outputs) > 1 else "out"] = turn.back(output)
    fitting = comparable(answer)
    for other, (name, turn) in given.turns.items():
        if other in fitting:
            found[label_of(name)] = turn.back(answer.gradients[other])
    return found


def _is_output(name: str) -> bool:
    return name.partition(" ")[0] == "out"


def _truth(
    pair: OpenPair, given: Given, cotangents: list[Array], plain: PairRun, seen: Observation | None, seed: int
) -> tuple[Blocks, Blocks, str]:
    """The complex step of its own forward pass, and its outputs, in extended precision."""
    names = {name: a for name, a in comparable(plain).items() if name in given.turns}
    asked = points_of(plain if seen is None else seen.run, names, seed)
    points: list[tuple[str, int]] = [(name, int(k)) for name, of in asked.items() for k in of.entries]
    try:
        told = pair.ask(
            "pair_extended",
            check=pair.proposal.check,
            draw=given.draw.tree(),
            primals=dict(given.primals),
            cotangents=cotangents,
            points=[list(point) for point in points],
        )
    except (TargetRaised, TargetDied) as error:
        return {}, {}, " ".join(str(error).split())
    values = np.asarray(told["derivatives"])
    truth: Blocks = {}
    for name, a in names.items():
        flat = np.full(a.size, np.nan, dtype=values.dtype)
        at = [k for k, point in enumerate(points) if point[0] == name]
        flat[[points[k][1] for k in at]] = values[at]
        first, turn = given.turns[name]
        truth[label_of(first)] = turn.back(flat.reshape(a.shape))
    several = len(given.outputs) > 1
    outputs = {
        f"out {k + 1}" if several else "out": turn.back(np.asarray(o))
        for k, (turn, o) in enumerate(zip(given.outputs, told["outputs"], strict=True))
    }
    return truth, outputs, ""


def unit_of(answer: AnswerBeside, block: str, size: float, *, single: bool = False) -> float | None:
    """What rounding does to a block, without κ: 2⁻²⁹ E, and a unit in the last place of its largest entry at least."""
    if block not in answer.E:
        return None
    u = float(np.finfo(np.float32 if single else np.float64).eps)
    return max(answer.E[block] * (1.0 if single else FALL), u * size)
