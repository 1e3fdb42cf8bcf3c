"""What the commands do: from flags to a plan, from a plan to a report, from a report to files and an exit code."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import secrets
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path

import click

from reference import store
from reference.case import Case, CaseError
from reference.cli import Reports
from reference.conclusion import conclude
from reference.findings import EXIT_CODES, worst_exit
from reference.implementations import Implementation, Limits, TargetError, resolve
from reference.profiles import PROFILES, Profile, default_profile
from reference.progress import progress
from reference.report import json as json_report
from reference.report import text as text_report
from reference.report.model import Report, Target, Tool
from reference.search import nothing_written
from reference.side_by_side import side_by_side
from reference.verify import Options, Run, judge_case, verify

__all__ = ["run_replay", "run_selftest", "run_verify"]

LONGEST_NAME = 200  # of a report's file; most systems take 255, and a suffix is added while it is written
MEBIBYTE = 2**20
ANYTHING = 1e-9  # the coverage of a replay: a case that failed once may be nearly all ties
RENDER = {"text": text_report.render, "json": json_report.render}


def run_verify(
    targets: tuple[str, ...],
    *,
    line: str | None,
    profile: str | None,
    examples: int | None,
    max_time: float | None,
    seed: int | None,
    accuracy: str,
    intermediates: str,
    timeout: float,
    memory: int,
    bind: tuple[str, ...],
    reports: Reports,
) -> int:
    """Verify every target; returns the exit code. Raises ``click.ClickException`` for what cannot be run at all."""
    started = time.monotonic()
    name = profile or default_profile()
    if name not in PROFILES:
        raise click.UsageError(f"no profile {name!r}; --profile takes one of {', '.join(PROFILES)}")
    plan = _plan(PROFILES[name], examples, max_time)
    limits = Limits(timeout, memory * MEBIBYTE)
    try:
        case = None if line is None else Case.parse(line)
        openings = [(target, resolve(target, limits, bind)) for target in targets]
    except (CaseError, TargetError) as error:
        raise click.UsageError(str(error)) from None
    _check_writable(reports)
    os.environ["JAX_PLATFORMS"] = "cpu"  # of this process alone; the witness is the same on every machine
    drawn = seed if seed is not None else plan.seed if plan.seed is not None else secrets.randbelow(2**32)
    with _one_thread(), nothing_written(), progress(sys.stderr) as advance:
        options = Options(plan, drawn, case, accuracy, intermediates=intermediates, progress=advance, heard={})
        try:
            found = side_by_side(openings, lambda implementation: _verify_one(implementation, options))
        except TargetError as error:
            raise click.UsageError(str(error)) from None
    report = _report(found, drawn, name, time.monotonic() - started)
    _write(report, reports)
    return report.exit_code


def run_replay(failure: str, *, reports: Reports) -> int:
    """Judge a stored failure's case once more; returns the exit code."""
    started = time.monotonic()
    try:
        stored = store.load(failure)
        implementation = resolve(stored.target)()
    except (store.StoreError, TargetError) as error:
        raise click.UsageError(str(error)) from None
    _check_writable(reports)
    entries = tuple(entry for entry in implementation.entries if entry.check == stored.check)
    if not entries:
        raise click.UsageError(
            f"{stored.target} has no check {stored.check!r} any more; failure {failure} cannot be replayed"
        )
    options = Options(Profile(examples=1, explore=0), 0, Case.parse(stored.case), coverage=ANYTHING)
    with _one_thread(), nothing_written():
        target = _verify_one(implementation._replace(entries=entries, laws=()), options)
    implementation.close()
    if target.verdict == "pass":
        store.forget(failure)
        target = target.model_copy(update={"notes": [*target.notes, f"{failure} is fixed, and forgotten"]})
    report = _report([target], 0, "replay", time.monotonic() - started)
    _write(report, reports)
    return report.exit_code


