"""``manual-backprop selftest``: of the checks, and of the gate."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from reference.report.kills import render, render_gate
from reference.report.models.evidence import Kill
from reference.report.pair_kills import PairKills, render_pairs
from reference.selftest.pairs.beside import plant_beside
from reference.selftest.pairs.planting import plant_in_pairs
from reference.selftest.planting import selftest
from reference.selftest.sabotage import sabotage
from reference.settings.table import ConfigurationError, configuration
from reference.targets import TargetError, resolve
from reference.verification.processes import end_processes
from reference.verification.progress import progress
from reference.verification.target import prepared
from reference.verification.threads import cores, promptly

__all__ = ["run_selftest"]

ALL = "all"
OURS = "manual_backprop"  # the target that our own pairs go with
MOST = 10_000
SHORT = 1  # mistakes of each pair, in a run of everything
NAMED = 20  # of each pair, of which the line is asked for where all are planted


def run_selftest(target: str, *, gate: bool, pairs: str | None = None) -> int:
    """Plant every mistake in a target and print the kill matrix, or sabotage the gate; returns the exit code.

    ``pairs``: how many mistakes are planted in each of our right pairs, or "all", and nothing else is done.
    """
    if gate:
        with prepared(anew=True):
            trials = promptly(sabotage)
        click.echo(render_gate(trials), nl=False)
        return 0 if all(trial.red for trial in trials) else 1
    if pairs is not None:
        return _of_pairs(_count(pairs))
    try:
        implementation = resolve(target, bindings=configuration().bind)()
    except (TargetError, ConfigurationError) as error:
        raise click.UsageError(str(error)) from None
    try:
        with prepared(anew=True), progress(sys.stderr) as advance:
            said: Callable[[Kill], None] = lambda kill: advance("planting mistakes", 1, 0)
            kills = promptly(lambda: selftest(implementation, said=said))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    finally:
        implementation.close()
    click.echo(render(target, kills), nl=False)
    survived = any(kill.survived for kill in kills)
    of_pairs = 0
    if target == OURS:
        click.echo()
        of_pairs = _of_pairs(SHORT, one_of_each=True)
    return 1 if survived else of_pairs


def _count(given: str) -> int | None:
    if given == ALL:
        return None
    if not (given.isascii() and given.isdigit() and 0 < int(given) <= MOST):
        raise click.UsageError(f"--pairs {given}; it takes a whole number from 1 to {MOST}, or {ALL}")
    return int(given)


def _of_pairs(count: int | None, *, one_of_each: bool = False) -> int:
    """Plant single edits in our right pairs; 1 if the judge does not call one of them wrong.

    An interrupt shows what was found until then.
    """
    so_far: dict[str, PairKills] = {}
    named = None if count is not None else NAMED
    try:
        with prepared(anew=True), progress(sys.stderr) as advance:

            def said(known: PairKills) -> None:
                so_far[known.check] = known
                advance(f"planting in {known.check}", 1, 0)

            if count is None:
                found = promptly(lambda: plant_beside(count, processes=cores(), named=named, said=said))
            else:
                found = promptly(lambda: plant_in_pairs(count, named=named, one_of_each=one_of_each, said=said))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except KeyboardInterrupt:
        end_processes()
        click.echo(render_pairs(list(so_far.values()), every=count is None), nl=False)
        raise
    click.echo(render_pairs(found, every=count is None), nl=False)
    return 1 if any(kills.survivors for kills in found) else 0
