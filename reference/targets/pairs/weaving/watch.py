"""Who looks on while woven functions run: nobody, or one observer at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Protocol

__all__ = ["MARK", "WATCH", "Observer", "TurnIsOver", "watched_by"]

MARK = "<woven>"  # stands in the source tree for ``WATCH``; no target's text is called


class TurnIsOver(BaseException):
    """Raised to leave a woven function; no ``except Exception`` of the target's swallows it."""


class Observer(Protocol):
    """What is told of one function's run. ``turn``: the number of a loop, or -1 for the whole function."""

    site: str

    def begins(self, turn: int, frame: FrameType) -> None: ...

    def given(self, turn: int, name: str, value: Any) -> Any: ...

    def before(self, statement: int, frame: FrameType) -> None: ...

    def ends(self, turn: int, frame: FrameType) -> None: ...


class Watch:
    """What woven code calls; without an observer of that function it does nothing."""

    def __init__(self) -> None:
        self.observer: Observer | None = None

    def __call__(self, what: str, site: str, number: int, *rest: Any) -> Any:
        observer = self.observer
        if observer is None or observer.site != site:
            return rest[1] if what == "given" else None
        if what == "given":
            return observer.given(number, *rest)
        frame = sys._getframe(1)
        if what == "before":
            return observer.before(number, frame)
        return observer.begins(number, frame) if what == "begins" else observer.ends(number, frame)


WATCH = Watch()


@contextmanager
def watched_by(observer: Observer) -> Iterator[None]:
    """The observer looks on, for a while."""
    before, WATCH.observer = WATCH.observer, observer
    try:
        yield
    finally:
        WATCH.observer = before
