"""``manual-backprop verify``."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from reference.cases.case import CaseError
from reference.commands.many.chunked import by_workers
from reference.commands.many.contents import content_of
from reference.commands.many.executors import SchedulerError, opened
from reference.commands.many.judged import judged_by_workers
from reference.commands.remembered import Memory
from reference.findings.verdicts import INTERNAL
from reference.interface.entry import Implementation
from reference.report import FORMATS, IN_PARTS
from reference.report.delivery import check_writable, deliver, deliver_pages, write
from reference.report.models.evidence import Kill
from reference.report.models.lazily import Lazily
from reference.report.models.verification import Report
from reference.report.overview import MANY
from reference.selftest.canary import canary
from reference.settings.formats import Reports
from reference.settings.table import ConfigurationError
from reference.targets import TargetError
from reference.targets.process.children import Children
from reference.verification import baseline as baselines
from reference.verification.as_asked import judged_as_asked
from reference.verification.chunks import Elsewhere
from reference.verification.conclude import conclude
from reference.verification.conclusion import Conclusion
from reference.verification.excepted import misnamed, without
from reference.verification.jobs import Jobs, jobs_of
from reference.verification.parallel import Job, side_by_side
from reference.verification.processes import end_processes
from reference.verification.progress import Shown, progress
from reference.verification.reported import Invocation, invoked, run_report, target_report
from reference.verification.request import Request, request
from reference.verification.required import not_run
from reference.verification.run import explored_of
from reference.verification.target import prepared
from reference.verification.threads import begun, cores, imported_beside

__all__ = ["run_verify"]


def run_verify(
    targets: tuple[str, ...], *, reports: Reports, children: Children, before: Memory | None = None, **flags: Any
) -> int:
    """Verify every target; returns the exit code. ``children``: where the processes of targets come from.

    ``before``: what was concluded when the same was asked before, by who asks it again and again.

    Raises ``click.ClickException`` for what cannot be run at all.
    """
    made = invoked()
    try:
        asked = request(targets, reports, flags)
        known = None if asked.baseline is None else _baseline(asked.baseline, update=flags["update_baseline"])
    except (CaseError, ConfigurationError, baselines.BaselineError) as error:
        raise click.UsageError(str(error)) from None
    if before is not None:
        asked = replace(asked, options=replace(asked.options, memory=before.pairs))
    check_writable(asked.reports)
    with ExitStack() as until_reported:
        with progress(sys.stderr) as advance:
            found, nothing, kills = _judged(asked, children, advance, until_reported, before)
        return _reported(asked, made, found, nothing, kills, known, flags)


def _reported(
    asked: Request, made: Invocation, found: Sequence[Conclusion], nothing: list[str], kills: list[Kill],
    known: baselines.Baseline | None, flags: Mapping[str, Any],
) -> int:  # fmt: skip
    """What was found, with what is known set against it; returns the exit code."""
    if flags["update_baseline"]:
        known = _updated(asked, found, known, flags)
    accepted = {} if known is None else baselines.live(known, _today())
    said = Lazily(len(found), lambda k: target_report(found[k], accepted))
    plan, stopped = asked.options.profile, _stopped(found)
    alone = asked.options.case is not None or asked.options.pair_case is not None or stopped
    wrong, lost = ([], []) if known is None or alone else baselines.outdated(said, known, _today())
    report = run_report(
        said,
        made,
        seed=asked.options.seed,
        profile=asked.profile,
        inconclusive=[*nothing, *([] if alone else not_run(asked.require, said)), *lost],
        wrong=wrong,
        reproducible=plan.seed == "plan" and plan.max_time is None,
        kills=kills,
    )
    _delivered(report, asked)
    return report.exit_code


def _judged(
    asked: Request, children: Children, advance: Shown, until_reported: ExitStack, memory: Memory | None
) -> tuple[Sequence[Conclusion], list[str], list[Kill]]:
    """What is concluded of every target, or why there is none to conclude anything of; where there is a page to make,
    also what became of planted mistakes.

    ``click.ClickException`` where a single target cannot be opened at all.
    """
    try:
        made = jobs_of(asked, children)
        many = len(made.jobs) >= MANY
        if memory is None and (many or (asked.scheduler is not None and not asked.is_campaign)):
            found = until_reported.enter_context(judged_by_workers(made, asked, advance.told))
        else:
            found = _here(made, asked, advance, memory)
        kills: list[Kill] = []
        if asked.pictured and not _stopped(found):
            from reference.selftest.kept_kills import kept_kills

            with prepared(anew=asked.anew):
                kills = kept_kills(anew=asked.anew)
    except (TargetError, CaseError, SchedulerError) as error:
        raise click.UsageError(str(error)) from None
    if (why := misnamed(asked.excepted, found, bound=bool(asked.bind or asked.bindings))) is not None:
        raise click.UsageError(why)
    if not found:
        return [], [f"there is nothing to judge: {line}" for line in made.said()], kills
    for line in made.said():
        click.echo(f"manual-backprop: {line}", err=True)
    return found, [], kills


def _delivered(report: Report, asked: Request) -> None:
    """The page of many targets is an index, with a page for each behind it; one on standard output holds them all."""
    if len(report.targets) < MANY:
        deliver(report, asked.reports, FORMATS)
        return
    pages = [path for form, path in asked.reports if form == "html" and path is not None]
    others = tuple(one for one in asked.reports if one[0] != "html" or one[1] is None)
    deliver(report, others, {**FORMATS, **IN_PARTS})
    for path in pages:
        from reference.report.html import pages_of

        deliver_pages(path, pages_of(report, Path(path).name))


def _here(made: Jobs, asked: Request, advance: Shown, memory: Memory | None) -> Sequence[Conclusion]:
    """Few targets, in threads of this process; where they are a campaign, its chunks by workers."""
    if not asked.is_campaign:
        return _in_threads(made, asked, advance, memory, None)
    with opened(asked.scheduler, cores()) as opener:
        try:
            return _in_threads(made, asked, advance, memory, lambda name: by_workers(name, asked, opener, cores()))
        finally:
            end_processes()


def _in_threads(
    made: Jobs, asked: Request, advance: Shown, memory: Memory | None, elsewhere: Callable[[str], Elsewhere] | None
) -> Sequence[Conclusion]:
    known = {} if memory is None else memory.of(job.name for job in made.jobs)
    jobs = [job for job in made.jobs if job.name not in known]
    several = max(1, cores() // max(1, len(jobs)))
    own = replace(asked.options, progress=advance, decided=advance.decided, witness_cache={}, processes=several)
    asked = replace(asked, options=own)
    contents = {} if memory is None else {job.name: content_of(job.name) for job in jobs}
    with prepared(anew=asked.anew):
        distrust = begun(canary)  # while targets are opened: nothing is judged before it has answered

        def judged(implementation: Implementation, job: Job) -> Conclusion:
            if (why := distrust.result()) is not None:
                return Conclusion(job.name, "error", f"{INTERNAL}: {why}")
            of_target = replace(own, elsewhere=None if elsewhere is None else elsewhere(job.name))
            if len(jobs) > 1:
                of_target = replace(of_target, progress=lambda check, *cases: advance(f"{job.name}: {check}", *cases))
            explored = implementation.pairs or any(explored_of(entry, own) for entry in implementation.entries)
            with imported_beside("hypothesis") if explored else nullcontext():
                return judged_as_asked(implementation, job, replace(asked, options=of_target))

        found = side_by_side(
            jobs,
            judged,
            lambda implementation, run: conclude(without(implementation, asked.excepted), own, run, interrupted=True),
        )
        if _stopped(found):
            return found
        if (why := distrust.result()) is not None:
            raise click.ClickException(f"{INTERNAL}: {why}")
    if memory is not None:
        memory.keep(contents, found)
    now = known | {job.name: conclusion for job, conclusion in zip(jobs, found, strict=True)}
    return made.of_concern([now[job.name] for job in made.jobs])


def _stopped(found: Sequence[Conclusion]) -> bool:
    return any(target.verdict == "interrupted" for target in found[-1:])  # which is told of last


# --- the baseline ----------------------------------------------------------------------------------------------


def _baseline(path: Path, *, update: bool) -> baselines.Baseline | None:
    """``None`` where one is about to be made."""
    return None if update and not path.exists() else baselines.load(path)


def _updated(
    asked: Request, found: Sequence[Conclusion], known: baselines.Baseline | None, flags: Mapping[str, Any]
) -> baselines.Baseline | None:
    """Write the baseline that lets through what was found, and say what changed; none where the run is not whole."""
    if asked.baseline is None:
        raise click.UsageError("--update-baseline needs --baseline PATH, or baseline in the table")
    if {target.verdict for target in found} & {"interrupted", "error"}:
        return None
    until = flags["expires"].date() if flags["expires"] else _today() + baselines.LASTS
    try:
        after = baselines.updated(found, known, flags["reason"], until)
    except baselines.BaselineError as error:
        raise click.UsageError(str(error)) from None
    write(str(asked.baseline), baselines.as_toml(after), "the baseline")
    click.echo(baselines.difference(known, after, asked.baseline) or f"{asked.baseline} is as it was")
    for said in baselines.unacceptable(found):
        click.echo(said)
    return after


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()
