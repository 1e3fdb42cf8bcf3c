"""``manual-backprop selftest``: of the checks, and of the gate."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from reference.report.kills import render, render_gate
from reference.report.models.evidence import Kill
from reference.selftest.planting import selftest
from reference.selftest.sabotage import sabotage
from reference.settings.table import ConfigurationError, configuration
from reference.targets import TargetError, resolve
from reference.verification.progress import progress
from reference.verification.target import prepared
from reference.verification.threads import promptly

__all__ = ["run_selftest"]


def run_selftest(target: str, *, gate: bool) -> int:
    """Plant every mistake in a target and print the kill matrix, or sabotage the gate; returns the exit code."""
    if gate:
        with prepared():
            trials = promptly(sabotage)
        click.echo(render_gate(trials), nl=False)
        return 0 if all(trial.red for trial in trials) else 1
    try:
        implementation = resolve(target, bindings=configuration().bind)()
    except (TargetError, ConfigurationError) as error:
        raise click.UsageError(str(error)) from None
    try:
        with prepared(), progress(sys.stderr) as advance:
            said: Callable[[Kill], None] = lambda kill: advance("planting mistakes", 1, 0)
            kills = promptly(lambda: selftest(implementation, said=said))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    finally:
        implementation.close()
    click.echo(render(target, kills), nl=False)
    return 1 if any(kill.survived for kill in kills) else 0
