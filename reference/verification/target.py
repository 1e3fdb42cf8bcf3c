"""One target from beginning to end: verify, conclude, repeat, keep. What every command and the plugin share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import click

from reference.cases.case import Case, of_a_pair
from reference.cases.domain import ANY, kind_of
from reference.cases.generation import nothing_written
from reference.interface.entry import Entry, Implementation
from reference.kept.files import prune
from reference.report.models.verification import Target
from reference.targets import BUILT_IN
from reference.verification import failures as store
from reference.verification.conclude import conclude
from reference.verification.conclusion import Conclusion
from reference.verification.environment import kept_as_they_are
from reference.verification.known import Run
from reference.verification.options import Options
from reference.verification.own_ahead import with_owns_begun
from reference.verification.pairs import pair_fails
from reference.verification.repeat import ALONE, Again
from reference.verification.reported import target_report
from reference.verification.run import judge_case, verify
from reference.verification.threads import one_thread
from reference.witnesses import compilation_cache as compiled
from reference.witnesses import kept_answers as answers

__all__ = ["another", "judge_target", "prepared", "store_may_fail", "verify_one", "with_slack"]

SURROUNDINGS = {
    "JAX_PLATFORMS": "cpu",
    "NPROC": "1",  # of XLA's own pool; its sums differ with the threads, as those of what is loaded later do
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
}


@contextmanager
def prepared(*, anew: bool = False, worth_keeping: float = compiled.WORTH) -> Iterator[None]:
    """JAX on the CPU, one thread for matrix products, nothing written by Hypothesis: the same wherever it runs.

    ``anew``: nothing that autodiff said of our own problems is recalled from earlier runs. ``worth_keeping``: seconds
    that a program of our own has to take to compile.
    """
    with kept_as_they_are(*SURROUNDINGS, *compiled.VARIABLES, answers.VARIABLE):
        os.environ.update(SURROUNDINGS)
        compiled.kept(worth=worth_keeping)
        place = answers.folder()
        os.environ[answers.VARIABLE] = "" if anew else str(place)
        with one_thread(), nothing_written():
            yield
        prune(place, answers.MOST)


def with_slack(implementation: Implementation, slack: Mapping[str, float]) -> Implementation:
    """Judged with so many times the derived tolerance, by dtype."""
    return implementation._replace(entries=tuple(entry._replace(slack=slack) for entry in implementation.entries))


def another(name: str, opening: Callable[[], Implementation]) -> Again:
    """How to ask a target in another process; the built-in ones live in ours."""
    return "by command" if name in BUILT_IN else opening


def verify_one(
    implementation: Implementation,
    options: Options,
    *,
    pictured: bool = False,
    kept: bool = True,
    conclude: Callable[..., Conclusion] = conclude,
) -> Target:
    """The target's report, with nothing let through and nothing repeated; the rest as for ``judge_target``."""
    return target_report(judge_target(implementation, options, pictured=pictured, kept=kept, conclude=conclude))


def judge_target(
    implementation: Implementation,
    options: Options,
    *,
    run: Run | None = None,
    again: Again | None = None,
    pictured: bool = False,
    kept: bool = True,
    conclude: Callable[..., Conclusion] = conclude,
) -> Conclusion:
    """What is concluded of a target. ``run``: where what is learnt goes, for who may have to stop early.

    ``again`` opens the target anew, in another process: what does not fail there too is MB602. "by command" is for one
    that lives in our own; ``None`` repeats nothing. ``kept``: failures are stored, and forgotten when they are fixed.
    ``conclude``: another than ours, where ``selftest --gate`` puts a broken one in its place.
    """
    run = run if run is not None else Run()
    implementation = _narrowed(implementation, options.case)
    if options.processes > 1 and options.case is None and options.pair_case is None:
        implementation = with_owns_begun(implementation)
    verify(implementation, options, run)
    if kept and options.case is None and options.pair_case is None:
        with store_may_fail():
            run.notes += [f"{name} is fixed, and forgotten" for name in _forget_fixed(implementation)]
    again = None if ALONE in os.environ else again
    found = conclude(implementation, options, run, again=again, pictured=pictured)
    with store_may_fail():
        for stored in found.stored if kept else ():
            store.save(stored)
    return found


@contextmanager
def store_may_fail() -> Iterator[None]:
    """A folder that cannot be written costs what would be kept there, and no verdict."""
    try:
        yield
    except OSError as error:
        click.echo(f"manual-backprop: failures are not kept: {store.FOLDER}: {error.strerror or error}", err=True)


def _narrowed(implementation: Implementation, case: Case | None) -> Implementation:
    """Who is asked one case alone is explained on others of its kind: it may be able to do no more."""
    if case is None:
        return implementation
    entries = [e._replace(domain=kind_of(case)) if e.domain == ANY else e for e in implementation.entries]
    return implementation._replace(entries=tuple(entries))


def _forget_fixed(implementation: Implementation) -> list[str]:
    """Try the stored failures of this target again; those that pass leave."""
    entries = {entry.check: entry for entry in implementation.entries}
    fixed = []
    for stored in store.load_all(implementation.name):
        fails = _still_fails(implementation, stored, entries.get(stored.check))
        if fails is False:
            name = store.name_of(stored)
            store.forget(name)
            fixed.append(name)
    return fixed


def _still_fails(implementation: Implementation, stored: store.Stored, entry: Entry | None) -> bool | None:
    """Does a stored failure's output fail at its case? ``None`` where that cannot be asked."""
    if of_a_pair(stored.case):
        return pair_fails(implementation, stored.check, stored.case, 0, output=stored.output)
    if entry is None:
        return None
    judgement = judge_case(entry, Case.parse(stored.case))
    return bool(judgement.disputes) or any(f.output == stored.output for f in judgement.failures)
