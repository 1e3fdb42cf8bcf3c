"""A failure is repeated in a fresh process. What does not fail again is MB602; nothing turns green."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Literal

from reference.diagnosis import Cause
from reference.findings.verdicts import EXIT_CODES
from reference.interface.entry import Implementation
from reference.interface.exceptions import TargetChanged, TargetDied, TargetNotStarted, TargetRaised
from reference.targets import TargetError
from reference.verification.explained import Explained
from reference.verification.pairs import pair_fails
from reference.verification.run import judge_case

__all__ = ["ALONE", "Again", "repeated"]

Again = Callable[[], Implementation] | Literal["by command"]  # opens the target in another process; or ours is asked

ALONE = "MANUAL_BACKPROP_ALONE"  # set in the environment of such a second process

NEVER = frozenset({"MB602", "MB701", "MB702", "MB703"})  # said of calls and processes; the last ended its own
TEXT = "fails in one process and not in another, at the same case"


def repeated(found: Sequence[Explained], target: str, again: Again, seed: int) -> list[Explained]:
    """The findings of a target, with what did not fail again called MB602."""
    if not any(map(_is_to_be, found)):
        return list(found)
    if isinstance(again, str):
        return [_kept(one, not _is_to_be(one) or _fails_by_command(target, one)) for one in found]
    try:
        other = again()
    except (TargetError, TargetNotStarted):  # what was found was found: the file may be another by now
        return list(found)
    try:
        return [_kept(one, not _is_to_be(one) or _fails(one, other, seed)) for one in found]
    finally:
        other.close()


def _is_to_be(found: Explained) -> bool:
    return found.severity == "error" and found.cause.code not in NEVER


def _kept(found: Explained, fails: bool) -> Explained:
    if fails:
        return found
    first = found.cause
    cause = Cause(first.output, "MB602", "exactly", TEXT, upstream_of=first.upstream_of, place=first.place)
    return found._replace(cause=cause)


def _fails(found: Explained, other: Implementation, seed: int) -> bool:
    """Does it fail in the other process too? The smallest case of a backward pass; a law with the same seed."""
    try:
        return _fails_in(other, found, seed)
    except (TargetRaised, TargetDied, TargetNotStarted, TargetChanged):  # it gave no other answer
        return True


def _fails_in(other: Implementation, found: Explained, seed: int) -> bool:
    entry = next((e for e in other.entries if e.check == found.check), None)
    if entry is not None and found.shown is not None:
        return bool(judge_case(entry, found.shown.case).failures)
    if found.of_pair is not None:
        return pair_fails(other, found.check, found.of_pair.case, seed) is not False
    law = next((law for law in other.laws if law.check == found.check), None)
    if law is not None:
        return bool(law.run(seed)[1])
    return True  # there is nothing to ask it with


def _fails_by_command(target: str, found: Explained) -> bool:
    """Does a built-in target fail in a process of its own? What cannot be asked counts as failing."""
    if found.shown is None:
        return True
    case = str(found.shown.case)
    command = [sys.executable, "-m", "reference", "verify", target, "--case", case, "--report", "text"]
    alone = {**os.environ, ALONE: "1"}  # it is not to repeat in its turn
    done = subprocess.run(command, env=alone, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return done.returncode != EXIT_CODES["pass"]
