"""Edited code in the place of a target's own functions, for a while and within a limit of time."""

from __future__ import annotations

import contextlib
import gc
import signal
import threading
from collections.abc import Iterator, Sequence
from types import CodeType, FrameType

from reference.targets.pairs.edits.edit import Edit
from reference.targets.pairs.edits.kinds import replaced
from reference.targets.pairs.edits.units import Unit, compiled

__all__ = ["TookTooLong", "in_place", "limited", "running"]

PATIENT = 20.0
COLLECTING = ("_weakrefset", "weakref")


class TookTooLong(BaseException):
    """A variant that did not come back; no ``except Exception`` of the target's swallows it."""


@contextlib.contextmanager
def in_place(edits: Sequence[Edit]) -> Iterator[bool]:
    """The edited functions in the place of the target's own; yields whether all of it fits together."""
    by_unit: dict[CodeType, list[Edit]] = {}
    for edit in edits:
        by_unit.setdefault(edit.unit.code, []).append(edit)
    ready = []
    for several in by_unit.values():
        unit = several[0].unit
        source = replaced(unit.page.source, [e.change for e in several])
        code = None if source is None else compiled(unit, source)
        if code is None:
            yield False
            return
        ready.append((unit, code))
    with running(ready):
        yield True


@contextlib.contextmanager
def running(ready: Sequence[tuple[Unit, CodeType]]) -> Iterator[None]:
    """Each function with another code, for a while."""
    try:
        for unit, code in ready:
            for function in unit.functions:
                function.__code__ = code
        yield
    finally:
        for unit, _ in ready:
            for function in unit.functions:
                function.__code__ = unit.code


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise ``TookTooLong`` within what does not come back, where the system has timers, in the main thread.

    ``seconds``: of the processor, so that a loaded machine changes no answer; what only waits has ``PATIENT`` times as
    many.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        if not _collecting(frame):  # what is raised there is lost: the next time will do
            raise TookTooLong(f"after {seconds:g} s")

    timers = ((signal.ITIMER_PROF, signal.SIGPROF, seconds), (signal.ITIMER_REAL, signal.SIGALRM, PATIENT * seconds))
    before = [(number, signal.signal(number, stop)) for _, number, _ in timers]
    for timer, _, after in timers:
        signal.setitimer(timer, after, 1.0)  # again, where a bare ``except`` swallows it
    try:
        yield
    finally:
        for timer, _, _ in timers:
            signal.setitimer(timer, 0)
        for number, handler in before:
            signal.signal(number, handler)


def _collecting(frame: FrameType | None) -> bool:
    """Is something being collected here: in a callback of a weak reference or of ``gc``, or in a ``__del__``?"""
    if frame is not None and frame.f_globals.get("__name__") in COLLECTING:
        return True
    callbacks = [getattr(callback, "__code__", None) for callback in gc.callbacks]
    while frame is not None and frame.f_code not in callbacks and frame.f_code.co_name != "__del__":
        frame = frame.f_back
    return frame is not None
