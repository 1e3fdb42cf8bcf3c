"""What JAX answers, asked in a process beside this one: it compiles for every shape, and nobody else needs to wait.

That process goes from the first shape to the last; who has asked everybody else takes over from the last to the first.
The answer to a problem is a function of the problem alone, and so it is the same whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from functools import cache
from typing import NamedTuple

from reference.cases.problem import Problem
from reference.comparison.answers import Answer, Participant, answer
from reference.interface.entry import Entry
from reference.targets import BUILT_IN
from reference.verification.processes import processes_beside
from reference.verification.threads import cores, one_thread

__all__ = ["COMPILED", "OneShape", "asked_beside", "asking_beside"]

COMPILED = ("jax",)  # the built-in targets that are compiled for every shape


class OneShape(NamedTuple):
    """Problems of one shape, by their numbers, that a process beside this one was asked about."""

    numbers: list[int]
    answers: Future[list[Answer]]

    def fetch(self, here: Callable[[int], Answer]) -> dict[int, Answer]:
        """What came of it; asked ``here`` where nobody has begun, and where nobody is there any more."""
        if not self.answers.cancel():
            try:
                return dict(zip(self.numbers, self.answers.result(), strict=True))
            except BrokenExecutor:
                pass
        return {k: here(k) for k in self.numbers}


@contextmanager
def asking_beside(names: Sequence[str]) -> Iterator[Executor | None]:
    """A process that asks what is compiled, where there is such a target among others, and a core for it.

    It begins at once: what it has to import takes as long as what is imported here.
    """
    compiled = [name for name in names if name in COMPILED]
    if not compiled or len(names) == len(compiled) or cores() == 1:
        yield None
        return
    pool = processes_beside(1)
    try:
        pool.submit(_load, compiled[0])
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def asked_beside(
    pool: Executor | None, who: Participant, problems: Sequence[Problem], numbers: Sequence[int]
) -> list[OneShape]:
    """What ``pool`` was asked of the problems with these numbers, shape by shape; nothing where it is not for it."""
    if pool is None or who.target not in COMPILED:
        return []
    shapes: dict[object, list[int]] = {}
    for k in numbers:
        shapes.setdefault(problems[k].shape, []).append(k)
    try:
        return [OneShape(mine, pool.submit(_answers, who, [problems[k] for k in mine])) for mine in shapes.values()]
    except BrokenExecutor:
        return []


def _load(target: str) -> None:
    _entries(target)


def _answers(who: Participant, problems: Sequence[Problem]) -> list[Answer]:
    entry = _entries(who.target)[who.check]
    with one_thread():
        return [answer(entry, problem) for problem in problems]


@cache
def _entries(target: str) -> dict[str, Entry]:
    return {entry.check: entry for entry in BUILT_IN[target]().entries}
