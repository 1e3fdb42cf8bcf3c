"""Processes of this machine that work for this one."""

from __future__ import annotations

import multiprocessing
import signal
from concurrent.futures import ProcessPoolExecutor

__all__ = ["end_processes", "processes_beside"]


def processes_beside(count: int) -> ProcessPoolExecutor:
    """They begin as a new interpreter does: nothing that runs here is in them. An interrupt is for who began them."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(
        count, mp_context=context, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)
    )


def end_processes() -> None:
    """End them, whatever they are doing."""
    for process in multiprocessing.active_children():
        process.kill()
