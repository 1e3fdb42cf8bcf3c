"""One failure on its way into a report: made small, its cause named, and told how bad it is."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from reference.cases.case import Case
from reference.cases.generation import shrink
from reference.cases.problem import Problem, draw
from reference.diagnosis import Cause, probes
from reference.findings.codes import WARNINGS
from reference.findings.verdicts import Severity
from reference.interface.entry import Entry
from reference.judging.execution import Failure
from reference.judging.judge import judge
from reference.verification.failures import Stored, name_of
from reference.verification.options import Options
from reference.verification.run import judge_case

__all__ = ["Example", "Explained", "explain", "of_law", "unexplained"]

EASED_SCALE, EASED_KEEP_PROB = 0.1, 0.9


class Example(NamedTuple):
    """Where a failure is seen: the line of its case, an entry, what stands there and what belongs there."""

    case: str
    at: tuple[int, ...] | None = None
    got: float | None = None
    want: float | None = None


class Explained(NamedTuple):
    """The cause of a failure, and how to see it again; a law's failure has no case."""

    check: str
    cause: Cause
    severity: Severity
    shown: Failure | None = None  # at its smallest case
    stored: Stored | None = None
    replay: str | None = None
    remedy: str = ""  # the line that would have it judged
    of_pair: Example | None = None  # of a pair, whose cases are its own

    @property
    def example(self) -> Example | None:
        shown = self.shown
        if shown is None:
            return self.of_pair
        own = shown.output == self.cause.output
        return Example(str(shown.case), shown.at, shown.got, shown.want) if own else Example(str(shown.case))


def explain(
    target: str, entry: Entry, failure: Failure, cause: Cause, options: Options, *, smaller: bool, again: bool
) -> Explained:
    """``smaller``: look for the smallest case; ``again``: the target may be asked once more."""
    if smaller and options.case is None and cause.code != "MB703":  # to ask again would cost a process each time
        failure = _smallest(entry, failure, options)
    severity: Severity = "warning" if cause.code in WARNINGS and options.intermediates != "fail" else "error"
    if failure.code == "MB402" and again:
        severity, cause = _digits(entry, failure, options)
    stored = Stored(target, failure.check, failure.output, str(failure.case))
    return Explained(entry.check, cause, severity, failure, stored, name_of(stored))


def of_law(failure: Failure, accuracy: str = "warn") -> Explained:
    """A law says itself what is wrong."""
    cause = Cause(
        failure.output,
        failure.code,
        "unexplained" if failure.code == "MB199" else "exactly",
        failure.text,
        place=failure.place,
    )
    mild = failure.code in WARNINGS or (failure.code == "MB402" and accuracy != "fail")
    return Explained(failure.check, cause, "warning" if mild else "error")


def unexplained(failure: Failure) -> Cause:
    """The cause of a failure that is not looked into: what it came with."""
    return Cause(failure.output, failure.code, "unexplained", failure.text or "not explained", place=failure.place)


def _find(entry: Entry, case: Case, output: str, code: str) -> Failure | None:
    """The failure of this output with this code at another case, if there is one and the witnesses agree there."""
    if not entry.domain.accepts(case):
        return None
    judgement = judge_case(entry, case)
    if judgement.disputes:
        return None
    return next((f for f in judgement.failures if (f.output, f.code) == (output, code)), None)


def _smallest(entry: Entry, failure: Failure, options: Options) -> Failure:
    case = shrink(
        entry.domain,
        failure.case,
        lambda case: _find(entry, case, failure.output, failure.code) is not None,
        seed=options.seed,
    )
    return _find(entry, case, failure.output, failure.code) or failure


def _digits(entry: Entry, failure: Failure, options: Options) -> tuple[Severity, Cause]:
    """Right but inaccurate is a warning only where easing the saturation eases the error too."""
    case = failure.case
    keep_prob = case.keep_prob if case.keep_prob == 1 else max(EASED_KEEP_PROB, case.keep_prob)
    eased = replace(case, scale=EASED_SCALE * min(1.0, case.scale), keep_prob=keep_prob)
    shares = [
        _share(entry, draw([eased]), failure.output),
        *(_share(entry, p, failure.output) for p in probes(entry, case)),
    ]
    if not any(shares):
        severity: Severity = "error" if options.accuracy == "fail" else "warning"
        text = f"{failure.text} where it saturates, and to all of them at scale={eased.scale:g}"
        return severity, Cause(failure.output, "MB402", "exactly", text)
    if min(shares) > 0.5:
        text = f"{failure.text}, everywhere, as if some of it were computed in float32"
        return "error", Cause(failure.output, "MB402", "consistent", text)
    share = f"in {100 * max(shares):.2g} % of its entries"
    return "error", Cause(failure.output, "MB199", "unexplained", f"{failure.text}, {share}, saturated or not")


def _share(entry: Entry, problem: Problem, output: str) -> float:
    """The share of an output's entries that are wrong."""
    failures = judge(entry, problem, exhaustive=False, rng=np.random.RandomState()).failures
    return next((failure.share for failure in failures if failure.output == output), 0.0)
