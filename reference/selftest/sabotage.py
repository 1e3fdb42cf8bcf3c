"""Sabotage: the gate itself is broken on purpose, in each way that would make it green for nothing, and must turn red.

Every trial goes the way that ``verify`` goes: the canary, one target, the verdict, what must have run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import numpy as np

from reference.cases.case import Case
from reference.cases.problem import Problem
from reference.findings.verdicts import EXIT_CODES
from reference.judging.judge import Judgement
from reference.judging.tolerance import Deviations
from reference.report.kills import Trial
from reference.selftest.canary import canary
from reference.settings.profiles import Profile
from reference.targets import Implementation, Outcome, resolve
from reference.verification.conclude import Conclusion, conclude
from reference.verification.reported import invoked, run_report
from reference.verification.required import not_run
from reference.verification.run import Options
from reference.verification.target import verify_one
from reference.witnesses.autodiff import Autodiff

__all__ = ["sabotage"]

CASE = Case((2, 5, 3, 1), 7, lambd=0.7, keep_prob=0.6, seed=2)
REQUIRED = "network.backward_propagation"


def sabotage() -> list[Trial]:
    """Every trial; the first breaks nothing, and alone may be green. ``ValueError`` where it is not."""
    sound = _trial("nothing", [], lambda target: target)
    if sound.red:
        raise ValueError(f"the gate is red with nothing broken: {sound.said}")
    return [_trial(broken, patches, change) for broken, patches, change in _sabotages()]


def _trial(broken: str, patches: list[Any], change: Callable[[Implementation], Implementation]) -> Trial:
    implementation = resolve("manual_backprop")()
    implementation = implementation._replace(entries=implementation.entries[:1], laws=())
    with ExitStack() as stack:
        for patch in patches:
            stack.enter_context(patch)
        if (why := canary()) is not None:
            return Trial(broken, EXIT_CODES["error"], why)
        target = verify_one(change(implementation), Options(Profile(1, 0), 0, CASE), kept=False)
        lost = not_run([REQUIRED], [target])
        report = run_report([target], invoked(), seed=0, profile="gate", inconclusive=lost)
    said = [finding.text for row in target.checks for finding in row.findings]
    return Trial(broken, report.exit_code, next(iter([*report.reasons, *filter(None, [target.error]), *said]), ""))


def _sabotages() -> Iterator[tuple[str, list[Any], Callable[[Implementation], Implementation]]]:
    same: Callable[[Implementation], Implementation] = lambda one: one
    yield "the comparison finds nothing", [mock.patch("reference.judging.judge.compare", _blind)], same
    yield "the comparison says that all is exact", [mock.patch("reference.judging.judge.compare", _flattering)], same
    yield "the judge looks at nothing", [mock.patch("reference.verification.run.judge", _absent)], same
    yield "the judge's failures are lost", [mock.patch("reference.verification.run.judge", _forgetful)], same
    yield "the verdict is always pass", [mock.patch("reference.verification.target.conclude", _lenient)], same
    yield "autodiff is wrong", [mock.patch("reference.judging.panel.autodiff", _doubled)], same
    yield "central differences are wrong", [_scaled("network_differences", "D")], same
    yield "complex step is wrong", [_stepped()], same
    yield "the gradients are zeros", [], _zeros
    yield "the target exports nothing", [], lambda one: one._replace(entries=())
    yield "the target takes no case", [], _takes_none
    yield (
        "a required check is another one",
        [],
        lambda one: one._replace(entries=tuple(entry._replace(check="another") for entry in one.entries)),
    )


# --- the ways to break it --------------------------------------------------------------------------------------


def _honest() -> Callable[..., Deviations]:
    from reference.judging.tolerance import compare

    return compare


def _blind(*args: Any, **kwargs: Any) -> Deviations:
    found = _honest()(*args, **kwargs)
    return found._replace(wrong=np.zeros_like(found.wrong))


def _flattering(*args: Any, **kwargs: Any) -> Deviations:
    found = _honest()(*args, **kwargs)
    return Deviations(np.zeros_like(found.error), np.zeros_like(found.wrong), np.ones_like(found.resolved))


def _absent(*args: Any, **kwargs: Any) -> Judgement:
    return Judgement({}, [], [])


def _forgetful(*args: Any, **kwargs: Any) -> Judgement:
    from reference.judging.judge import judge

    return judge(*args, **kwargs)._replace(failures=[])


def _lenient(*args: Any, **kwargs: Any) -> Conclusion:
    return conclude(*args, **kwargs)._replace(verdict="pass")


def _doubled(problem: Problem) -> Autodiff:
    from reference.witnesses.autodiff import autodiff

    said = autodiff(problem)
    return said._replace(dW=[2 * dW for dW in said.dW])


def _scaled(name: str, field: str) -> Any:
    from reference.judging import panel as arbitration

    honest = getattr(arbitration, name)

    def wrong(*args: Any, **kwargs: Any) -> Any:
        found = honest(*args, **kwargs)
        return found._replace(**{field: [2 * part for part in getattr(found, field)]})

    return mock.patch.object(arbitration, name, wrong)


@contextmanager
def _stepped() -> Iterator[None]:
    from reference.witnesses import complex_step

    honest = complex_step.complex_step

    def wrong(*args: Any, **kwargs: Any) -> Any:
        found = honest(*args, **kwargs)
        return found._replace(data=2 * found.data)

    with mock.patch.object(complex_step, "complex_step", wrong):
        yield


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
