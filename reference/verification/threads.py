"""One thread for matrix products, and one that is not the main one, which hears interrupts."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from threading import Thread
from typing import TypeVar

__all__ = ["begun", "beside_one_another", "cores", "imported_beside", "one_thread", "promptly"]

T = TypeVar("T")


def one_thread() -> AbstractContextManager[object]:
    """Matrix products give other last bits with other thread counts: one is pinned.

    OpenMP counts for each thread that calls it, so this stands in the thread that computes.
    """
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def beside_one_another(work: Callable[[bool], None], *, several: bool) -> None:
    """``work(False)`` here and, where ``several`` may, ``work(True)`` in a thread beside it. Raises what they raise."""
    if not several:
        work(False)
        return
    done = begun(lambda: work(True))
    try:
        work(False)
    finally:
        other = done.exception()
    if other is not None:
        raise other


def promptly(work: Callable[[], T]) -> T:
    """Run in a thread of its own, so that the main thread hears an interrupt at once, whatever JAX is compiling."""
    return begun(work).result()


@contextmanager
def imported_beside(module: str) -> Iterator[None]:
    """What will be needed is imported in a thread beside this one, which at the end waits for it."""
    done = begun(lambda: importlib.import_module(module))
    try:
        yield
    finally:
        done.exception()


def begun(work: Callable[[], T]) -> Future[T]:
    """What comes of work that is done in a thread of its own."""
    done: Future[T] = Future()
    Thread(target=_finish, args=(done, work), daemon=True).start()
    return done


def _finish(done: Future[T], work: Callable[[], T]) -> None:
    try:
        with one_thread():
            done.set_result(work())
    except BaseException as error:
        done.set_exception(error)