def run_selftest(target: str) -> int:
    """Plant every mistake in a target and print the kill matrix; returns the exit code."""
    from reference.report.kills import render
    from reference.selftest import selftest

    os.environ["JAX_PLATFORMS"] = "cpu"
    try:
        implementation = resolve(target)()
    except TargetError as error:
        raise click.UsageError(str(error)) from None
    try:
        with _one_thread(), progress(sys.stderr) as advance:
            kills = selftest(implementation, said=lambda kill: advance("planting mistakes", 1, 0))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    finally:
        implementation.close()
    click.echo(render(target, kills), nl=False)
    return 1 if any(kill.survived for kill in kills) else 0


def _plan(profile: Profile, examples: int | None, max_time: float | None) -> Profile:
    return profile._replace(
        examples=profile.examples if examples is None else examples,
        max_time=profile.max_time if max_time is None else max_time,
    )


def _verify_one(implementation: Implementation, options: Options) -> Target:
    run = Run()
    interrupted = False
    try:
        verify(implementation, options, run)
        fixed = _forget_fixed(implementation) if options.case is None else []
        run.notes += [f"{name} is fixed, and forgotten" for name in fixed]
    except KeyboardInterrupt:
        interrupted = True
    try:
        target, failures = conclude(implementation, options, run, interrupted=interrupted)
    except KeyboardInterrupt:
        target, failures = conclude(implementation, options, run, interrupted=True)
    try:
        for stored in failures:
            store.save(stored)
    except OSError as error:
        click.echo(f"manual-backprop: failures are not kept: {store.FOLDER}: {error.strerror or error}", err=True)
    return target


def _forget_fixed(implementation: Implementation) -> list[str]:
    """Try the stored failures of this target again; those that pass leave."""
    entries = {entry.check: entry for entry in implementation.entries}
    fixed = []
    for stored in store.load_all(implementation.name):
        entry = entries.get(stored.check)
        if entry is None:
            continue
        judgement = judge_case(entry, Case.parse(stored.case))
        if not judgement.disputes and not any(f.output == stored.output for f in judgement.failures):
            name = store.name_of(stored)
            store.forget(name)
            fixed.append(name)
    return fixed


def _report(targets: list[Target], seed: int, profile: str, seconds: float) -> Report:
    codes = [EXIT_CODES[target.verdict] for target in targets]
    code = worst_exit(codes)
    verdict = next(name for name, value in EXIT_CODES.items() if value == code)
    version = importlib.metadata.version
    tool = Tool(
        name="manual-backprop",
        version=version("manual-backprop"),
        python=platform.python_version(),
        numpy=version("numpy"),
        jax=version("jax"),
        hypothesis=version("hypothesis"),
    )
    return Report(
        tool=tool,
        seed=seed,
        profile=profile,
        verdict=verdict,
        exit_code=code,
        targets=targets,
        timing={"total": round(seconds, 3)},
    )


def _write(report: Report, reports: Reports) -> None:
    for form, path in reports:
        rendered = RENDER[form](report)
        try:
            if path is None:
                click.echo(rendered, nl=False)
                continue
            store.write_whole(Path(path), rendered.encode())
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            place = path or "standard output"
            raise click.ClickException(f"cannot write the report to {place}: {error.strerror or error}") from None


def _check_writable(reports: Reports) -> None:
    """Before minutes of work, not after: a folder that is not there, a folder in the file's place."""
    places = [path for _, path in reports]
    if len(set(places)) < len(places):
        twice = next(path for path in places if places.count(path) > 1)
        raise click.UsageError(f"two reports go to {twice or 'standard output'}; each takes a place of its own")
    for _, path in reports:
        if path is None:
            continue
        target = Path(path)
        if len(target.name) > LONGEST_NAME:
            raise click.ClickException(f"cannot write the report to {path[:40]}…: the name is too long")
        if target.is_dir() or not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
            reason = "it is a folder" if target.is_dir() else "its folder is not there or not writable"
            raise click.ClickException(f"cannot write the report to {path}: {reason}")


def _one_thread() -> AbstractContextManager[object]:
    """Matrix products give other last bits with other thread counts: one is pinned for the run."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)
