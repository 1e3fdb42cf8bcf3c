"""``manual-backprop compare``."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import click

from reference.comparison import ComparisonPlan, are_pairs, asking_beside, compare, compare_pairs, open_all
from reference.report import COMPARISON_FORMATS
from reference.report.delivery import check_writable, deliver
from reference.settings.binding import BindingError, binding_of
from reference.settings.formats import Reports
from reference.settings.profiles import PROFILES
from reference.settings.table import ConfigurationError, configuration
from reference.targets import BUILT_IN, is_installed, resolve
from reference.verification.options import Options
from reference.verification.progress import progress
from reference.verification.reported import invoked
from reference.verification.request import limits_of
from reference.verification.target import prepared, verify_one
from reference.verification.threads import promptly

__all__ = ["run_compare"]

BRIEF = 0.05  # seconds: of the target ``jax`` every shape is compiled


def run_compare(
    targets: tuple[str, ...], *, examples: int, seed: int, timed: bool, reports: Reports, **flags: Any
) -> int:
    """Compare targets with the truth and with each other; returns the exit code."""
    made = invoked()
    check_writable(reports)
    try:
        bindings = configuration().bind
        binding_of("", flags["bind"])
    except (ConfigurationError, BindingError) as error:
        raise click.UsageError(str(error)) from None
    limits, pictured = limits_of(flags), any(form == "html" for form, _ in reports)
    names = targets or tuple(name for name in BUILT_IN if is_installed(name))
    with prepared(worth_keeping=BRIEF), progress(sys.stderr, doing="") as advance, asking_beside(names) as pool:
        opening = partial(resolve, limits=limits, options=flags["bind"], bindings=bindings)
        contenders = promptly(lambda: open_all(names, opening))
        try:
            plan = ComparisonPlan(examples, seed, timed, advance, pool)
            options = Options(PROFILES["quick"], seed, witness_cache={}, progress=advance)
            judge = partial(verify_one, options=options, pictured=pictured)
            compared = compare_pairs if are_pairs(contenders) else compare
            found = promptly(lambda: compared(contenders, plan, judge, made))
        finally:
            for contender in contenders:
                if contender.implementation is not None:
                    contender.implementation.close()
    deliver(found, reports, COMPARISON_FORMATS)
    return found.exit_code
