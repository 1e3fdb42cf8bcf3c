"""A worker that ends leaves nobody behind: what it began is waited for, so that its time is counted as well."""

from __future__ import annotations

import os

import pytest

from reference.commands.many.workers import bench_of
from reference.targets.process.template import forks
from reference.verification.processes import processes_beside


def begun() -> list[int]:
    """In a worker: its template, and a process that is forked from it."""
    children = bench_of(False).children
    forked = children.take()
    assert children.template is not None
    return [children.template.process.pid, forked.pid]


@pytest.mark.slow
@pytest.mark.skipif(not forks(), reason="there is no fork here")
def test_what_a_worker_began_ends_with_it() -> None:
    with processes_beside(1) as pool:
        template, _ = pool.submit(begun).result()
        os.kill(template, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(template, 0)
