"""What one call costs, forward and backward, at three sizes: verified first, then timed in turns.

Verified at a size: dJ along one random direction through each block, against the complex step in double precision (the
wider one would take minutes there). Timed: rounds over all targets in a drawn order, medians; the first call is apart,
since it compiles where something is compiled. One thread for all is the caller's business.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from statistics import median
from typing import NamedTuple, TypeVar

import numpy as np

from reference.cases.case import Case
from reference.cases.problem import Problem, draw
from reference.cases.quantities import is_gradient
from reference.comparison.contenders import Contender
from reference.interface.entry import Entry, Meter
from reference.interface.exceptions import TargetDied
from reference.judging.execution import Raised, attempt, malformed, run_once, what_raised
from reference.judging.tolerance import Tolerance, compare, magnitudes_of, project, tolerance
from reference.report.models.comparison import Price
from reference.targets.metering import peak_memory, seconds, what_is_held_is_no_garbage
from reference.witnesses.complex_step import Vectors, complex_step

__all__ = ["SIZES", "Size", "prices"]

T = TypeVar("T")


class Size(NamedTuple):
    """A network and a batch that people know."""

    name: str
    case: Case
    rounds: int


SIZES = (
    Size("course", Case((2, 20, 3, 1), 211, seed=3), 31),
    Size("MNIST-like", Case((784, 128, 64, 10), 128, output="softmax", seed=3), 15),
    Size("wide", Case((784, 1024, 1024, 10), 256, output="softmax", seed=3), 5),
)
BATCH = 2e-3  # seconds that are timed at once, at least: a clock has its own price


class _Runner(NamedTuple):
    target: str
    first: float
    meter: Meter


def prices(
    contenders: Sequence[Contender], sizes: Sequence[Size] = SIZES, *, seed: int = 0, summed: Collection[str] = (),
    progress: Callable[[str, int, int], None] = lambda check, done, total: None,
) -> list[Price]:  # fmt: skip
    """A row for each target and size. ``summed``: targets that sum the losses where the course averages them."""
    with what_is_held_is_no_garbage():
        return [price for size in sizes for price in _at(size, contenders, seed, summed, progress)]


def _at(
    size: Size,
    contenders: Sequence[Contender],
    seed: int,
    summed: Collection[str],
    progress: Callable[[str, int, int], None],
) -> list[Price]:
    problem = draw([size.case])
    V = _directions(problem)
    truth, width = complex_step(problem, V, number=np.complex128).data, _tolerance(problem, V)
    runners, rows = [], {}
    for contender in contenders:
        factor = size.case.m if contender.target in summed else 1
        found = _ready(contender, problem, V, factor * truth, width)
        if isinstance(found, str):
            rows[contender.target] = _none(contender.target, size, found)
        else:
            runners.append(found)
        progress(f"timing at the size {size.name}", 1, len(contenders))
    taken, lost = _timed(runners, problem, size.rounds, np.random.RandomState(seed))
    held = {r.target: _or_said(lost, r, partial(r.meter.memory, problem)) for r in runners if r.target not in lost}
    typical = {target: median(times) for target, times in taken.items() if target not in lost}
    fastest = min(typical.values(), default=0.0)
    for runner in runners:
        if runner.target in lost:
            rows[runner.target] = _none(runner.target, size, lost[runner.target])
            continue
        t, times = typical[runner.target], taken[runner.target]
        spread = (float(np.quantile(times, 0.25)), float(np.quantile(times, 0.75)))
        rows[runner.target] = Price(
            target=runner.target,
            size=size.name,
            seconds=t,
            spread=spread,
            ratio=t / fastest,
            first_call=max(0.0, runner.first - t),
            memory=held[runner.target],
        )
    return [rows[c.target] for c in contenders]


def _none(target: str, size: Size, said: str) -> Price:
    return Price(target=target, size=size.name, said=said)


def _ready(contender: Contender, problem: Problem, V: Vectors, truth: np.ndarray, width: Tolerance) -> _Runner | str:
    """A target that is right at this size, and how long its first call took; else the reason why it is not timed."""
    if contender.implementation is None:
        return "not loaded"
    entry = _plainest(contender.implementation.entries, problem.cases[0])
    if entry is None:
        return "not taken"
    meter = entry.meter or _here(entry)
    asked = attempt(lambda: (meter.seconds(problem, 1), run_once(entry, problem)))
    if isinstance(asked, Raised):
        return _raised(asked.error)
    first, outcome = asked
    if any(is_gradient(failure.output) for failure in malformed(entry, problem, outcome)):
        return "wrong here"
    L = len(problem.parameters)
    blocks = [outcome[f"{kind}{l}"] for l in range(1, L + 1) for kind in ("dW", "db")]
    got = project([np.asarray(b, dtype=np.float64) for b in blocks], _flat(V)).T
    return "wrong here" if compare(got, truth.T, width).wrong.any() else _Runner(contender.target, first, meter)


def _raised(error: BaseException) -> str:
    return f"raised {what_raised(error).partition(':')[0]}" if not isinstance(error, TargetDied) else "was lost"


def _plainest(entries: Sequence[Entry], case: Case) -> Entry | None:
    """The function that does least beyond what is asked."""
    able = [entry for entry in entries if entry.domain.accepts(case) and not entry.random]
    return min(able, key=lambda e: (e.domain.l2 + e.domain.dropout, -len(e.domain.depths)), default=None)


def _here(entry: Entry) -> Meter:
    """A meter for what runs in this process."""
    return Meter(
        lambda problem, repetitions: seconds(lambda: entry.run(problem), repetitions),
        lambda problem: peak_memory(lambda: entry.run(problem)),
    )


def _directions(problem: Problem) -> Vectors:
    """One random direction through each block."""
    rng, blocks = np.random.RandomState(0), [a for pair in problem.parameters for a in pair]
    V = [np.zeros((len(blocks), *a.shape)) for a in blocks]
    for k, v in enumerate(V):
        v[k] = rng.standard_normal(v[k].shape)
    return list(zip(V[::2], V[1::2], strict=True))


def _flat(V: Vectors) -> list[np.ndarray]:
    return [v for pair in V for v in pair]


def _tolerance(problem: Problem, V: Vectors) -> Tolerance:
    """Of dJ along each direction."""
    M = magnitudes_of(problem)
    blocks = [part for pair in zip(M.dW, M.db, strict=True) for part in pair]
    return tolerance(problem, M, project(blocks, [np.abs(v) for v in _flat(V)]).T)


def _timed(
    runners: Sequence[_Runner], problem: Problem, rounds: int, rng: np.random.RandomState
) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Seconds of a call, one figure a round, the order drawn anew for each; and who raised on the way."""
    taken: dict[str, list[float]] = {runner.target: [] for runner in runners}
    lost: dict[str, str] = {}

    def clock(runner: _Runner, repetitions: int) -> float:
        return _or_said(lost, runner, lambda: runner.meter.seconds(problem, repetitions)) or BATCH

    counts = {r.target: max(1, int(BATCH / max(clock(r, 1), 1e-9))) for r in runners}
    for _ in range(rounds):
        for k in rng.permutation(len(runners)):
            runner = runners[int(k)]
            if runner.target not in lost:
                taken[runner.target].append(clock(runner, counts[runner.target]))
    return taken, lost


def _or_said(lost: dict[str, str], runner: _Runner, ask: Callable[[], T]) -> T | None:
    """The answer; a target that raises, or loses its process, costs itself alone."""
    answer = attempt(ask)
    if isinstance(answer, Raised):
        lost[runner.target] = _raised(answer.error)
        return None
    return answer
