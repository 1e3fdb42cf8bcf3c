"""Many targets in processes of ours, which live on from target to target; each target has a process of its own besides.

The seam is ``concurrent.futures.Executor``: whoever has one gives it, and what comes of a target is the same. A worker
that dies costs the targets that it might have had a second try, and at last each of these one of its own.
"""

from __future__ import annotations

import functools
import multiprocessing
import signal
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, NamedTuple

from reference.findings.verdicts import INTERNAL
from reference.interface.entry import Implementation
from reference.selftest.canary import canary
from reference.targets.listing import holds_nothing
from reference.targets.process.children import Children
from reference.verification.as_asked import judged_as_asked
from reference.verification.conclusion import Conclusion
from reference.verification.jobs import opening_of
from reference.verification.parallel import Job, concluded_of
from reference.verification.request import Request
from reference.verification.target import prepared
from reference.verification.threads import cores

__all__ = ["TargetAnswer", "answers_of", "processes"]

TRIES = 2  # of all targets together, before each has a worker of its own

Opener = Callable[[int], Executor]  # of so many workers


class TargetAnswer(NamedTuple):
    """What is concluded of a target, and whether it holds nothing that could be judged."""

    conclusion: Conclusion
    holds_nothing: bool = False


def processes(count: int) -> Executor:
    """Workers on this machine, which begin as a new interpreter does: nothing that runs here is in them."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, mp_context=context, initializer=signal.signal,
                               initargs=(signal.SIGINT, signal.SIG_IGN))  # fmt: skip


def answers_of(
    names: Sequence[str], asked: Request, opener: Opener, count: int, said: Callable[[str, TargetAnswer], None]
) -> tuple[dict[str, TargetAnswer], bool]:
    """What comes of every target, by name, and whether that is all: an interrupt keeps what is finished.

    ``said``: told of each as it is known.
    """
    found: dict[str, TargetAnswer] = {}

    def keep(name: str, answer: TargetAnswer) -> None:
        found[name] = answer
        said(name, answer)

    try:
        for _ in range(TRIES):
            left = [name for name in names if name not in found]
            if left:
                _ask(left, asked, opener, min(count, len(left)), keep)
        for name in [name for name in names if name not in found]:
            _ask([name], asked, opener, 1, keep)
            if name not in found:
                keep(
                    name,
                    TargetAnswer(Conclusion(name, "error", f"{INTERNAL}: its worker was lost, whenever it was tried")),
                )
    except KeyboardInterrupt:
        for child in multiprocessing.active_children():
            child.kill()
        return found, False
    return found, True


def _ask(
    names: Sequence[str], asked: Request, opener: Opener, count: int, keep: Callable[[str, TargetAnswer], None]
) -> None:
    """Every target once, as far as no worker dies."""
    executor = opener(count)
    try:
        waiting: Mapping[Future[TargetAnswer], str] = {executor.submit(answer_to, asked, name): name for name in names}
        for future in as_completed(waiting):
            try:
                keep(waiting[future], future.result())
            except BrokenExecutor:
                continue
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


# --- in a worker -----------------------------------------------------------------------------------------------------


class WorkerBench(NamedTuple):
    """What a worker has from its first target on."""

    children: Children
    witness_cache: dict[Any, Any]
    distrust: str | None  # why nothing that is judged here can be trusted


@functools.cache
def _bench(anew: bool) -> WorkerBench:
    for_good = ExitStack()
    for_good.enter_context(prepared(anew=anew))
    return WorkerBench(Children(many=True), {}, canary())


def answer_to(asked: Request, name: str) -> TargetAnswer:
    """Judge one target, here. What goes wrong on the way is said of it."""
    bench = _bench(asked.anew)
    if bench.distrust is not None:
        return TargetAnswer(Conclusion(name, "error", f"{INTERNAL}: {bench.distrust}"))
    several = cores() if bench.children.many else 1  # to fork one costs little, and the last target has all to itself
    own = replace(asked, options=replace(asked.options, witness_cache=bench.witness_cache, processes=several))
    job = Job(name, opening_of(name, own, bench.children))
    nothing = False

    def judged(implementation: Implementation, job: Job) -> Conclusion:
        nonlocal nothing
        nothing = holds_nothing(name, implementation)
        return judged_as_asked(implementation, job, own)

    return TargetAnswer(concluded_of(job, judged, alone=False), nothing)
