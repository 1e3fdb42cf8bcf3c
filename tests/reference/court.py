"""Holding a court in the tests: small plans, and witnesses that are heard once per stack of problems.

A witness is a function of the problem alone, so what it said of a stack is kept for the whole process: the mistakes
are many, the problems are the same. Nothing under test is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reference.judging.hearing
import reference.judging.judge
import reference.verification.conclude
import reference.verification.explained
import reference.verification.run
from reference.interface.entry import Implementation
from reference.report.models.verification import Finding, Target
from reference.settings.profiles import Profile
from reference.verification.known import Run
from reference.verification.options import Options
from reference.verification.reported import target_report

__all__ = ["Options", "ask_witnesses_anew", "findings", "plan", "remember_witnesses", "shrink_nothing", "try_out"]

_ask, _compare = reference.judging.hearing.ask_witnesses, reference.judging.hearing.compare_witnesses
_reports: dict[Any, Any] = {}


def _once(key: Any, compute: Callable[[], Any]) -> Any:
    if key not in _reports:
        _reports[key] = compute()
    return _reports[key]


def remember_witnesses(monkeypatch: Any) -> None:
    def ask_witnesses(problem, *, exhaustive, rng, witnesses=None):
        key = ("ask_witnesses", problem.cases, exhaustive, problem.Y.tobytes())  # labels may be the target's own
        return _once(key, lambda: _ask(problem, exhaustive=exhaustive, rng=rng))

    def compare_witnesses(problem, witness_report, *, witnesses=None):
        return _once(("cross", id(witness_report)), lambda: _compare(problem, witness_report))  # kept above: ids stay

    monkeypatch.setattr(reference.judging.hearing, "ask_witnesses", ask_witnesses)
    monkeypatch.setattr(reference.judging.hearing, "compare_witnesses", compare_witnesses)


def ask_witnesses_anew(monkeypatch: Any) -> None:
    """Where a witness is to be spoilt."""
    monkeypatch.setattr(reference.judging.hearing, "ask_witnesses", _ask)
    monkeypatch.setattr(reference.judging.hearing, "compare_witnesses", _compare)


def shrink_nothing(monkeypatch: Any) -> None:
    """Findings keep the case that they were found with."""
    monkeypatch.setattr(reference.verification.explained, "shrink", lambda domain, case, fails, *, seed: case)


def plan(examples: int = 64, **fields: Any) -> Profile:
    return Profile(examples=examples, explore=1, **fields)


def try_out(implementation: Implementation, run: Run | None = None, *, examples: int = 64, **options: Any) -> Target:
    """Verify and conclude, as the command does."""
    asked = Options(options.pop("profile", plan(examples)), **options)
    run = Run() if run is None else run
    reference.verification.run.verify(implementation, asked, run)
    return target_report(reference.verification.conclude.conclude(implementation, asked, run))


def findings(target: Target) -> list[Finding]:
    return [finding for row in target.checks for finding in row.findings]
