"""From what a run found to what is said: shrink, diagnose, decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from reference.case import Case
from reference.diagnosis import Cause, diagnose, probes
from reference.execution import Failure
from reference.findings import WARNINGS, RowVerdict, Severity, Verdict, backward_order
from reference.implementations.entry import Entry, Implementation
from reference.judge import Tally, judge
from reference.problem import Problem, draw
from reference.report.model import (
    CheckResult,
    Finding,
    Target,
    Witnesses,
    power_of_two,
)
from reference.search import shrink
from reference.store import Stored, name_of
from reference.verify import Options, Run, judge_case

__all__ = ["conclude"]

MAX_SHRUNK = 12  # findings that are made small and explained; the rest keep the case that they were found with
EASED_SCALE, EASED_KEEP_PROB = 0.1, 0.9
PLAINNESS = {"MB199": 1, "MB202": 2, "MB402": 3, "MB305": 4}  # of one fault, seen from several sides; others come first


def conclude(
    implementation: Implementation, options: Options, run: Run, *, interrupted: bool = False
) -> tuple[Target, list[Stored]]:
    """The target's report, and the failures to store. Shrinking and diagnosis happen here, unless interrupted."""
    entries = {entry.check: entry for entry in implementation.entries}
    findings: dict[tuple[str, str], list[Finding]] = {}
    stored = []
    for k, failure in enumerate(_one_per_output(run.failures.values())):
        entry = entries.get(failure.check)
        finding, record = _explain(
            implementation.name,
            entry,
            failure,
            options,
            explain=not interrupted and k < MAX_SHRUNK,
            interrupted=interrupted,
        )
        findings.setdefault((failure.check, failure.output), []).append(finding)
        if record is not None:
            stored.append(record)

    keys = list(run.tallies) + [key for key in findings if key not in run.tallies]
    order = [entry.check for entry in implementation.entries] + [law.check for law in implementation.laws]
    coverage = _coverage(run)
    asked = dict.fromkeys(check for check, _ in run.tallies)
    if options.case is None:  # what was never asked was not verified
        asked |= dict.fromkeys(entry.check for entry in implementation.entries)
    low = [check for check in asked if coverage.get(check, 0.0) < options.coverage]
    checks = [
        _row(check, output, run, findings.get((check, output), []), check in low)
        for check, output in sorted(keys, key=lambda key: (order.index(key[0]), backward_order(key[1])))
    ]
    low_text = [f"{check} ({100 * coverage.get(check, 0.0):.1f} %)" for check in low]
    verdict, error = _verdict(run, checks, low_text, interrupted)
    target = Target(
        target=implementation.name,
        verdict=verdict,
        error=error,
        notes=run.notes,
        distinct_cases=len(run.seen),
        checks=checks,
    )
    return target, stored


def _one_per_output(failures: Iterable[Failure]) -> list[Failure]:
    """The plainest code of each output, most upstream first: one mistake is one finding."""
    plainest: dict[tuple[str, str], Failure] = {}
    for failure in sorted(failures, key=lambda f: PLAINNESS.get(f.code, 0)):
        plainest.setdefault((failure.check, failure.output), failure)
    return sorted(plainest.values(), key=lambda f: (f.check, backward_order(f.output)))


def _coverage(run: Run) -> dict[str, float]:
    """The share of each check's coordinates that were resolved: of dW and db, where all three witnesses speak."""
    totals: dict[str, Tally] = {}
    for (check, _), tally in run.tallies.items():
        if tally.central_difference or tally.excluded or not tally.cases:
            totals[check] = totals.get(check, Tally()) + tally
    return {check: 1 - (t.excluded + t.unresolved) / t.coordinates for check, t in totals.items() if t.coordinates}


def _verdict(run: Run, checks: list[CheckResult], low: list[str], interrupted: bool) -> tuple[Verdict, str | None]:
    if interrupted:
        return "interrupted", "interrupted; what was verified so far:"
    if run.disputes:
        more = f" (and {len(run.disputes) - 1} more)" if len(run.disputes) > 1 else ""
        return "error", run.disputes[0] + more
    if any(row.verdict == "fail" for row in checks):
        return "fail", None
    if not any(row.coordinates for row in checks):
        return "inconclusive", "nothing was checked"
    if low:
        return "inconclusive", f"coverage is too low to say that it is verified: {', '.join(low)}"
    if not run.floor:
        return "inconclusive", run.notes[-1]
    return "pass", None


def _row(check: str, output: str, run: Run, findings: list[Finding], low: bool) -> CheckResult:
    tally = run.tallies.get((check, output), Tally())
    severities = {finding.severity for finding in findings}
    verdict: RowVerdict = (
        "fail" if "error" in severities else "inconclusive" if low else "warn" if severities else "pass"
    )
    return CheckResult(
        check=check,
        output=output,
        verdict=verdict,
        conforming=None if verdict == "inconclusive" else verdict != "fail",
        witnesses=Witnesses(
            autodiff=tally.autodiff, central_difference=tally.central_difference, complex_step=tally.complex_step
        ),
        cases=tally.cases,
        coordinates=tally.coordinates,
        excluded=tally.excluded,
        unresolved=tally.unresolved,
        nudged=run.nudged.get(check, 0),
        worst_error=power_of_two(tally.worst_error),
        findings=findings,
    )


def _explain(
    target: str, entry: Entry | None, failure: Failure, options: Options, *, explain: bool, interrupted: bool
) -> tuple[Finding, Stored | None]:
    """The smallest case, the cause, and how to see it again."""
    if entry is None:  # a law
        return Finding(code=failure.code, severity="error", certainty="exactly", text=failure.text), None
    if explain and options.case is None:
        failure = _smallest(entry, failure, options)
    severity: Severity = "warning" if failure.code in WARNINGS else "error"
    if failure.code == "MB402" and not interrupted:
        severity, cause = _digits(entry, failure, options)
    elif not explain:
        cause = Cause(failure.code, "unexplained", failure.text or "not explained", [])
    else:
        cause = diagnose(entry, failure)
    stored = Stored(target, failure.check, failure.output, str(failure.case))
    finding = Finding(
        code=cause.code,
        severity=severity,
        certainty=cause.certainty,
        text=cause.text,
        candidates=cause.candidates,
        smallest=str(failure.case),
        index=list(failure.at),
        got=failure.got,
        want=failure.want,
        replay=name_of(stored),
    )
    return finding, stored


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
        return severity, Cause("MB402", "exactly", text, [])
    if min(shares) > 0.5:
        text = f"{failure.text}, everywhere, as if some of it were computed in float32"
        return "error", Cause("MB402", "consistent", text, [])
    share = f"in {100 * max(shares):.2g} % of its entries"
    return "error", Cause("MB199", "unexplained", f"{failure.text}, {share}, saturated or not", [])


def _share(entry: Entry, problem: Problem, output: str) -> float:
    """Of an output's entries, how many are wrong."""
    failures = judge(entry, problem, exhaustive=False, rng=np.random.RandomState()).failures
    return next((failure.share for failure in failures if failure.output == output), 0.0)
