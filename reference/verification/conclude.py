"""From what a run found to what is said: shrink, diagnose, decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from reference.cases.case import Case
from reference.cases.generation import shrink
from reference.cases.problem import Problem, draw
from reference.cases.quantities import backward_order
from reference.diagnosis import Cause, Diagnosis, probes
from reference.diagnosis.consistency import agreed, held_to_its_own
from reference.findings.codes import WARNINGS
from reference.findings.verdicts import RowVerdict, Severity, Verdict
from reference.judging.execution import Failure
from reference.judging.judge import Tally, judge
from reference.report.models.verification import (
    CheckResult,
    Finding,
    Location,
    Target,
    Witnesses,
    power_of_two,
)
from reference.targets.interface import Entry, Implementation, OwnDerivative, Place
from reference.verification.failures import Stored, name_of
from reference.verification.run import Options, Run, judge_case

__all__ = ["conclude"]

MAX_SHRUNK = 12  # findings that are made small and explained; the rest keep the case that they were found with
EASED_SCALE, EASED_KEEP_PROB = 0.1, 0.9
PLAINNESS = {"MB199": 1, "MB202": 2, "MB402": 3, "MB305": 4}  # of one fault, seen from several sides; others come first


def conclude(
    implementation: Implementation, options: Options, run: Run, *, interrupted: bool = False
) -> tuple[Target, list[Stored]]:
    """The target's report, and the failures to store. Shrinking and diagnosis happen here, unless interrupted."""
    findings: dict[tuple[str, str], list[Finding]] = {}
    stored: list[Stored] = []
    consequences: set[tuple[str, str]] = set()
    failures = _one_per_output(run.failures.values())
    explained, kept = 0, []
    asked_alone = interrupted or options.case is not None
    owns = {entry.check: None if asked_alone else entry.own() for entry in implementation.entries}
    conventions = {entry.check: list(entry.conventions) for entry in implementation.entries}
    for entry in implementation.entries:
        mine = [f for f in failures if f.check == entry.check]
        if not mine:
            continue
        if interrupted or explained >= MAX_SHRUNK:
            diagnosis = Diagnosis([_as_found(f) for f in mine], frozenset())
        else:
            diagnosis, said = held_to_its_own(entry, mine, failures, owns[entry.check])
            conventions[entry.check] += said
            kept += [entry.check] if said else []
        consequences |= {(entry.check, output) for output in diagnosis.consequences}
        for cause in diagnosis.causes:
            if cause.code in WARNINGS and options.intermediates == "ignore":
                continue
            failure = _shown(cause, mine)
            explained += 1
            finding, record = _explain(
                implementation.name, entry, failure, cause, options,
                explain=not interrupted and explained <= MAX_SHRUNK, interrupted=interrupted,
            )  # fmt: skip
            findings.setdefault((entry.check, cause.output), []).append(finding)
            if record is not None and record not in stored:
                stored.append(record)
    of_laws = [f for f in failures if not any(entry.check == f.check for entry in implementation.entries)]
    owns |= {check: None if asked_alone else own() for check, own in implementation.unknown}
    fine = agreed(of_laws, owns, kept)
    for failure in of_laws:
        if failure in fine:
            conventions.setdefault(failure.check, []).append(fine[failure])
        else:
            findings.setdefault((failure.check, failure.output), []).append(_of_a_law(failure, implementation.name))

    for check, _ in implementation.unknown:
        _of_its_own(check, owns[check], run, findings, bool(of_laws))
    keys = list(run.tallies) + [key for key in findings if key not in run.tallies]
    order = [entry.check for entry in implementation.entries] + [check for check, _ in implementation.unknown]
    order += [law.check for law in implementation.laws]
    coverage = _coverage(run)
    asked = dict.fromkeys(check for check, _ in run.tallies)
    if options.case is None:  # what was never asked was not verified
        asked |= dict.fromkeys(entry.check for entry in implementation.entries)
    low = [check for check in asked if coverage.get(check, 0.0) < options.coverage]
    checks = [
        _row(
            check,
            output,
            run,
            findings.get((check, output), []),
            check in low,
            (check, output) in consequences,
            conventions.get(check, []),
            owns.get(check),
        )
        for check, output in sorted(keys, key=lambda key: (order.index(key[0]), backward_order(key[1])))
    ]
    low_text = [f"{check} ({100 * coverage.get(check, 0.0):.1f} %)" for check in low]
    verdict, error = _verdict(run, checks, low_text, interrupted)
    target = Target(
        target=implementation.name,
        verdict=verdict,
        error=error,
        notes=[*implementation.notes, *run.notes],
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


def _row(
    check: str,
    output: str,
    run: Run,
    findings: list[Finding],
    low: bool,
    consequence: bool,
    conventions: list[str],
    own: OwnDerivative | None,
) -> CheckResult:
    """``consequence``: wrong only for want of another output, which carries the finding."""
    tally = run.tallies.get((check, output), Tally())
    severities = {finding.severity for finding in findings}
    verdict: RowVerdict = (
        "fail" if "error" in severities or consequence else "inconclusive" if low else "warn" if severities else "pass"
    )
    return CheckResult(
        check=check,
        output=output,
        verdict=verdict,
        consistent=None if own is None or output[:2] not in ("dW", "db", "gr") else own.consistent,
        conforming=None if verdict == "inconclusive" else verdict != "fail" and not conventions,
        conventions=conventions,
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


def _of_its_own(
    check: str, own: OwnDerivative | None, run: Run, findings: dict[tuple[str, str], list[Finding]], blamed: bool
) -> None:
    """A backward pass whose own forward pass computes no network that the court knows: consistent, or not."""
    if own is None or (not own.consistent and blamed):
        run.notes.append(f"{check} is not judged: its forward pass computes no network that this tool knows")
        return
    run.tallies[check, "gradients"] = Tally(coordinates=1)
    if not own.consistent:
        text = f"the backward pass {own.text}"
        findings[check, "gradients"] = [Finding(code="MB199", severity="error", certainty="unexplained", text=text)]


def _as_found(failure: Failure) -> Cause:
    return Cause(failure.output, failure.code, "unexplained", failure.text or "not explained", place=failure.place)


def _shown(cause: Cause, failures: list[Failure]) -> Failure:
    """The failure that shows a cause: its own output's, or the first that follows from it."""
    found = [f for f in failures if f.output == cause.output]
    return (found or [f for f in failures if f.output in cause.upstream_of] or failures)[0]


def _of_a_law(failure: Failure, target: str) -> Finding:
    return Finding(
        code=failure.code,
        severity="warning" if failure.code in WARNINGS else "error",
        certainty="unexplained" if failure.code == "MB199" else "exactly",
        text=failure.text,
        location=_location(failure.place, target),
    )


def _location(place: Place | None, target: str) -> Location | None:
    """In the target's own file, by the name that it was given."""
    if place is None:
        return None
    given = target.partition("::")[0]
    own = Path(given).resolve() == Path(place.file)
    return Location(file=given if own else place.file, cell=place.cell, line=place.line)


def _explain(
    target: str, entry: Entry, failure: Failure, cause: Cause, options: Options, *, explain: bool, interrupted: bool
) -> tuple[Finding, Stored | None]:
    """The smallest case, the cause, and how to see it again."""
    if explain and options.case is None and cause.code != "MB703":  # to ask again would cost a process each time
        failure = _smallest(entry, failure, options)
    severity: Severity = "warning" if cause.code in WARNINGS and options.intermediates != "fail" else "error"
    if failure.code == "MB402" and not interrupted:
        severity, cause = _digits(entry, failure, options)
    stored = Stored(target, failure.check, failure.output, str(failure.case))
    own = failure.output == cause.output
    finding = Finding(
        code=cause.code,
        severity=severity,
        certainty=cause.certainty,
        text=cause.text,
        candidates=list(cause.candidates),
        upstream_of=list(cause.upstream_of),
        location=_location(cause.place, target),
        suggestion=cause.suggestion,
        smallest=str(failure.case),
        index=list(failure.at) if own else None,
        got=failure.got if own else None,
        want=failure.want if own else None,
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
        return severity, Cause(failure.output, "MB402", "exactly", text)
    if min(shares) > 0.5:
        text = f"{failure.text}, everywhere, as if some of it were computed in float32"
        return "error", Cause(failure.output, "MB402", "consistent", text)
    share = f"in {100 * max(shares):.2g} % of its entries"
    return "error", Cause(failure.output, "MB199", "unexplained", f"{failure.text}, {share}, saturated or not")


def _share(entry: Entry, problem: Problem, output: str) -> float:
    """Of an output's entries, how many are wrong."""
    failures = judge(entry, problem, exhaustive=False, rng=np.random.RandomState()).failures
    return next((failure.share for failure in failures if failure.output == output), 0.0)
