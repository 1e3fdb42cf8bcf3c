"""What both passes of a pair cost at three sizes: checked first, then timed in turns, in the targets' own processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isqrt, prod
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from reference.comparison.pairs.asking import Seats, blocks_of, first_at, itself
from reference.comparison.pairs.given import First, Given, seated
from reference.comparison.pairs.sides import Side
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair
from reference.pairs.draws.observation import run
from reference.pairs.inputs.cases.running import RunningPlan
from reference.pairs.inputs.sizes import larger
from reference.pairs.inputs.spec import Array, leaves
from reference.report.models.comparison import PAIR_SIZES, Price

__all__ = ["pair_prices"]

LARGEST, LOOPED = 1_000_000, 60_000  # entries; calls of NumPy
WIDEST = 64  # times every size
BATCH, BUDGET, MOST = 2e-3, 1.0, 15  # seconds timed at once, seconds of all rounds of one, rounds
CALLS = 50  # in a row, at most: what is done around them takes its time too
LIKE = 1e-6  # of the largest entry


class _TimedPair(NamedTuple):
    target: str
    pair: OpenPair
    question: Mapping[str, Any]
    first: float

    def seconds(self, repetitions: int) -> float:
        return float(self.pair.ask("pair_seconds", **self.question, repetitions=repetitions))

    def memory(self) -> int | None:
        held: int | None = self.pair.ask("pair_memory", **self.question)
        return held


def pair_prices(
    seats: Seats, sides: Sequence[Side], wrong: Mapping[str, str], *, seed: int, prefix: str = "",
    progress: Callable[[str, int, int], None] = lambda check, done, total: None,
) -> tuple[dict[str, str], list[Price]]:  # fmt: skip
    """Every size by its name, and a row for each target and size. ``wrong``: who is not timed, and why."""
    assert seats.leader is not None
    assert seats.reading is not None
    sizes: dict[str, str] = {}
    found: list[Price] = []
    for name, size in zip(PAIR_SIZES, _sizes(seats.leader.pair, seats.reading, seed), strict=False):
        try:
            first = first_at(seats.leader.pair, seats.reading, seed, 0, size)
        except (TargetRaised, TargetDied):
            continue
        called = f"{prefix}{name}"
        sizes[called] = _line(first)
        found += _at(called, first, seats, sides, wrong, seed)
        progress(f"timing {called}", 1, len(PAIR_SIZES))
    return sizes, found


def _at(
    size: str, first: First, seats: Seats, sides: Sequence[Side], wrong: Mapping[str, str], seed: int
) -> list[Price]:
    runners: list[_TimedPair] = []
    rows: dict[str, Price] = {}
    right: Mapping[str, np.ndarray] | None = None
    for side in sides:
        if side.target in wrong:
            rows[side.target] = Price(target=side.target, size=size, said=wrong[side.target])
            continue
        given = itself(first) if side == seats.leader else seats.ways[side.target].again(first)
        if isinstance(given, str):
            rows[side.target] = Price(target=side.target, size=size, said="not taken")
            continue
        try:
            runner, blocks = _ready(side, given, first)
        except (TargetRaised, TargetDied) as error:
            said = "was lost" if isinstance(error, TargetDied) else f"raised {str(error).partition(':')[0]}"
            rows[side.target] = Price(target=side.target, size=size, said=said)
            continue
        right = blocks if right is None else right
        if _unlike(right, blocks):
            rows[side.target] = Price(target=side.target, size=size, said="differs here")
        else:
            runners.append(runner)
    for price in _timed(size, runners, np.random.RandomState(seed)):
        rows[price.target] = price
    return [rows[side.target] for side in sides if side.target in rows]


def _ready(side: Side, given: Given, first: First) -> tuple[_TimedPair, Mapping[str, np.ndarray]]:
    cotangents = given.cotangents(first)
    question = {
        "check": side.pair.proposal.check,
        "draw": given.draw.tree(),
        "primals": dict(given.primals),
        "cotangents": cotangents,
    }
    begun = float(side.pair.ask("pair_seconds", **question, repetitions=1))
    blocks = blocks_of(run(seated(side.pair, given, cotangents), given.draw, "plain"), given)
    return _TimedPair(side.target, side.pair, question, begun), blocks


def _unlike(right: Mapping[str, np.ndarray], blocks: Mapping[str, np.ndarray]) -> bool:
    for name in right.keys() & blocks.keys():
        size = float(np.max(np.abs(right[name]), initial=0.0))
        if not np.all(np.abs(blocks[name].astype(np.float64) - right[name]) <= LIKE * size):
            return True
    return False


def _timed(size: str, runners: Sequence[_TimedPair], rng: np.random.RandomState) -> list[Price]:
    """Rounds over all, in an order drawn anew for each: medians, as many rounds as there is time for."""
    taken: dict[str, list[float]] = {runner.target: [] for runner in runners}
    lost: dict[str, str] = {}

    def clock(runner: _TimedPair, repetitions: int) -> float:
        try:
            return runner.seconds(repetitions)
        except (TargetRaised, TargetDied):
            lost[runner.target] = "was lost"
            return BATCH

    once = {r.target: clock(r, 1) for r in runners}
    counts = {target: max(1, min(CALLS, int(BATCH / max(t, 1e-9)))) for target, t in once.items()}
    rounds = max(3, min(MOST, int(BUDGET / max([BATCH, *once.values()]))))
    for _ in range(rounds):
        for k in rng.permutation(len(runners)):
            if (runner := runners[int(k)]).target not in lost:
                taken[runner.target].append(clock(runner, counts[runner.target]))
    typical = {target: median(times) for target, times in taken.items() if target not in lost}
    fastest = min(typical.values(), default=0.0)
    found = []
    for runner in runners:
        if runner.target in lost:
            found.append(Price(target=runner.target, size=size, said=lost[runner.target]))
            continue
        t, times = typical[runner.target], taken[runner.target]
        try:
            held = runner.memory()
        except (TargetRaised, TargetDied):
            held = None
        spread = (float(np.quantile(times, 0.25)), float(np.quantile(times, 0.75)))
        found.append(
            Price(
                target=runner.target, size=size, seconds=t, spread=spread, ratio=t / fastest,
                first_call=max(0.0, runner.first - t), memory=held,
            )
        )  # fmt: skip
    return found


def _sizes(pair: OpenPair, reading: RunningPlan, seed: int) -> list[Mapping[str, int] | None]:
    """As drawn; as large as makes sense for what it does; and halfway. An example's are its own."""
    own = reading.sizes(0)
    if not reading.plan.arguments or not own:
        return [None]
    draw = reading.draw(seed, 0)
    operations = max(1, run(pair, draw, "float64").operations)
    base = _entries(reading, own, seed)
    limit = LARGEST if operations <= 100 else base * max(8, min(64, LOOPED // operations))
    able = [f for f in range(2, WIDEST + 1) if _entries(reading, larger(own, f), seed) <= limit]
    if len(able) < 2:  # it takes too many steps: two times as many of the first thing, then of everything
        name = next((name for name, n in larger(own, 2).items() if n != own[name]), None)
        return [own, *([{**own, name: 2 * own[name]}] if name is not None else []), larger(own, 2)]
    middle = base * isqrt(max(1, _entries(reading, larger(own, able[-1]), seed) // base))
    half = [f for f in able[:-1] if _entries(reading, larger(own, f), seed) <= middle]
    return [own, larger(own, (half or able)[-1 if half else 0]), larger(own, able[-1])]


def _entries(reading: RunningPlan, sizes: Mapping[str, int], seed: int) -> int:
    """Of all arrays that are drawn at these sizes."""
    case = reading.case(seed, 0, sizes=sizes)
    specs = [spec for _, spec in (*leaves(case.construct), *leaves(case.arguments))]
    return sum(prod(int(d) for d in spec.dims) for spec in specs if isinstance(spec, Array)) or 1


def _line(first: First) -> str:
    """A case line without the check and the seed; where the file's own example makes everything, the shapes."""
    words = [word for word in first.case.split()[1:] if not word.startswith(("seed=", "reading="))]
    shapes = (f"{name}={','.join(map(str, a.shape))}" for name, a in first.run.primals.items())
    return " ".join(words or shapes)
