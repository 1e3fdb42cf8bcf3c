"""Many targets in processes of ours, which live on from target to target; each target has a process of its own besides.

A worker that dies costs the targets that it might have had a second try, and at last each of these one of its own.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from multiprocessing.util import Finalize
from typing import Any, NamedTuple

from reference.commands.many.asking import answers
from reference.commands.many.executors import Opener
from reference.commands.many.journal import TargetAnswer
from reference.findings.verdicts import INTERNAL
from reference.interface.entry import Implementation
from reference.selftest.canary import canary
from reference.targets.listing import holds_nothing
from reference.targets.process.children import Children
from reference.verification.as_asked import judged_as_asked
from reference.verification.conclusion import Conclusion
from reference.verification.jobs import opening_of
from reference.verification.parallel import Job, concluded_of
from reference.verification.processes import end_processes
from reference.verification.request import Request
from reference.verification.target import prepared
from reference.verification.threads import cores

__all__ = ["answer_everything", "bench_of"]

TRIES = 2  # of all targets together, before each has a worker of its own


def answer_everything(
    names: Sequence[str], asked: Request, opener: Opener, count: int, keep: Callable[[str, TargetAnswer], None]
) -> bool:
    """``keep`` what comes of every target, as it is known. False where an interrupt came before all was.

    Raises ``SchedulerError`` where nobody is left to ask.
    """
    left = dict.fromkeys(names)

    def answered(name: str, answer: TargetAnswer) -> None:
        left.pop(name, None)
        keep(name, answer)

    where = os.getcwd()

    def ask(names: Sequence[str]) -> None:
        for name, answer in answers({name: (answer_to, asked, name, where) for name in names}, opener, count):
            answered(name, answer)

    try:
        for _ in range(TRIES):
            if left:
                ask(list(left))
        for name in list(left):
            ask([name])
            if name in left:
                lost = f"{INTERNAL}: its worker was lost, whenever it was tried"
                answered(name, TargetAnswer(Conclusion(name, "error", lost)))
    except KeyboardInterrupt:
        end_processes()
        return False
    return True


# --- in a worker -----------------------------------------------------------------------------------------------------


class WorkerBench(NamedTuple):
    """What a worker has from its first target on."""

    children: Children
    witness_cache: dict[Any, Any]
    distrust: str | None  # why nothing that is judged here can be trusted


@functools.cache
def bench_of(anew: bool) -> WorkerBench:
    for_good = ExitStack()
    for_good.enter_context(prepared(anew=anew))
    children = for_good.enter_context(Children(many=True))
    Finalize(None, for_good.close, exitpriority=0)  # before this process ends: what it began is waited for, and counted
    return WorkerBench(children, {}, canary())


def answer_to(asked: Request, name: str, where: str) -> TargetAnswer:
    """Judge one target, here. What goes wrong on the way is said of it. ``where``: the folder that names start from."""
    try:
        os.chdir(where)
    except OSError as error:  # on another machine, which does not have it
        said = f"its worker on {os.uname().nodename} has no folder {where}: {error.strerror}"
        return TargetAnswer(Conclusion(name, "error", said))
    bench = bench_of(asked.anew)
    if bench.distrust is not None:
        return TargetAnswer(Conclusion(name, "error", f"{INTERNAL}: {bench.distrust}"))
    several = cores() if bench.children.many else 1  # to fork one costs little, and the last target has all to itself
    own = replace(asked, options=replace(asked.options, witness_cache=bench.witness_cache, processes=several))
    job = Job(name, opening_of(name, own, bench.children))
    nothing = False

    def judged(implementation: Implementation, job: Job) -> Conclusion:
        nonlocal nothing
        nothing = holds_nothing(name, implementation)
        alone = implementation._replace(owns_beside={})  # the other cores have targets of their own
        return judged_as_asked(alone, job, own)

    return TargetAnswer(concluded_of(job, judged, alone=False), nothing)
