"""What one call costs: seconds, and the most memory that it held. Measured where the target runs."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

__all__ = ["peak_memory", "seconds", "what_is_held_is_no_garbage"]

RESET, STATUS, MARK = Path("/proc/self/clear_refs"), Path("/proc/self/status"), "5"


@contextlib.contextmanager
def what_is_held_is_no_garbage() -> Iterator[None]:
    """The collector looks at what is made from here on alone: of a framework's own objects there are a million."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def seconds(call: Callable[[], Any], repetitions: int) -> float:
    """The time of one call: the mean over ``repetitions`` calls in a row, garbage collection off."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        started = time.perf_counter()
        for _ in range(repetitions):
            call()
        return (time.perf_counter() - started) / repetitions
    finally:
        if collecting:
            gc.enable()


def peak_memory(call: Callable[[], Any]) -> int | None:
    """Bytes that the process held during a call beyond what it held before; ``None`` where the system does not tell.

    By the kernel's own count of resident pages, so that every allocator is seen (NumPy's, PyTorch's, XLA's). Freed
    memory is handed back first: else a call would find its memory already there.
    """
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    try:
        RESET.write_text(MARK)
        before = _kibibytes("VmRSS")
        call()
        return max(0, _kibibytes("VmHWM") - before) * 1024
    except (OSError, ValueError, StopIteration):
        return None


def _kibibytes(field: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1])
