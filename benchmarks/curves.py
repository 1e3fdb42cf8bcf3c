"""Cost over an axis of three decades: what is called at each point, what it took, and how steeply that grows.

A slope is that of a straight line through the logarithms: 1 is cost in proportion, 0 is none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.plan import BenchmarkPlan
from benchmarks.tables import duration, markdown, size
from benchmarks.timing import interleaved, spread, traced_peak

__all__ = ["Curve", "Job", "measured", "slope", "table", "upper"]


class Job(NamedTuple):
    """One axis, and what is called at each of its points."""

    title: str
    axis: str
    x: list[int]
    work: list[Callable[[], object]]


class Curve(NamedTuple):
    """What a job cost."""

    job: Job
    seconds: list[float]
    memory: list[float]  # bytes


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """Of log y over log x, by least squares."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def upper(values: Sequence[float]) -> Sequence[float]:
    """The larger half, where fixed prices no longer show."""
    return values[len(values) // 2 :]


def measured(job: Job, plan: BenchmarkPlan, rounds: int) -> Curve:
    """Time first; memory apart, since counting it is slow."""
    calls = {str(k): (lambda number, call=call: call()) for k, call in enumerate(job.work)}
    taken = interleaved(calls, plan.rounds or rounds, seed=plan.seed)
    return Curve(job, [spread(taken[name]).median for name in calls], [float(traced_peak(call)) for call in job.work])


def table(found: Sequence[Curve]) -> str:
    """Markdown: the ends of each curve, and its slopes."""
    rows = []
    for (title, axis, x, _), seconds, memory in found:
        row = [f"{title.lower()}, {x[0]:,} to {x[-1]:,} {axis}"]
        for y, shown in ((seconds, duration), (memory, size)):
            slopes = (slope(x, y), slope(upper(x), upper(y)))
            row += [f"{shown(y[0])} to {shown(y[-1])}", *(f"{power:.2f}" for power in slopes)]
        rows.append(row)
    return markdown(("growth", "time", "slope", "upper half", "memory", "slope", "upper half"), rows)
