"""Questions to workers, and their answers as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import suppress
from typing import Any, TypeVar

from reference.commands.many.executors import Opener, SchedulerError

__all__ = ["answers"]

K = TypeVar("K")

PATIENCE = 0.5  # seconds until it is asked whether anybody is still there, and whether anybody still wants to know


def answers(
    questions: Mapping[K, tuple[Any, ...]], opener: Opener, count: int, *, stopped: Callable[[], bool] = lambda: False
) -> Iterator[tuple[K, Any]]:
    """Of each question, a function with its arguments, the answer; none where its worker was lost, or died with
    another's question.

    Raises ``SchedulerError`` where nobody is left to ask, and ``KeyboardInterrupt`` once it is ``stopped``.
    """
    pool = opener(min(count, len(questions)))
    try:
        waiting = {pool.executor.submit(*question): key for key, question in questions.items()}
        left = set(waiting)
        while left:
            done, left = wait(left, timeout=PATIENCE, return_when=FIRST_COMPLETED)
            if stopped():
                raise KeyboardInterrupt
            if why := pool.gone():
                raise SchedulerError(why)
            for future in done:
                with suppress(*pool.lost):
                    yield waiting[future], future.result()
    finally:
        if not pool.kept:
            pool.executor.shutdown(wait=False, cancel_futures=True)
