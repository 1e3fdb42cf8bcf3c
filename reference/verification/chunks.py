"""Campaigns: random cases in chunks, whose seeds depend on the run's seed and on their own number alone.

So it does not matter who judges a chunk, and when: what was found of them is put together in the order of their
numbers, to the same counts, the same first failure and the same largest error. Of its cases only the number is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from reference.cases.generation import STACK, random_stacks
from reference.cases.problem import draw
from reference.interface.entry import Entry
from reference.judging.judge import Judgement, judge
from reference.verification.known import Run

__all__ = ["CHUNK", "Chunk", "Elsewhere", "JudgedChunk", "chunks_of", "judge_chunk"]

CHUNK = 20_000  # cases; a run of fewer has none


class Chunk(NamedTuple):
    """So many ``cases`` of a check; ``stream``: which of its target's streams of random cases, ``number``: from 1."""

    check: str
    stream: int
    number: int
    cases: int


JudgedChunk = tuple[Chunk, Run | None]  # and what was found; None where whoever judged it was lost each time
Elsewhere = Callable[[Sequence[Chunk], Callable[[], bool]], Iterator[JudgedChunk]]  # of chunks, in their order
# until the function says that nobody wants to know any more: then it raises ``KeyboardInterrupt``


def chunks_of(check: str, stream: int, examples: int) -> list[Chunk]:
    """All but the first ``CHUNK`` cases of so many."""
    numbers = range(1, -(-examples // CHUNK))
    return [Chunk(check, stream, k, min(CHUNK, examples - k * CHUNK)) for k in numbers]


def judge_chunk(entry: Entry, chunk: Chunk, *, seed: int, judge: Callable[..., Judgement] = judge) -> Run:
    """What is found of it, from nothing that was found before. ``seed``: of the run."""
    run, rng = Run(), np.random.RandomState()  # scratch: reseeded for every case
    cases = np.random.RandomState([seed, chunk.stream, chunk.number])
    for stack in random_stacks(entry.domain, cases, chunk.cases, stacked=STACK):
        problem = draw(stack, rng)
        judgement = judge(entry, problem, exhaustive=False, rng=rng, witness_cache=None)
        run.add(entry, stack, judgement, problem.nudged)
    run.drawn, run.seen = len(run.seen), set()
    return run
