"""Interleaved rounds. Everyone is timed once in every round, in an order that is drawn anew from a seed.

pytest-benchmark, and timeit, time one function to the end before the next begins. A machine that grows warm, or busy,
in those minutes then favours whoever came first. Here a slow minute falls on all alike, and a ratio is taken within
each round, between times that lie seconds apart: its median is quoted, with the quartiles of the rounds.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import click
import numpy as np

from reference.targets.metering import seconds

__all__ = ["Spread", "Times", "interleaved", "ratio", "spread", "traced_peak"]

BATCH = 10e-3  # seconds that are timed at once, at least: a clock has its price, and a first call finds cold caches
Times = dict[str, list[float]]  # seconds of one call, one figure a round


class Spread(NamedTuple):
    """The median of the rounds, between the quartiles."""

    median: float
    low: float
    high: float


def interleaved(
    work: Mapping[str, Callable[[int], object]], rounds: int, *, seed: int = 0, batch: float | None = BATCH
) -> Times:
    """Call everyone with the number of the round; a short call is repeated until ``batch`` seconds are full.

    ``batch=None``: each is called once a round, and not before the first. Garbage is not collected in the middle.
    """
    rng = np.random.RandomState(seed)
    names = list(work)
    counts = dict.fromkeys(names, 1)
    if batch is not None:
        for name in names:
            work[name](0)
            counts[name] = max(1, int(batch / max(seconds(lambda name=name: work[name](0), 1), 1e-9)))
    taken: Times = {name: [] for name in names}
    for number in range(rounds):
        click.echo(f"{', '.join(names)}: round {number + 1} of {rounds}", err=True)
        for k in rng.permutation(len(names)):
            name = names[int(k)]
            taken[name].append(seconds(lambda name=name, number=number: work[name](number), counts[name]))
    return taken


def spread(values: Sequence[float]) -> Spread:
    """Of one figure a round."""
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    return Spread(float(median), float(low), float(high))


def ratio(above: Sequence[float], below: Sequence[float]) -> Spread:
    """How many times ``below`` each round's ``above`` is."""
    return spread([a / b for a, b in zip(above, below, strict=True)])


def traced_peak(call: Callable[[], object]) -> int:
    """Bytes that Python and NumPy held at most during a call, beyond what they held before. It is slow: not timed."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        call()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
