"""``manual-backprop verify``."""

from __future__ import annotations

import datetime
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from reference.cases.case import CaseError
from reference.findings.verdicts import EXIT_CODES, INTERNAL
from reference.report import FORMATS
from reference.report.delivery import check_writable, deliver, write
from reference.report.models.evidence import Kill
from reference.report.models.verification import Report, Target
from reference.selftest.canary import canary
from reference.settings.formats import Reports
from reference.settings.request import Request, request
from reference.settings.table import ConfigurationError, configuration
from reference.targets import Implementation, TargetError, resolve
from reference.verification import baseline as baselines
from reference.verification.conclude import conclude
from reference.verification.parallel import Job, side_by_side
from reference.verification.progress import Progress, progress
from reference.verification.required import not_run, with_reasons
from reference.verification.target import another, command, prepared, tool, verify_one, with_slack
from reference.verification.threads import promptly

__all__ = ["judged", "run_verify"]


def run_verify(targets: tuple[str, ...], *, reports: Reports, **flags: Any) -> int:
    """Verify every target; returns the exit code. Raises ``click.ClickException`` for what cannot be run at all."""
    try:
        asked = request(targets, reports, flags, configuration())
        known = None if asked.baseline is None else _baseline(asked.baseline, update=flags["update_baseline"])
    except (CaseError, ConfigurationError, baselines.BaselineError) as error:
        raise click.UsageError(str(error)) from None
    check_writable(asked.reports)
    with progress(sys.stderr) as advance:
        report = judged(asked, advance)
    if flags["update_baseline"]:
        report = _updated(asked, report, known, flags)
    elif known is not None:
        report = _let_through(report, known, asked)
    deliver(report.model_copy(update={"command": command()}), asked.reports, FORMATS)
    return report.exit_code


def judged(asked: Request, advance: Progress) -> Report:
    """The whole run, baseline apart. ``click.ClickException`` where a single target cannot be opened at all."""
    started = time.monotonic()
    options = replace(asked.options, progress=advance, witness_cache={})
    pictured = any(form == "html" for form, _ in asked.reports)
    try:
        jobs = [Job(name, resolve(name, asked.limits, asked.bind, asked.bindings)) for name in asked.targets]
        with prepared():
            if (why := promptly(canary)) is not None:
                raise click.ClickException(f"{INTERNAL}: {why}")
            found = side_by_side(
                jobs,
                lambda implementation, job: verify_one(
                    _with_slack_said(implementation, asked.slack),
                    options,
                    run=job.run,
                    again=another(job.name, job.opening),
                    pictured=pictured,
                ),
                lambda implementation, run: conclude(implementation, options, run, interrupted=True)[0],
            )
            stopped = any(target.verdict == "interrupted" for target in found)
            kills_of, kills = _kills(found, asked) if pictured and not stopped else ("", [])
    except TargetError as error:
        raise click.UsageError(str(error)) from None
    report = Report(
        tool=tool(),
        seed=options.seed,
        profile=asked.profile,
        verdict="pass",
        exit_code=0,
        targets=found,
        timing={"total": round(time.monotonic() - started, 3)},
        reproducible=options.profile.seed == "plan" and options.profile.max_time is None,
        kills=kills,
        kills_of=kills_of,
    )
    asked_alone = options.case is not None or stopped
    return with_reasons(report, inconclusive=[] if asked_alone else not_run(asked.require, found))


def _with_slack_said(implementation: Implementation, slack: Mapping[str, float]) -> Implementation:
    if not slack:
        return implementation
    wider = ", ".join(f"{value:g} times for {name}" for name, value in slack.items())
    said = f"the derived tolerance is taken {wider}, as configured"
    return with_slack(implementation, slack)._replace(notes=(*implementation.notes, said))


def _kills(found: Sequence[Target], asked: Request) -> tuple[str, list[Kill]]:
    """The mistakes planted in the first target that is right, or in ours where none is; and its name."""
    from reference.selftest.planting import selftest

    names = [target.target for target in found if target.verdict == "pass"]
    for name in (*names[:1], "manual_backprop"):
        implementation = resolve(name, asked.limits, asked.bind, asked.bindings)()
        try:
            return name, [Kill(**kill._asdict()) for kill in selftest(implementation)]
        except ValueError:  # it exports no backward pass that a mistake can be planted in
            continue
        finally:
            implementation.close()
    return "", []


# --- the baseline ----------------------------------------------------------------------------------------------


def _baseline(path: Path, *, update: bool) -> baselines.Baseline | None:
    """``None`` where one is about to be made."""
    return None if update and not path.exists() else baselines.load(path)


def _let_through(report: Report, known: baselines.Baseline, asked: Request) -> Report:
    targets, wrong, lost = baselines.applied(report, known, _today())
    report = report.model_copy(update={"targets": targets})
    partial_run = asked.options.case is not None or report.exit_code == EXIT_CODES["interrupted"]
    inconclusive = [text for text in report.reasons if text not in wrong]
    return with_reasons(
        report, inconclusive=inconclusive + ([] if partial_run else lost), wrong=[] if partial_run else wrong
    )


def _updated(asked: Request, report: Report, known: baselines.Baseline | None, flags: Mapping[str, Any]) -> Report:
    """Write the baseline that lets this report through, and say what changed."""
    if asked.baseline is None:
        raise click.UsageError("--update-baseline needs --baseline PATH, or baseline in the table")
    if report.exit_code in (EXIT_CODES["interrupted"], EXIT_CODES["error"]):
        return report
    until = flags["expires"].date() if flags["expires"] else _today() + baselines.LASTS
    try:
        after = baselines.updated(report, known, flags["reason"], until)
    except baselines.BaselineError as error:
        raise click.UsageError(str(error)) from None
    write(str(asked.baseline), baselines.as_toml(after), "the baseline")
    click.echo(baselines.difference(known, after, asked.baseline) or f"{asked.baseline} is as it was")
    return _let_through(report, after, asked)


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()
