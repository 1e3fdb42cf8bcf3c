"""The targets of a run as jobs: what was named, and what a folder or a pattern stands for.

A name that leads nowhere costs itself; the only one of a run is a mistake in the command. A file that was found and not
named, and holds nothing that could be judged, is counted and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from reference.interface.entry import Implementation
from reference.report.models.lazily import Lazily
from reference.settings.binding import BindingError, binding_of
from reference.targets import TargetError, resolve
from reference.targets.listing import Unlisted, holds_nothing, listed, mentions_ours
from reference.targets.process.children import Children
from reference.verification.conclusion import Conclusion
from reference.verification.parallel import Job
from reference.verification.request import Request

__all__ = ["Jobs", "jobs_of", "opening_of"]

SHOWN = 3  # names of files that were passed over


class Jobs(NamedTuple):
    """``found``: the folder or pattern of each target that was not named itself; ``passed_over``: files by the same."""

    jobs: list[Job]
    found: dict[str, str]
    passed_over: dict[str, list[str]]

    def of_concern(
        self, concluded: Sequence[Conclusion], holding_nothing: Collection[str] | None = None
    ) -> Sequence[Conclusion]:
        """What is concluded, without what was found only to hold nothing: by these names, or as its job shows."""
        nothing = self._holding_nothing() if holding_nothing is None else holding_nothing
        left = []
        for k, job in enumerate(self.jobs):
            where = self.found.get(job.name)
            if where and job.name in nothing:
                self.passed_over.setdefault(where, []).append(job.name)
            else:
                left.append(k)
        return Lazily(len(left), lambda k: concluded[left[k]])

    def _holding_nothing(self) -> set[str]:
        opened = [(job.name, job.implementation) for job in self.jobs if job.name in self.found]
        return {name for name, one in opened if one is not None and holds_nothing(name, one)}

    def said(self) -> list[str]:
        """Of every folder, how much of it was passed over."""
        lines = []
        for where, files in self.passed_over.items():
            if not files:
                lines.append(f"{where} holds no .py, .ipynb or .md file")
                continue
            shown = ", ".join(files[:SHOWN]) + (f" and {len(files) - SHOWN} more" if len(files) > SHOWN else "")
            count = "1 file holds" if len(files) == 1 else f"{len(files)} files hold"
            lines.append(f"{where}: {count} no function of ours: {shown}")
        return lines


def jobs_of(asked: Request, children: Children | None = None) -> Jobs:
    """Raises ``TargetError`` where nothing can be run at all. ``children``: of their processes."""
    try:
        binding_of("", asked.bind)
    except BindingError as error:
        raise TargetError(str(error)) from None
    made = Jobs([], {}, {})
    every = listed(asked.targets)
    for target in every:
        if isinstance(target, Unlisted):
            if len(every) == 1:
                raise target.error
            made.jobs.append(Job(target.name, _raising(target.error)))
        elif target.found and not mentions_ours(target.name):
            made.passed_over.setdefault(target.found, []).append(target.name)
        else:
            made.jobs.append(Job(target.name, opening_of(target.name, asked, children, alone=len(every) == 1)))
            if target.found:
                made.found[target.name] = target.found
    for name in asked.targets:  # an empty folder is told of, too
        if not made.jobs:
            made.passed_over.setdefault(name, [])
    return made


def opening_of(
    name: str, asked: Request, children: Children | None, *, alone: bool = False
) -> Callable[[], Implementation]:
    """How to open a target by its name. ``alone``: ``TargetError`` is raised now, and not when it is opened."""
    try:
        return resolve(name, asked.limits, asked.bind, asked.bindings, children)
    except TargetError as error:
        if alone:
            raise
        return _raising(error)


def _raising(error: TargetError) -> Callable[[], Implementation]:
    def opening() -> Implementation:
        raise error

    return opening
