"""Sabotage: the gate itself is broken on purpose, in each way that would make it green for nothing, and must turn red.

Every trial goes the way that ``verify`` goes: the canary, one target, the verdict, what must have run. What is broken
is handed in by the arguments that are there for it: ``judge`` of ``Options``, with the witnesses and the comparison of
its ``Court``; ``conclude`` of ``verify_one``; and the target itself. The judge of pairs meets its own canary.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from reference.cases.case import Case
from reference.cases.problem import Problem
from reference.findings.verdicts import EXIT_CODES
from reference.interface.entry import Implementation, Outcome
from reference.judging.judge import Court, Judgement, judge
from reference.judging.panel import honest_witnesses
from reference.judging.tolerance import Deviations, compare
from reference.report.kills import Trial
from reference.selftest.canary import canary
from reference.selftest.pairs.sabotage import broken_judges
from reference.settings.profiles import Profile
from reference.targets import resolve
from reference.verification.conclude import conclude
from reference.verification.conclusion import Conclusion
from reference.verification.options import Options
from reference.verification.reported import invoked, run_report
from reference.verification.required import not_run
from reference.verification.target import verify_one

__all__ = ["sabotage"]

CASE = Case((2, 5, 3, 1), 7, lambd=0.7, keep_prob=0.6, seed=2)
REQUIRED = "network.backward_propagation"


class Sabotage(NamedTuple):
    """A gate with one part broken: what is said of it, and the part."""

    broken: str
    judge: Callable[..., Judgement] = judge
    conclude: Callable[..., Conclusion] = conclude
    change: Callable[[Implementation], Implementation] = lambda target: target


def sabotage() -> list[Trial]:
    """Every trial; what breaks nothing must be green first. ``ValueError`` where it is not."""
    sound = _trial(Sabotage("nothing"))
    if sound.red:
        raise ValueError(f"the gate is red with nothing broken: {sound.said}")
    of_pairs = [Trial(broken, EXIT_CODES["error"] if why else 0, why or "") for broken, why in broken_judges()]
    return [*(_trial(planted) for planted in _sabotages()), *of_pairs]


def _trial(planted: Sabotage) -> Trial:
    implementation = resolve("manual_backprop")()
    implementation = implementation._replace(entries=implementation.entries[:1], laws=())
    if (why := canary(judge=planted.judge, conclude=planted.conclude)) is not None:
        return Trial(planted.broken, EXIT_CODES["error"], why)
    options = Options(Profile(1, 0), 0, CASE, judge=planted.judge)
    target = verify_one(planted.change(implementation), options, kept=False, conclude=planted.conclude)
    lost = not_run([REQUIRED], [target])
    report = run_report([target], invoked(), seed=0, profile="gate", inconclusive=lost)
    said = [finding.text for row in target.checks for finding in row.findings]
    first = next(iter([*report.reasons, *filter(None, [target.error]), *said]), "")
    return Trial(planted.broken, report.exit_code, first)


def _sabotages() -> list[Sabotage]:
    honest = honest_witnesses()
    autodiff = honest._replace(autodiff=_doubled(honest.autodiff, "dW"))
    differences = honest._replace(central_differences=_doubled(honest.central_differences, "D"))
    step = honest._replace(complex_step=_doubled(honest.complex_step, "data"))
    return [
        Sabotage("the comparison finds nothing", judge=partial(judge, court=Court(compare=_blind))),
        Sabotage("the comparison says that all is exact", judge=partial(judge, court=Court(compare=_flattering))),
        Sabotage("the judge looks at nothing", judge=lambda *args, **how: Judgement({}, [], [])),
        Sabotage("the judge's failures are lost", judge=lambda *args, **how: judge(*args, **how)._replace(failures=[])),
        Sabotage("the verdict is always pass", conclude=_lenient),
        Sabotage("autodiff is wrong", judge=partial(judge, court=Court(autodiff))),
        Sabotage("central differences are wrong", judge=partial(judge, court=Court(differences))),
        Sabotage("complex step is wrong", judge=partial(judge, court=Court(step))),
        Sabotage("the gradients are zeros", change=_zeros),
        Sabotage("the target exports nothing", change=lambda target: target._replace(entries=())),
        Sabotage("the target takes no case", change=_takes_none),
        Sabotage("a required check is another one", change=_renamed),
    ]


# --- the ways to break it --------------------------------------------------------------------------------------


def _blind(*args: Any, **how: Any) -> Deviations:
    found = compare(*args, **how)
    return found._replace(wrong=np.zeros_like(found.wrong))


def _flattering(*args: Any, **how: Any) -> Deviations:
    found = compare(*args, **how)
    return Deviations(np.zeros_like(found.error), np.zeros_like(found.wrong), np.ones_like(found.resolved))


def _lenient(*args: Any, **how: Any) -> Conclusion:
    return conclude(*args, **how)._replace(verdict="pass")


def _doubled(honest: Callable[..., Any], field: str) -> Callable[..., Any]:
    """A witness that says twice what is true of one of its fields: an array, or one for each layer."""

    def wrong(*args: Any) -> Any:
        found = honest(*args)
        value = getattr(found, field)
        return found._replace(**{field: [2 * part for part in value] if isinstance(value, list) else 2 * value})

    return wrong


def _zeros(implementation: Implementation) -> Implementation:
    def planted(run: Callable[[Problem], Outcome]) -> Callable[[Problem], Outcome]:
        return lambda problem: {name: np.zeros_like(a) for name, a in run(problem).items()}

    entries = [entry._replace(run=planted(entry.run)) for entry in implementation.entries]
    return implementation._replace(entries=tuple(entries))


def _takes_none(implementation: Implementation) -> Implementation:
    entries = [
        entry._replace(domain=entry.domain._replace(depths=(), deeper=False)) for entry in implementation.entries
    ]
    return implementation._replace(entries=tuple(entries))


def _renamed(implementation: Implementation) -> Implementation:
    return implementation._replace(entries=tuple(entry._replace(check="another") for entry in implementation.entries))
