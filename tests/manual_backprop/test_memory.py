"""Freed memory is kept: pages are not mapped anew for every large array."""

from __future__ import annotations

import subprocess
import sys

import pytest

FAULTS = """
import resource, numpy as np
from manual_backprop.memory import keep_freed_memory
{first}
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(200):
        a, b, c = (np.ones(1 << 16) for _ in range(3))
        del a, b, c
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults()
print(faults())
"""


def faults(first: str) -> int:
    found = subprocess.run(
        [sys.executable, "-c", FAULTS.format(first=first)], capture_output=True, text=True, check=True
    )
    return int(found.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the C library of Linux")
def test_pages_are_not_mapped_anew() -> None:
    before, after = faults(""), faults("keep_freed_memory()")
    if before < 1000:
        pytest.skip(f"this C library keeps freed memory by itself: {before} page faults")
    assert after < before / 20
