"""What a measure is asked: how much of it, and on how many threads. What it answers is written as it is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from benchmarks.machine import Before

__all__ = ["BenchmarkPlan", "Say"]

Say = Callable[[str], None]  # a piece of Markdown


class BenchmarkPlan(NamedTuple):
    """``rounds=None``: as many as each measure thinks enough. ``before``: the machine, for who starts a process."""

    rounds: int | None = None
    threads: int = 1
    quick: bool = False
    seed: int = 0
    before: Before | None = None
