"""``manual-backprop replay``."""

from __future__ import annotations

import time

import click

from reference.cases.case import Case
from reference.report import FORMATS
from reference.report.delivery import check_writable, deliver
from reference.report.models.verification import Report
from reference.settings.formats import Reports
from reference.settings.profiles import Profile
from reference.settings.table import ConfigurationError, configuration
from reference.targets import TargetError, resolve
from reference.verification import failures as store
from reference.verification.required import with_reasons
from reference.verification.run import Options
from reference.verification.target import command, prepared, tool, verify_one
from reference.verification.threads import promptly

__all__ = ["run_replay"]

ANYTHING = 1e-9  # the coverage of a replay: a case that failed once may be nearly all ties


def run_replay(failure: str, *, reports: Reports) -> int:
    """Judge a stored failure's case once more; returns the exit code."""
    started = time.monotonic()
    try:
        stored = store.load(failure)
        implementation = resolve(stored.target, bindings=configuration().bind)()
    except (store.StoreError, TargetError, ConfigurationError) as error:
        raise click.UsageError(str(error)) from None
    try:
        check_writable(reports)
        entries = tuple(entry for entry in implementation.entries if entry.check == stored.check)
        if not entries:
            text = f"{stored.target} has no check {stored.check!r} any more; failure {failure} cannot be replayed"
            raise click.UsageError(text)
        options = Options(Profile(examples=1, explore=0), 0, Case.parse(stored.case), coverage=ANYTHING)
        with prepared():
            target = promptly(lambda: verify_one(implementation._replace(entries=entries, laws=()), options))
    finally:
        implementation.close()
    if target.verdict == "pass":
        store.forget(failure)
        target = target.model_copy(update={"notes": [*target.notes, f"{failure} is fixed, and forgotten"]})
    seconds = {"total": round(time.monotonic() - started, 3)}
    report = Report(
        tool=tool(), seed=0, profile="replay", verdict="pass", exit_code=0, targets=[target], timing=seconds,
        command=command(),
    )  # fmt: skip
    report = with_reasons(report)
    deliver(report, reports, FORMATS)
    return report.exit_code
