"""Several targets at once: as many as there are cores, reported in the order they were given, stopped within a second.

The work is done in threads of their own, so that the main thread hears an interrupt at once, whatever JAX is compiling.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import wait as all_done
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread

from reference.cases.case import CaseError
from reference.findings.verdicts import DEBUG, INTERNAL
from reference.interface.entry import Implementation
from reference.interface.exceptions import TargetChanged, TargetNotStarted
from reference.targets import TargetError
from reference.verification.conclusion import Conclusion
from reference.verification.known import Run
from reference.verification.no_such_pair import NoSuchPair
from reference.verification.threads import cores, one_thread

__all__ = ["Job", "concluded_of", "side_by_side"]

PATIENCE = 0.3  # seconds for what runs to notice that it is to stop


class Job:
    """One target on its way: how to open it, what is known so far, and what came of it."""

    def __init__(self, name: str, opening: Callable[[], Implementation]) -> None:
        self.name, self.opening = name, opening
        self.implementation: Implementation | None = None
        self.run = Run()
        self.done: Future[Conclusion] = Future()


def side_by_side(
    jobs: Sequence[Job],
    verify: Callable[[Implementation, Job], Conclusion],
    so_far: Callable[[Implementation, Run], Conclusion],
) -> list[Conclusion]:
    """Verify every target. What stops one of them costs that one; an interrupt keeps what was finished.

    ``so_far`` says what was verified when a run is interrupted. Of a single target, ``TargetError`` is raised.
    """
    waiting: SimpleQueue[Job] = SimpleQueue()
    for job in jobs:
        waiting.put(job)
    for _ in range(max(1, min(len(jobs), cores()))):
        Thread(target=_work, args=(waiting, verify, len(jobs) == 1), daemon=True).start()
    try:
        return [job.done.result() for job in jobs]
    except KeyboardInterrupt:
        return _interrupted(jobs, so_far)


def _work(waiting: SimpleQueue[Job], verify: Callable[[Implementation, Job], Conclusion], alone: bool) -> None:
    with one_thread():
        _work_off(waiting, verify, alone)


def _work_off(waiting: SimpleQueue[Job], verify: Callable[[Implementation, Job], Conclusion], alone: bool) -> None:
    while True:
        try:
            job = waiting.get_nowait()
        except Empty:
            return
        try:
            job.done.set_result(concluded_of(job, verify, alone=alone))
        except BaseException as error:
            job.done.set_exception(error)


def concluded_of(job: Job, verify: Callable[[Implementation, Job], Conclusion], *, alone: bool) -> Conclusion:
    """What is concluded of one target; what goes wrong on the way is said of it, and stops no other."""
    if job.run.stopped:
        raise KeyboardInterrupt
    try:
        job.implementation = job.opening()
        return verify(job.implementation, job)
    except TargetError as error:
        if alone and job.implementation is None:
            raise
        return Conclusion(job.name, "error", str(error))
    except NoSuchPair as error:  # another of the targets may have it
        if alone:
            raise
        return Conclusion(job.name, "inconclusive", notes=(str(error),))
    except CaseError as error:
        if alone:
            raise
        return Conclusion(job.name, "error", f"target {job.name!r}: {error}")
    except (TargetNotStarted, TargetChanged) as error:
        return Conclusion(job.name, "error", f"target {job.name!r}: {error}")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit included: a library's, not a user's
        if alone or os.environ.get(DEBUG):
            raise
        return Conclusion(job.name, "error", f"{INTERNAL}: {type(error).__name__}: {error}")
    finally:
        with suppress(Exception):
            if job.implementation is not None:
                job.implementation.close()


def _interrupted(jobs: Sequence[Job], so_far: Callable[[Implementation, Run], Conclusion]) -> list[Conclusion]:
    """What is finished, then what is known of those that had begun."""
    for job in jobs:
        job.run.stopped = True
    all_done([job.done for job in jobs], timeout=PATIENCE)
    found, begun = [], []
    for job in jobs:
        if job.done.done() and job.done.exception() is None:
            found.append(job.done.result())
        elif job.implementation is not None:
            begun.append(so_far(job.implementation, job.run.copy()))
            job.implementation.close()
    if not begun:
        name = next((job.name for job in jobs if job.implementation is None), jobs[-1].name)
        begun = [Conclusion(name, "interrupted", "interrupted")]
    return found + begun
