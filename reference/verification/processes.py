"""Processes of this machine that work for this one."""

from __future__ import annotations

import os
import signal
from threading import Thread
from typing import TYPE_CHECKING

from reference.verification.environment import kept_as_they_are

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

__all__ = ["end_processes", "processes_beside"]

WARNINGS = "PYTHONWARNINGS"
TRACKER = "ignore:resource_tracker"  # multiprocessing's, which clears up after who was killed, and need not say so


def processes_beside(count: int) -> ProcessPoolExecutor:
    """They begin as a new interpreter does: nothing that runs here is in them. They end when this process does."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("spawn")
    with kept_as_they_are(WARNINGS):  # which the first pool begins the tracker with
        os.environ[WARNINGS] = ",".join(filter(None, (os.environ.get(WARNINGS), TRACKER)))
        return ProcessPoolExecutor(count, mp_context=context, initializer=_belongs_to_who_began_it)


def end_processes() -> None:
    """End them, whatever they are doing."""
    from multiprocessing import active_children

    for process in active_children():
        process.kill()


def _belongs_to_who_began_it() -> None:
    """An interrupt is for that one; and who is left alone, however that one ended, waits for nothing any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_it, daemon=True).start()


def _end_with_it() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
