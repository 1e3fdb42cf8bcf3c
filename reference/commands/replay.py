"""``manual-backprop replay``."""

from __future__ import annotations

import click

from reference.cases.case import Case, CaseError, of_a_pair
from reference.report import FORMATS
from reference.report.delivery import check_writable, deliver
from reference.settings.formats import Reports
from reference.settings.profiles import Profile
from reference.settings.table import ConfigurationError, configuration
from reference.targets import TargetError, resolve
from reference.verification import failures as store
from reference.verification.options import Options
from reference.verification.reported import invoked, run_report, target_report
from reference.verification.target import judge_target, prepared
from reference.verification.threads import promptly

__all__ = ["run_replay"]

ANYTHING = 1e-9  # the coverage of a replay: a case that failed once may be nearly all ties


def run_replay(failure: str, *, reports: Reports) -> int:
    """Judge a stored failure's case once more; returns the exit code."""
    made = invoked()
    try:
        stored = store.load(failure)
        implementation = resolve(stored.target, bindings=configuration().bind)()
    except (store.StoreError, TargetError, ConfigurationError) as error:
        raise click.UsageError(str(error)) from None
    try:
        check_writable(reports)
        entries = tuple(entry for entry in implementation.entries if entry.check == stored.check)
        pairs = tuple(opened for opened in implementation.pairs if opened.proposal.check == stored.check)
        if not (pairs if of_a_pair(stored.case) else entries):
            text = f"{stored.target} has no check {stored.check!r} any more; failure {failure} cannot be replayed"
            raise click.UsageError(text)
        of_pair = stored.case if of_a_pair(stored.case) else None
        case = None if of_pair else Case.parse(stored.case)
        options = Options(Profile(examples=1, explore=0), 0, case, of_pair, coverage=ANYTHING)
        alone = implementation._replace(entries=entries, laws=(), pairs=pairs)
        with prepared():
            found = promptly(lambda: judge_target(alone, options))
    except CaseError as error:
        raise click.UsageError(f"failure {failure} cannot be replayed: {error}") from None
    finally:
        implementation.close()
    notes = []
    if found.verdict == "pass":
        store.forget(failure)
        notes.append(f"{failure} is fixed, and forgotten")
    report = run_report([target_report(found, notes=notes)], made, seed=0, profile="replay")
    deliver(report, reports, FORMATS)
    return report.exit_code
