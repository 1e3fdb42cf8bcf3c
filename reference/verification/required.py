"""What must have happened for a run to say anything: required checks that ran, exports that are still there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reference.findings.verdicts import EXIT_CODES, verdict_of, worst_exit
from reference.report.models.verification import Report, Target

__all__ = ["not_run", "with_reasons"]


def not_run(require: Sequence[str], targets: Iterable[Target]) -> list[str]:
    """Required checks that looked at nothing: ``check``, ``check::output``, or either with ``target::`` before it."""
    ran: set[str] = set()
    for target in targets:
        for row in target.checks:
            if not row.coordinates:
                continue
            names = (row.check, f"{row.check}::{row.output}")
            ran |= {*names, *(f"{target.target}::{name}" for name in names)}
    return [f"the required check {name} did not run" for name in require if name not in ran]


def with_reasons(report: Report, *, inconclusive: Sequence[str] = (), wrong: Sequence[str] = ()) -> Report:
    """The report with reasons of its own, and the verdict that they leave."""
    codes = [EXIT_CODES[target.verdict] for target in report.targets]
    codes += [EXIT_CODES["error"]] * bool(wrong) + [EXIT_CODES["inconclusive"]] * bool(inconclusive or not codes)
    code = worst_exit(codes)
    reasons = [*wrong, *inconclusive]
    return report.model_copy(update={"reasons": reasons, "verdict": verdict_of(code), "exit_code": code})
