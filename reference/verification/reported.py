"""The models of a report, each made once, of what was concluded."""

from __future__ import annotations

import importlib.metadata
import platform
import shlex
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from reference.findings.verdicts import EXIT_CODES, RowVerdict, verdict_of, worst_exit
from reference.interface.entry import Place
from reference.report.models.evidence import Kill
from reference.report.models.verification import (
    CheckResult,
    Finding,
    Location,
    Report,
    Target,
    Tool,
    Witnesses,
    power_of_two,
)
from reference.verification.conclusion import Conclusion, OutputRow
from reference.verification.explained import Explained
from reference.verification.fixes import fix_of
from reference.verification.unjudged import said_of

__all__ = ["Invocation", "Key", "invoked", "location", "run_report", "target_report"]

Key = tuple[str, str, str]  # target, output (or check::output) and code of a finding


class Invocation(NamedTuple):
    """What a report says of its making."""

    tool: Tool
    command: str
    started: float

    def seconds(self) -> float:
        return round(time.monotonic() - self.started, 3)


def invoked() -> Invocation:
    """The line that this process was started with, as of now."""
    version = importlib.metadata.version
    tool = Tool(
        name="manual-backprop",
        version=version("manual-backprop"),
        python=platform.python_version(),
        numpy=version("numpy"),
        jax=version("jax"),
        hypothesis=version("hypothesis"),
    )
    return Invocation(tool, shlex.join(["manual-backprop", *sys.argv[1:]]), time.monotonic())


def run_report(
    targets: Sequence[Target],
    made: Invocation,
    *,
    seed: int,
    profile: str,
    inconclusive: Sequence[str] = (),
    wrong: Sequence[str] = (),
    reproducible: bool = False,
    kills: Iterable[Kill] = (),
) -> Report:
    """The whole run; ``inconclusive`` and ``wrong`` are reasons beyond the verdicts of its targets."""
    codes = [EXIT_CODES[target.verdict] for target in targets]
    codes += [EXIT_CODES["error"]] * bool(wrong) + [EXIT_CODES["inconclusive"]] * bool(inconclusive or not targets)
    code = worst_exit(codes)
    return Report(
        tool=made.tool,
        seed=seed,
        profile=profile,
        verdict=verdict_of(code),
        exit_code=code,
        targets=targets,
        reasons=[*wrong, *inconclusive],
        timing={"total": made.seconds()},
        reproducible=reproducible,
        command=made.command,
        kills=list(kills),
    )


def target_report(found: Conclusion, accepted: Mapping[Key, str] = {}, notes: Sequence[str] = ()) -> Target:
    """A target with what is ``accepted`` let through, each with its reason; what follows from that alone is, too."""
    reasons = [[_accepted(accepted, found.target, row, one.cause.code) for one in row.findings] for row in found.rows]
    errors = {
        (row.check, reason is not None)
        for row, mine in zip(found.rows, reasons, strict=True)
        for one, reason in zip(row.findings, mine, strict=True)
        if one.severity == "error"
    }
    let = {check for check, known in errors if known and (check, False) not in errors}
    checks = [_row(found.target, row, mine, row.check in let) for row, mine in zip(found.rows, reasons, strict=True)]
    used = any(reason is not None for mine in reasons for reason in mine)
    verdict, error = found.verdict, found.error
    if verdict == "fail" and used and not any(row.verdict == "fail" for row in checks):
        unjudged = dict.fromkeys(row.check for row in checks for one in row.findings if one.severity == "inconclusive")
        verdict, error = ("inconclusive", said_of(list(unjudged))) if unjudged else ("pass", error)
    return Target(
        target=found.target,
        verdict=verdict,
        error=error,
        notes=[str(note) for note in (*found.notes, *notes)],
        seen=list(found.seen),
        excepted=list(found.excepted),
        distinct_cases=found.distinct_cases,
        checks=checks,
        drawn=dict(found.drawn),
        evidence=list(found.evidence),
        pairs=list(found.of_pairs),
    )


def _accepted(accepted: Mapping[Key, str], target: str, row: OutputRow, code: str) -> str | None:
    """Why a finding is let through: by its output alone, or by ``check::output``."""
    names = (f"{row.check}::{row.output}", row.output)
    return next((accepted[target, name, code] for name in names if (target, name, code) in accepted), None)


def _row(target: str, row: OutputRow, reasons: Sequence[str | None], let: bool) -> CheckResult:
    findings = [_finding(target, one, reason) for one, reason in zip(row.findings, reasons, strict=True)]
    verdict: RowVerdict = row.verdict
    known = any(reason is not None for reason in reasons) and not any(f.severity == "error" for f in findings)
    if verdict == "fail" and (known or let):
        verdict = "warn"
    tally = row.tally
    return CheckResult(
        check=row.check,
        output=row.output,
        verdict=verdict,
        consistent=row.consistent,
        conforming=None if row.verdict == "inconclusive" else row.verdict != "fail" and not row.conventions,
        conventions=list(row.conventions),
        witnesses=Witnesses(
            autodiff=tally.autodiff, central_difference=tally.central_difference, complex_step=tally.complex_step
        ),
        cases=tally.cases,
        coordinates=tally.coordinates,
        excluded=tally.excluded,
        unresolved=tally.unresolved,
        nudged=row.nudged,
        worst_error=power_of_two(tally.worst_error),
        findings=findings,
    )


def _finding(target: str, found: Explained, reason: str | None) -> Finding:
    cause, example = found.cause, found.example
    let = reason is not None and found.severity == "error"
    return Finding(
        code=cause.code,
        severity="warning" if let else found.severity,
        certainty=cause.certainty,
        text=cause.text,
        candidates=list(cause.candidates),
        upstream_of=list(cause.upstream_of),
        location=location(cause.place, target),
        suggestion=cause.suggestion,
        fix=fix_of(cause.suggestion, cause.place),
        remedy=found.remedy or None,
        smallest=None if example is None else example.case,
        index=None if example is None or example.at is None else list(example.at),
        got=None if example is None else example.got,
        want=None if example is None else example.want,
        replay=found.replay,
        accepted=reason if let else None,
    )


def location(place: Place | None, target: str) -> Location | None:
    """The place in the target's own file, by the name that it was given."""
    if place is None:
        return None
    given = target.partition("::")[0]
    own = Path(given).resolve() == Path(place.file)
    return Location(file=given if own else place.file, cell=place.cell, line=place.line)
