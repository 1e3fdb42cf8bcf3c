"""Who does the work: any ``concurrent.futures.Executor``. Processes of this machine, or workers of Dask anywhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import contextmanager
from typing import NamedTuple

from reference.verification.processes import processes_beside

__all__ = ["AGAIN", "LOCAL", "Opener", "SchedulerError", "WorkerPool", "opened", "processes"]

LOCAL = "local"
PATIENCE = 10  # seconds for a scheduler to answer
AGAIN = "the same command with --resume goes on from here"
DASK = "--scheduler needs Dask: pip install 'manual-backprop[dask]'"


class SchedulerError(Exception):
    """No scheduler of that name, or it does not answer, or not any more."""


class WorkerPool(NamedTuple):
    """``lost``: what a future raises of which the worker is gone. ``kept``: it is not closed with each round.

    ``gone``: why nothing that was asked will ever be answered, or "".
    """

    executor: Executor
    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)
    kept: bool = False
    gone: Callable[[], str] = str


Opener = Callable[[int], WorkerPool]  # of so many workers


def processes(count: int) -> WorkerPool:
    """Workers on this machine."""
    return WorkerPool(processes_beside(count))


@contextmanager
def opened(scheduler: str | None, count: int) -> Iterator[Opener]:
    """How to get workers: of the scheduler at an address, of one that is begun here ("local"), or without any.

    Raises ``SchedulerError``.
    """
    if scheduler is None:
        yield processes
        return
    try:
        from distributed import Client, KilledWorker, LocalCluster
        from distributed.comm import CommClosedError
    except ImportError:
        raise SchedulerError(DASK) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters of it is said by us
    cluster = None
    try:
        if scheduler == LOCAL:
            cluster = LocalCluster(n_workers=count, threads_per_worker=1, processes=True, dashboard_address=None)
        client = Client(scheduler if cluster is None else cluster, timeout=PATIENCE)
    except (OSError, ValueError, TypeError) as error:
        if cluster is not None:
            cluster.close()
        what = str(error).partition("\n")[0] or type(error).__name__
        raise SchedulerError(f"--scheduler {scheduler}: no scheduler of Dask answers there: {what}") from None
    lost = (KilledWorker, CommClosedError, CancelledError, BrokenExecutor, TimeoutError)

    def gone() -> str:
        return "" if client.status in ("running", "connecting") else f"--scheduler {scheduler}: it was lost; {AGAIN}"

    try:
        yield lambda count: WorkerPool(client.get_executor(pure=False), lost, kept=True, gone=gone)
    finally:
        client.close(timeout=PATIENCE)
        if cluster is not None:
            cluster.close(timeout=PATIENCE)
