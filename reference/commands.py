"""What the commands do: from flags to a plan, from a plan to a report, from a report to files and an exit code."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import secrets
import shlex
import sys
import time
from contextlib import AbstractContextManager

import click

from reference import store
from reference.case import Case, CaseError
from reference.cli import Reports
from reference.conclusion import conclude
from reference.delivery import check_writable, deliver
from reference.findings import EXIT_CODES, worst_exit
from reference.implementations import BUILT_IN, Implementation, Limits, TargetError, is_installed, resolve
from reference.profiles import PROFILES, Profile, default_profile
from reference.progress import progress
from reference.report import html as html_report
from reference.report import json as json_report
from reference.report import text as text_report
from reference.report.evidence import Kill
from reference.report.model import Report, Target, Tool
from reference.search import nothing_written
from reference.side_by_side import side_by_side
from reference.verify import Options, Run, judge_case, verify

__all__ = ["run_compare", "run_replay", "run_selftest", "run_verify"]

MEBIBYTE = 2**20
ANYTHING = 1e-9  # the coverage of a replay: a case that failed once may be nearly all ties
RENDER = {"text": text_report.render, "json": json_report.render, "html": html_report.render_report}


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
    check_writable(reports)
    os.environ["JAX_PLATFORMS"] = "cpu"  # of this process alone; the witness is the same on every machine
    drawn = seed if seed is not None else plan.seed if plan.seed is not None else secrets.randbelow(2**32)
    pictured = any(form == "html" for form, _ in reports)
    with _one_thread(), nothing_written(), progress(sys.stderr) as advance:
        options = Options(plan, drawn, case, accuracy, intermediates=intermediates, progress=advance, heard={})
        try:
            found = side_by_side(openings, lambda one: _verify_one(one, options, pictured=pictured))
        except TargetError as error:
            raise click.UsageError(str(error)) from None
        kills_of, kills = _kills(found) if pictured else ("", [])
    report = _report(found, drawn, name, time.monotonic() - started)
    report = report.model_copy(update={"command": _command(), "kills_of": kills_of, "kills": kills})
    deliver(report, reports, RENDER)
    return report.exit_code


def run_replay(failure: str, *, reports: Reports) -> int:
    """Judge a stored failure's case once more; returns the exit code."""
    started = time.monotonic()
    try:
        stored = store.load(failure)
        implementation = resolve(stored.target)()
    except (store.StoreError, TargetError) as error:
        raise click.UsageError(str(error)) from None
    check_writable(reports)
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
    deliver(report, reports, RENDER)
    return report.exit_code


def run_compare(
    targets: tuple[str, ...],
    *,
    examples: int,
    seed: int,
    timed: bool,
    timeout: float,
    memory: int,
    bind: tuple[str, ...],
    reports: Reports,
) -> int:
    """Compare targets with the truth and with each other; returns the exit code."""
    from reference.comparison import Plan, compare, open_all
    from reference.report import comparison_text, markdown

    started = time.monotonic()
    check_writable(reports)
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["NPROC"] = "1"  # the size of XLA's own pool, which it reads when it starts
    limits = Limits(timeout, memory * MEBIBYTE)
    names = targets or tuple(name for name in BUILT_IN if is_installed(name))
    pictured = any(form == "html" for form, _ in reports)
    contenders = open_all(names, lambda name: resolve(name, limits, bind))
    try:
        with _one_thread(), nothing_written(), progress(sys.stderr, doing="") as advance:
            plan = Plan(examples, seed, timed, advance)
            options = Options(PROFILES["quick"], seed, heard={}, progress=advance)
            found = compare(contenders, plan, lambda one: _verify_one(one, options, pictured=pictured), _tool())
    finally:
        for contender in contenders:
            if contender.implementation is not None:
                contender.implementation.close()
    timing = found.timing.model_copy(update={"total": round(time.monotonic() - started, 3)})
    found = found.model_copy(update={"timing": timing, "command": _command()})
    deliver(
        found,
        reports,
        {
            "text": comparison_text.render,
            "json": json_report.render,
            "markdown": markdown.render,
            "html": html_report.render_comparison,
        },
    )
    return found.exit_code


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


def _kills(found: list[Target]) -> tuple[str, list[Kill]]:
    """The mistakes planted in the first target that is right, or in ours where none is; and its name."""
    from reference.selftest import selftest

    names = [target.target for target in found if target.verdict == "pass"]
    for name in (*names[:1], "manual_backprop"):
        implementation = resolve(name)()
        try:
            return name, [Kill(**kill._asdict()) for kill in selftest(implementation)]
        except ValueError:  # it exports no backward pass that a mistake can be planted in
            continue
        finally:
            implementation.close()
    return "", []


def _command() -> str:
    return shlex.join(["manual-backprop", *sys.argv[1:]])


def _plan(profile: Profile, examples: int | None, max_time: float | None) -> Profile:
    return profile._replace(
        examples=profile.examples if examples is None else examples,
        max_time=profile.max_time if max_time is None else max_time,
    )


def _verify_one(implementation: Implementation, options: Options, *, pictured: bool = False) -> Target:
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
    if pictured and not interrupted:
        from reference.evidence import gather

        target = target.model_copy(update={"evidence": gather(implementation, target)})
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
    return Report(
        tool=_tool(),
        seed=seed,
        profile=profile,
        verdict=verdict,
        exit_code=code,
        targets=targets,
        timing={"total": round(seconds, 3)},
    )


def _tool() -> Tool:
    version = importlib.metadata.version
    return Tool(
        name="manual-backprop",
        version=version("manual-backprop"),
        python=platform.python_version(),
        numpy=version("numpy"),
        jax=version("jax"),
        hypothesis=version("hypothesis"),
    )


def _one_thread() -> AbstractContextManager[object]:
    """Matrix products give other last bits with other thread counts: one is pinned for the run."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)
