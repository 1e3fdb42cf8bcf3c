"""A run: battery, random stacks, Hypothesis; then shrink, diagnose, report.

``verify`` is pure apart from the failures it stores: an implementation and a plan in, a ``Target`` of the report out.
What was verified so far is kept in a ``Run``, so that an interrupted run can still say it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from reference.battery import battery
from reference.case import Case, Shape
from reference.diagnosis import Cause, diagnose, probes
from reference.findings import WARNINGS, backward_order
from reference.implementations.entry import ANY, Entry, Implementation
from reference.judge import Failure, Judgement, Tally, judge
from reference.problem import draw
from reference.profiles import NARROW, Profile
from reference.progress import Progress
from reference.report.model import CheckResult, Finding, Target, Witnesses, power_of_two
from reference.search import STACK, explore, random_stacks, shrink
from reference.store import Stored

__all__ = ["COVERAGE", "Options", "Run", "conclude", "judge_case", "verify"]

COVERAGE = 0.95  # of a check's coordinates, over the run
MAX_SHRUNK = 12  # findings that are made small and explained; the rest keep the case that they were found with
EASED_SCALE = 0.1
PLAINNESS = {
    "MB199": 1,
    "MB202": 2,
    "MB402": 3,
    "MB305": 4,
}  # the same fault seen from several sides; others come first


@dataclass(frozen=True)
class Options:
    """What a caller asks for."""

    profile: Profile
    seed: int = 0
    case: Case | None = None  # judge this one alone
    accuracy: str = "warn"  # or "fail"
    progress: Progress = lambda check, cases, total: None


@dataclass
class Run:
    """What is known so far of one target."""

    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    nudged: dict[str, int] = field(default_factory=dict)
    failures: dict[tuple[str, str, str], Failure] = field(default_factory=dict)  # the first of its kind
    disputes: list[str] = field(default_factory=list)
    seen: set[Case] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    floor: bool = True  # did everything that must run, run?

    def add(self, entry: Entry, cases: list[Case], judgement: Judgement, nudged: int, *, sought: bool = False) -> None:
        """``sought`` cases were chosen for being extreme: they are judged, but coverage is that of the others."""
        self.seen.update(cases)
        self.nudged[entry.check] = self.nudged.get(entry.check, 0) + nudged
        for output, tally in judgement.tallies.items():
            key = (entry.check, output)
            if sought:
                tally = tally._replace(coordinates=0, excluded=0, unresolved=0, uncovered=0)
            self.tallies[key] = self.tallies.get(key, Tally()) + tally
        for failure in judgement.failures:
            self.failures.setdefault((failure.check, failure.output, failure.code), failure)
        for dispute in judgement.disputes:
            who = f"{dispute.odd} is the odd one out" if dispute.odd else "no two witnesses agree"
            self.disputes.append(f"MB901: the witnesses disagree, which is this tool's fault: {who} at {dispute.case}")


def verify(implementation: Implementation, options: Options, run: Run) -> None:
    """Carry out the plan; everything that is learnt goes into ``run``."""
    started = time.monotonic()
    limit = options.profile.max_time

    def out_of_time() -> bool:
        return limit is not None and time.monotonic() - started > limit

    rng = np.random.RandomState()  # scratch: reseeded for every case
    asked = False
    for index, entry in enumerate(implementation.entries):
        if options.case is not None:
            if entry.domain.accepts(options.case):
                asked = True
                _judge(entry, [options.case], run, options, rng, exhaustive=True)
            continue
        for stack in _by_shape(_battery(entry)):
            _judge(entry, stack, run, options, rng, exhaustive=True)
            if out_of_time():
                run.floor = False
                run.notes.append(
                    f"the time limit of {limit:g} s cut the battery of {entry.check}: too little was tried"
                )
                return
        examples = _examples(entry, options)
        stream = np.random.RandomState([options.seed, index])
        for k, stack in enumerate(random_stacks(entry.domain, stream, examples)):
            if k and out_of_time():
                run.notes.append(f"the time limit of {limit:g} s ended the random cases of {entry.check} early")
                break
            _judge(entry, stack, run, options, rng, exhaustive=False)
        if not out_of_time() and entry.domain == ANY:
            explore(
                entry.domain,
                partial(_judge_sought, entry, run, options, rng),
                examples=options.profile.explore,
                seed=options.seed,
            )
    if options.case is None:
        for law in implementation.laws:
            looked, violations = law.run(options.seed)
            run.tallies[law.check, "*"] = Tally(coordinates=looked)
            for violation in violations:
                failure = Failure(law.check, violation.output, violation.code, PLACEHOLDER, violation.text)
                run.failures.setdefault((law.check, violation.output, violation.code), failure)
            options.progress(law.check, 0, 0)
    elif not asked:
        run.notes.append(f"no function of {implementation.name} takes this case: {options.case}")


PLACEHOLDER = Case((1, 1), 1)  # of a law's failure, which has no case


def judge_case(entry: Entry, case: Case) -> Judgement:
    """One case, with the complex step along samples; what replay and shrinking ask."""
    return judge(entry, draw([case]), exhaustive=False, rng=np.random.RandomState())


def _judge(
    entry: Entry,
    cases: list[Case],
    run: Run,
    options: Options,
    rng: np.random.RandomState,
    *,
    exhaustive: bool,
    sought: bool = False,
) -> None:
    problem = draw(cases, rng)
    judgement = judge(entry, problem, exhaustive=exhaustive, rng=rng)
    run.add(entry, cases, judgement, problem.nudged, sought=sought)
    options.progress(entry.check, len(cases), _planned(entry, options))


def _battery(entry: Entry) -> list[Case]:
    return [case for case in battery() if entry.domain.accepts(case)]


def _examples(entry: Entry, options: Options) -> int:
    return options.profile.examples if entry.domain == ANY else max(1, options.profile.examples // NARROW)


def _planned(entry: Entry, options: Options) -> int:
    if options.case is not None:
        return 1
    return len(_battery(entry)) + _examples(entry, options) + (options.profile.explore if entry.domain == ANY else 0)


def _judge_sought(entry: Entry, run: Run, options: Options, rng: np.random.RandomState, case: Case) -> None:
    _judge(entry, [case], run, options, rng, exhaustive=False, sought=True)


def _by_shape(cases: Iterable[Case]) -> Iterator[list[Case]]:
    stacks: dict[Shape, list[Case]] = {}
    for case in cases:
        stacks.setdefault(case.shape, []).append(case)
    for stack in stacks.values():
        for start in range(0, len(stack), STACK):
            yield stack[start : start + STACK]


# --- from what was found to what is said ------------------------------------------------------------------


def conclude(
    implementation: Implementation, options: Options, run: Run, *, interrupted: bool = False
) -> tuple[Target, list[Stored]]:
    """The target's report, and the failures to store. Shrinking and diagnosis happen here, unless interrupted."""
    entries = {entry.check: entry for entry in implementation.entries}
    findings: dict[tuple[str, str], list[Finding]] = {}
    stored = []
    for k, failure in enumerate(_one_per_output(run.failures.values())):
        entry = entries.get(failure.check)
        explain = not interrupted and k < MAX_SHRUNK
        finding, record = _explain(implementation.name, entry, failure, options, explain=explain)
        findings.setdefault((failure.check, failure.output), []).append(finding)
        if record is not None:
            stored.append(record)

    keys = list(run.tallies) + [key for key in findings if key not in run.tallies]
    order = [entry.check for entry in implementation.entries] + [law.check for law in implementation.laws]
    coverage = _coverage(run)
    floor = COVERAGE if options.case is None else 0.0  # the floor is for a run: one case may be all ties
    low = [check for check in dict.fromkeys(check for check, _ in run.tallies) if coverage.get(check, 0.0) <= floor]
    checks = [
        _row(check, output, run, findings.get((check, output), []), check in low)
        for check, output in sorted(keys, key=lambda key: (order.index(key[0]), backward_order(key[1])))
    ]
    low_text = [f"{check} ({100 * coverage.get(check, 0.0):.1f} %)" for check in low]
    verdict, error = _verdict(run, checks, low_text, interrupted)
    target = Target(
        target=implementation.name,
        verdict=verdict,  # type: ignore[arg-type]
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


def _verdict(run: Run, checks: list[CheckResult], low: list[str], interrupted: bool) -> tuple[str, str | None]:
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
        return "inconclusive", f"coverage is below {100 * COVERAGE:.0f} %: {', '.join(low)}"
    if not run.floor:
        return "inconclusive", run.notes[-1]
    return "pass", None


def _row(check: str, output: str, run: Run, findings: list[Finding], low: bool) -> CheckResult:
    tally = run.tallies.get((check, output), Tally())
    severities = {finding.severity for finding in findings}
    verdict = "fail" if "error" in severities else "inconclusive" if low else "warn" if severities else "pass"
    return CheckResult(
        check=check,
        output=output,
        verdict=verdict,  # type: ignore[arg-type]
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
    target: str, entry: Entry | None, failure: Failure, options: Options, *, explain: bool
) -> tuple[Finding, Stored | None]:
    """The smallest case, the cause, and how to see it again."""
    if entry is None:  # a law
        return Finding(code=failure.code, severity="error", certainty="exactly", text=failure.text), None
    if explain and options.case is None:
        failure = _smallest(entry, failure, options)
    severity = "warning" if failure.code in WARNINGS else "error"
    if not explain:
        cause = Cause(failure.code, "unexplained", failure.text or "not explained", [])
    elif failure.code == "MB402":
        severity, cause = _digits(entry, failure, options)
    else:
        cause = diagnose(entry, failure)
    stored = Stored(target, failure.check, failure.output, str(failure.case))
    finding = Finding(
        code=cause.code,
        severity=severity,  # type: ignore[arg-type]
        certainty=cause.certainty,  # type: ignore[arg-type]
        text=cause.text,
        candidates=cause.candidates,
        smallest=str(failure.case),
        index=list(failure.at),
        got=failure.got,
        want=failure.want,
        replay=stored.id,
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


def _digits(entry: Entry, failure: Failure, options: Options) -> tuple[str, Cause]:
    """Right but inaccurate is a warning only where easing the saturation eases the error too."""
    case = failure.case
    eased = replace(case, scale=EASED_SCALE * min(1.0, case.scale))
    judgement = judge_case(entry, eased)
    if not any(f.output == failure.output for f in judgement.failures):
        severity = "error" if options.accuracy == "fail" else "warning"
        text = f"{failure.text} where it saturates, and to all of them at scale={eased.scale:g}"
        return severity, Cause("MB402", "exactly", text, [])
    shares = [
        found.share
        for problem in probes(entry, case)
        for found in judge(entry, problem, exhaustive=False, rng=np.random.RandomState()).failures
        if found.output == failure.output
    ]
    if min(shares, default=0.0) > 0.5:
        text = f"{failure.text}, everywhere, as if some of it were computed in float32"
        return "error", Cause("MB402", "consistent", text, [])
    share = f"in {100 * min(shares):.2g} % of its entries" if shares else "not on the probes"
    return "error", Cause("MB199", "unexplained", f"{failure.text}, {share}, saturated or not", [])
