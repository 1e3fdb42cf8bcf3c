"""What the witnesses say of the stacks to come, asked by a process beside this one, from the last to the first.

Who judges goes from the first to the last, and asks for itself what nobody has begun: the two meet where both are done.
That process asks about what Hypothesis will find before all else: these cases come last, and one by one. What is said
of a stack is a function of its cases alone, and so it is the same whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from reference.cases.case import Case
from reference.cases.domain import Domain
from reference.cases.generation import explore, nothing_written
from reference.cases.problem import Problem, draw
from reference.interface.entry import Entry
from reference.judging.hearing import LARGEST_WITNESS_CACHE, WitnessCache, heard
from reference.judging.judge import Judgement
from reference.verification.processes import processes_beside
from reference.verification.threads import one_thread

__all__ = ["FEWEST", "Ahead", "Sought", "asking_ahead"]

FEWEST = 100  # stacks for which it pays to begin a process
Asked = tuple[tuple[Case, ...], bool]  # a stack, and whether the complex step is asked along every coordinate
Answer = tuple[Any, Any]  # the key of a stack in the cache, and what is kept there


class Sought(NamedTuple):
    """So many cases of a domain that Hypothesis will find by the seed alone."""

    domain: Domain
    examples: int
    seed: int


class Ahead:
    """``fetch(stack, exhaustive)``: what was asked ahead of a stack is in the ``cache`` from then on.

    ``judging(judge)`` does that before it judges.
    """

    def __init__(
        self, cache: WitnessCache, waiting: dict[Asked, Future[Answer]], sought: Sequence[Future[list[Answer]]] = ()
    ) -> None:
        self.cache, self._waiting, self._sought = cache, waiting, list(sought)

    def fetch(self, stack: Sequence[Case], exhaustive: bool) -> None:
        future = self._waiting.pop((tuple(stack), exhaustive), None)
        if future is not None and not future.cancel():
            self._keep(lambda: [future.result()])
        elif future is None and not exhaustive:
            while self._sought:
                self._keep(self._sought.pop().result)

    def _keep(self, answers: Callable[[], list[Answer]]) -> None:
        try:
            self.cache.update(answers())
        except (BrokenExecutor, CancelledError):  # nobody is there any more: it is asked here
            return

    def judging(self, judge: Callable[..., Judgement]) -> Callable[..., Judgement]:
        def judged(entry: Entry, problem: Problem, *, exhaustive: bool, **how: Any) -> Judgement:
            self.fetch(problem.cases, exhaustive)
            return judge(entry, problem, exhaustive=exhaustive, **how)

        return judged


@contextmanager
def asking_ahead(stacks: Sequence[Asked], cache: WitnessCache, sought: Sequence[Sought] = ()) -> Iterator[Ahead]:
    """Of the stacks that are to come, where it pays and what is said of them can be kept."""
    if not FEWEST <= len(stacks) <= LARGEST_WITNESS_CACHE:
        yield Ahead(cache, {})
        return
    pool = processes_beside(1)
    try:
        found = [pool.submit(_ask_about, each) for each in sought]
        yield Ahead(cache, {asked: pool.submit(_ask, *asked) for asked in reversed(stacks)}, found)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _ask(stack: tuple[Case, ...], exhaustive: bool) -> Answer:
    rng = np.random.RandomState()
    with one_thread():
        return heard(draw(list(stack), rng), exhaustive, rng)


def _ask_about(sought: Sought) -> list[Answer]:
    found: list[Case] = []
    with nothing_written():
        explore(sought.domain, found.append, examples=sought.examples, seed=sought.seed)
    return [_ask((case,), False) for case in found]
