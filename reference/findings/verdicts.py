"""What a run can end with: verdicts of rows, targets and runs, how bad and how sure a finding is, and exit codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

__all__ = [
    "DEBUG",
    "EXIT_CODES",
    "INTERNAL",
    "Certainty",
    "RowVerdict",
    "Severity",
    "Verdict",
    "verdict_of",
    "worst_exit",
]

Verdict = Literal["pass", "fail", "inconclusive", "error", "interrupted"]
RowVerdict = Literal["pass", "fail", "warn", "inconclusive", "skipped"]
Severity = Literal["error", "warning", "inconclusive"]
Certainty = Literal["exactly", "consistent", "unexplained"]

EXIT_CODES: dict[Verdict, int] = {"pass": 0, "fail": 1, "error": 2, "inconclusive": 3, "interrupted": 130}

INTERNAL = "internal error, not the target's fault"
DEBUG = "MANUAL_BACKPROP_DEBUG"  # set in the environment: the traceback of such an error


def worst_exit(codes: Iterable[int]) -> int:
    """Over several targets: 130 > 2 > 1 > 3 > 0."""
    found = set(codes)
    return next((code for code in (130, 2, 1, 3) if code in found), 0)


def verdict_of(code: int) -> Verdict:
    """The verdict that an exit code stands for."""
    return next(verdict for verdict, own in EXIT_CODES.items() if own == code)
