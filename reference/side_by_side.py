"""Several targets at once: each in its own process, as many as there are cores, reported in the order they were
given.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from reference.implementations import Implementation, TargetError
from reference.report.model import Target

__all__ = ["side_by_side"]

OURS = "internal error, not the target's fault"
DEBUG = "MANUAL_BACKPROP_DEBUG"  # set: the traceback
Opening = tuple[str, Callable[[], Implementation]]


def side_by_side(openings: Sequence[Opening], verify: Callable[[Implementation], Target]) -> list[Target]:
    """Verify every target. What stops one of them costs that one; an interrupt keeps what was finished.

    Of a single target, ``TargetError`` is raised.
    """
    if len(openings) == 1:
        return [_one(openings[0], verify, alone=True)]
    found: dict[int, Target] = {}
    pool = ThreadPoolExecutor(max_workers=_workers(len(openings)))
    futures: list[Future[Target]] = [pool.submit(_one, opening, verify) for opening in openings]
    try:
        for k, future in enumerate(futures):
            found[k] = future.result()
    except KeyboardInterrupt:
        for k, future in enumerate(futures):
            future.cancel()
            if k not in found and future.done() and not future.cancelled():
                found[k] = future.result()
        name = next(openings[k][0] for k in range(len(openings)) if k not in found)
        found[len(openings)] = Target(target=name, verdict="interrupted", error="interrupted")
        pool.shutdown(wait=False, cancel_futures=True)
    else:
        pool.shutdown()
    return [found[k] for k in sorted(found)]


def _one(opening: Opening, verify: Callable[[Implementation], Target], *, alone: bool = False) -> Target:
    name, load = opening
    try:
        implementation = load()
    except TargetError as error:
        if alone:
            raise
        return Target(target=name, verdict="error", error=str(error))
    try:
        return verify(implementation)
    except Exception as error:
        if alone or os.environ.get(DEBUG):
            raise
        return Target(target=name, verdict="error", error=f"{OURS}: {type(error).__name__}: {error}")
    finally:
        implementation.close()


def _workers(targets: int) -> int:
    return max(
        1, min(targets, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    )
