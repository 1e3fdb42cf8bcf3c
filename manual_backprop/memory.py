"""Memory that is freed is kept for the next array.

The C library of Linux hands a large block back to the system as soon as it is freed, and every page of the next one is
then mapped and cleared anew: for chunks of half a megabyte that takes longer than the arithmetic. It raises its
threshold to the size of the largest block that it has seen freed (glibc, ``M_MMAP_THRESHOLD``), so one block, never
touched, is enough. Elsewhere nothing changes.
"""

from __future__ import annotations

import functools

import numpy as np

__all__ = ["keep_freed_memory"]

LARGEST = (1 << 25) - (1 << 16)  # bytes; glibc follows no block beyond 32 MiB


@functools.cache
def keep_freed_memory() -> None:
    """Once a process: make a block of ``LARGEST`` bytes and let it go."""
    np.empty(LARGEST, dtype=np.uint8)
