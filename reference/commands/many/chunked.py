"""The chunks of a campaign by workers: processes of this machine, or Dask's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from reference.commands.many.asking import answers
from reference.commands.many.executors import Opener
from reference.commands.many.workers import bench_of
from reference.interface.exceptions import TargetNotStarted
from reference.verification.chunks import Chunk, Elsewhere, JudgedChunk, judge_chunk
from reference.verification.excepted import without
from reference.verification.jobs import opening_of
from reference.verification.known import Run
from reference.verification.request import Request
from reference.verification.target import with_slack

__all__ = ["by_workers"]

TRIES = 3


def by_workers(name: str, asked: Request, opener: Opener, count: int) -> Elsewhere:
    """Of the target of this name, by ``count`` workers."""
    where = os.getcwd()

    def judged(chunks: Sequence[Chunk], stopped: Callable[[], bool]) -> Iterator[JudgedChunk]:
        left, found, told = dict.fromkeys(chunks), dict[Chunk, Run](), 0
        for _ in range(TRIES):
            questions = {chunk: (answer_chunk, asked, name, chunk, where) for chunk in left}
            for chunk, run in answers(questions, opener, count, stopped=stopped) if questions else ():
                left.pop(chunk)
                found[chunk] = run
                while told < len(chunks) and chunks[told] in found:
                    yield chunks[told], found.pop(chunks[told])
                    told += 1
        yield from ((chunk, found.get(chunk)) for chunk in chunks[told:])

    return judged


def answer_chunk(asked: Request, name: str, chunk: Chunk, where: str) -> Run:
    """Judge one, here. JAX is asked each time: so many answers are not kept."""
    os.chdir(where)
    bench = bench_of(True)
    if bench.distrust is not None:
        raise TargetNotStarted(bench.distrust)
    implementation = with_slack(without(opening_of(name, asked, bench.children)(), asked.excepted), asked.slack)
    try:
        entry = next(entry for entry in implementation.entries if entry.check == chunk.check)
        return judge_chunk(entry, chunk, seed=asked.options.seed)
    finally:
        implementation.close()
