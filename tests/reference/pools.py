"""A pool of processes that is none: what it is asked, it answers at once, or never, or not at all."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, Future
from typing import Any

__all__ = ["Pool"]


class Pool:
    """Answers what it is asked at once; ``left``: so many, the others never. ``broken``: none, and it says so."""

    made: list[Pool] = []  # noqa: RUF012

    def __init__(self, *_: Any, **__: Any) -> None:
        self.answered = 0
        self.closed = False
        Pool.made.append(self)

    left, broken = 10**6, False

    def submit(self, call: Any, *question: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.broken:
            future.set_exception(BrokenExecutor())
        elif self.answered < self.left:
            self.answered += 1
            future.set_result(call(*question))
        return future

    def shutdown(self, **_: Any) -> None:
        self.closed = True
