"""A campaign in chunks is the same whoever judges them, in whatever order, and what is lost is said."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any

import numpy as np
import pytest

from reference.cases.generation import random_stacks
from reference.commands.many import chunked
from reference.commands.many.executors import WorkerPool
from reference.settings.formats import TEXT
from reference.settings.profiles import Profile
from reference.targets import resolve
from reference.verification import chunks, run
from reference.verification.chunks import Chunk, chunks_of, judge_chunk
from reference.verification.known import Run
from reference.verification.options import Options
from reference.verification.request import request
from reference.verification.run import verify
from tests.reference import mistakes

EXAMPLES, CHUNK = 170, 48


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few cases are a campaign."""
    for module in (chunks, run):
        monkeypatch.setattr(module, "CHUNK", CHUNK)


def test_chunks_are_all_but_the_first_cases(small: None) -> None:
    found = chunks_of("f", 2, EXAMPLES)
    assert [(c.number, c.cases) for c in found] == [(1, 48), (2, 48), (3, 26)]
    assert chunks_of("f", 2, CHUNK) == []
    assert sum(c.cases for c in chunks_of("f", 0, 10 * CHUNK)) == 9 * CHUNK


def test_the_cases_of_a_chunk_depend_on_the_seed_and_its_number_alone() -> None:
    entry = resolve("manual_backprop")().entries[0]
    one = judge_chunk(entry, Chunk(entry.check, 0, 1, 32), seed=0)
    again, other, third = (
        judge_chunk(entry, Chunk(entry.check, 0, number, 32), seed=seed) for number, seed in ((1, 0), (2, 0), (1, 1))
    )
    assert (one.tallies, one.drawn) == (again.tallies, again.drawn)
    assert one.seen == set()
    assert one.drawn == 32
    assert one.tallies != other.tallies
    assert one.tallies != third.tallies
    streams = [np.random.RandomState(seed) for seed in ([0, 0], [0, 0, 1])]
    assert len({str(case) for s in streams for stack in random_stacks(entry.domain, s, 32) for case in stack}) == 64


class Backwards(Executor):
    """Answers the last question first; ``lost`` of the chunks' workers die, so many times."""

    def __init__(self, lost: dict[int, int]) -> None:
        self.lost, self.asked = lost, list[tuple[Future[Run], tuple[Any, ...]]]()

    def submit(self, *question: Any, **_: Any) -> Future[Run]:  # type: ignore[override]
        self.asked.append((Future(), question))
        return self.asked[-1][0]

    def answer(self) -> None:
        for future, (call, asked, name, chunk, where) in reversed(self.asked):
            if self.lost.get(chunk.number, 0) > 0:
                self.lost[chunk.number] -= 1
                future.set_exception(BrokenExecutor())
            else:
                future.set_result(call(asked, name, chunk, where))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        pass


def judged(name: str, monkeypatch: pytest.MonkeyPatch, lost: dict[int, int] | None) -> tuple[Run, list[str]]:
    """Verified with so many chunks lost by workers that answer backwards; ``None``: without workers."""
    pools: list[Backwards] = []

    def opener(count: int) -> WorkerPool:
        pools.append(Backwards(lost or {}))
        return WorkerPool(pools[-1])

    def waiting(left: Any, **how: Any) -> tuple[set[Any], set[Any]]:
        pools[-1].answer()
        return set(left), set()

    monkeypatch.setattr("reference.commands.many.asking.wait", waiting)
    monkeypatch.setattr(chunked, "opening_of", lambda *_: lambda: opened_as(name))
    asked = request((name,), TEXT, {"examples": EXAMPLES})
    said: list[str] = []
    own = Options(
        Profile(examples=EXAMPLES, explore=0), decided=said.append,
        elsewhere=None if lost is None else chunked.by_workers(name, asked, opener, 2),
    )  # fmt: skip
    found = Run()
    verify(opened_as(name), own, found)
    return found, said


def opened_as(name: str) -> Any:
    if name == "wrong":
        return mistakes.implementation(
            mistakes.times("dW", lambda s: 1.001 if s.hidden == "tanh" else 1.0), name="wrong"
        )
    return resolve(name)()


@pytest.mark.parametrize("name", ["wrong", pytest.param("manual_backprop", marks=pytest.mark.slow)])
@pytest.mark.parametrize("lost", [{}, {2: 1}, {1: 2, 3: 1}])
def test_it_is_the_same_whoever_judges_them(
    small: None, monkeypatch: pytest.MonkeyPatch, name: str, lost: dict[int, int]
) -> None:
    here, told_here = judged(name, monkeypatch, None)
    there, told_there = judged(name, monkeypatch, dict(lost))
    assert here == there
    assert told_here == told_there
    assert bool(here.failures) == (name == "wrong")
    assert here.drawn >= EXAMPLES - CHUNK
    assert here.floor


def test_a_chunk_that_is_always_lost_is_not_passed_over(small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = judged("wrong", monkeypatch, {2: 99})
    assert not found.floor
    assert [note for note in found.notes if "chunk 2" in str(note) and "lost" in str(note)]


def test_who_wants_to_know_no_more_is_not_answered(small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Run()

    def elsewhere(asked: Any, stopped: Any) -> Any:
        known.stopped = True
        yield asked[0], Run()

    with pytest.raises(KeyboardInterrupt):
        verify(opened_as("wrong"), Options(Profile(examples=EXAMPLES, explore=0), elsewhere=elsewhere), known)
