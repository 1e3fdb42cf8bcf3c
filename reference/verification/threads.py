"""One thread for matrix products, and one that is not the main one, which hears interrupts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from threading import Thread
from typing import TypeVar

__all__ = ["one_thread", "promptly"]

T = TypeVar("T")


def one_thread() -> AbstractContextManager[object]:
    """Matrix products give other last bits with other thread counts: one is pinned.

    OpenMP counts for each thread that calls it, so this stands in the thread that computes.
    """
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def promptly(work: Callable[[], T]) -> T:
    """Run in a thread of its own, so that the main thread hears an interrupt at once, whatever JAX is compiling."""
    done: Future[T] = Future()

    def run() -> None:
        try:
            with one_thread():
                done.set_result(work())
        except BaseException as error:
            done.set_exception(error)

    Thread(target=run, daemon=True).start()
    return done.result()
