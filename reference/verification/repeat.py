"""A failure is repeated in a fresh process. What does not fail again is MB602; nothing turns green."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from reference.cases.case import Case
from reference.findings.verdicts import EXIT_CODES
from reference.report.models.verification import CheckResult, Finding, Target
from reference.targets import Implementation
from reference.verification.run import judge_case

__all__ = ["ALONE", "repeated"]

ALONE = "MANUAL_BACKPROP_ALONE"  # set in the environment of such a second process

NEVER = frozenset({"MB602", "MB701", "MB702", "MB703"})  # said of calls and processes; the last ended its own
TEXT = "fails in one process and not in another, at the same case"


def repeated(target: Target, fresh: Callable[[], Implementation] | None, seed: int) -> Target:
    """The target's report with what did not fail again called MB602.

    ``fresh`` opens the target in another process; ``None`` where it lives in ours, and a second one of ours is asked.
    """
    if not any(_is_to_be(finding) for row in target.checks for finding in row.findings):
        return target
    if fresh is None:
        rows = [_row(row, lambda row, finding: _fails_by_command(target.target, finding)) for row in target.checks]
        return target.model_copy(update={"checks": rows})
    again = fresh()
    try:
        rows = [_row(row, lambda row, finding: _fails(row, finding, again, seed)) for row in target.checks]
    finally:
        again.close()
    return target.model_copy(update={"checks": rows})


def _is_to_be(finding: Finding) -> bool:
    return finding.severity == "error" and finding.code not in NEVER


def _row(row: CheckResult, fails: Callable[[CheckResult, Finding], bool]) -> CheckResult:
    findings = []
    for finding in row.findings:
        if _is_to_be(finding) and not fails(row, finding):
            changed: dict[str, Any] = {
                "code": "MB602",
                "text": TEXT,
                "certainty": "exactly",
                "candidates": [],
                "suggestion": None,
            }
            finding = finding.model_copy(update=changed)
        findings.append(finding)
    return row.model_copy(update={"findings": findings})


def _fails(row: CheckResult, finding: Finding, again: Implementation, seed: int) -> bool:
    """Does it fail in the other process too? The smallest case of a backward pass; a law with the same seed."""
    entry = next((e for e in again.entries if e.check == row.check), None)
    if entry is not None and finding.smallest is not None:
        return bool(judge_case(entry, Case.parse(finding.smallest)).failures)
    law = next((law for law in again.laws if law.check == row.check), None)
    if law is not None:
        return bool(law.run(seed)[1])
    return True  # there is nothing to ask it with


def _fails_by_command(target: str, finding: Finding) -> bool:
    """Does a built-in target fail in a process of its own? What cannot be asked counts as failing."""
    if finding.smallest is None:
        return True
    command = [sys.executable, "-m", "reference", "verify", target, "--case", finding.smallest, "--report", "text"]
    alone = {**os.environ, ALONE: "1"}  # it is not to repeat in its turn
    done = subprocess.run(command, env=alone, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return done.returncode != EXIT_CODES["pass"]
