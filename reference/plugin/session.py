"""What one process knows of a session of pytest's: what is requested, whether the gate can be trusted, and each
target's verdict.

A target is opened twice: to learn its outputs, and, when the first of its items runs, to be verified. In between and
afterwards no process of it is left.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import pytest

from reference.findings.verdicts import DEBUG, INTERNAL
from reference.interface.entry import Implementation, NotJudged
from reference.plugin.exports import Check, checks_of
from reference.plugin.isolation import isolated, silent
from reference.report.models.verification import Target
from reference.selftest.canary import canary
from reference.settings.table import ConfigurationError
from reference.targets import TargetError, resolve
from reference.targets.listing import Listed, Unlisted, holds_nothing, listed, mentions_ours
from reference.verification import baseline as baselines
from reference.verification.excepted import without
from reference.verification.known import Run
from reference.verification.reported import target_report
from reference.verification.request import Request, request
from reference.verification.target import another, judge_target, with_slack

__all__ = ["Fault", "Verification", "Verified", "open_verification", "untrusted"]

CANARY = pytest.StashKey[str | None]()


class Fault(Exception):
    """There is no verdict of the target: the tool is at fault, or could not run. The message says why."""


class Verified(NamedTuple):
    """A target's report, what the baseline has against it, why too little was tried, if so, and what was left out."""

    target: Target
    stale: tuple[str, ...] = ()
    cut: str | None = None
    not_judged: tuple[NotJudged, ...] = ()


def open_verification(config: pytest.Config, names: list[str], seed: int | None) -> Verification:
    """Everything that a session is to verify: pytest's options first, then the environment and the table, as ``verify``
    has them. Raises ``pytest.UsageError``.

    ``seed``: that of the session, where another process has drawn it.
    """
    try:
        read = request(tuple(names), (), {"profile": config.getoption("manual_backprop_profile")})
        known = None if read.baseline is None else baselines.load(read.baseline)
        every = listed(read.targets)
        found = frozenset(target.name for target in every if isinstance(target, Listed) and target.found)
        for target in every:
            if isinstance(target, Unlisted):
                raise target.error
            resolve(target.name, read.limits, read.bind, read.bindings)
        read = replace(read, targets=tuple(t.name for t in every if t.name not in found or mentions_ours(t.name)))
    except (ConfigurationError, TargetError, baselines.BaselineError) as error:
        raise pytest.UsageError(f"manual-backprop: {error}") from None
    options = replace(read.options, witness_cache={}, seed=read.options.seed if seed is None else seed)
    return Verification(config, replace(read, options=options), config.invocation_params.dir, known, found)


def untrusted(config: pytest.Config) -> str | None:
    """Why this gate cannot be trusted, or ``None``; found out once."""
    if CANARY not in config.stash:
        try:
            config.stash[CANARY] = canary()
        except Exception as error:
            config.stash[CANARY] = f"{type(error).__name__}: {error}"
    return config.stash[CANARY]


@dataclass
class Verification:
    """What is to be verified in a session, and what is known of it so far.

    ``folder``: where pytest was started; names of targets are relative to it, and failures are kept there.
    """

    config: pytest.Config
    request: Request
    folder: Path
    baseline: baselines.Baseline | None = None
    found: frozenset[str] = frozenset()  # targets that a folder or a pattern led to: they may hold nothing
    passed_over: set[str] = field(default_factory=set)  # those of them that do
    checks: dict[str, tuple[Check, ...]] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)  # on request
    verdicts: dict[str, Verified | Fault | TargetError] = field(default_factory=dict)

    def exports(self, name: str) -> tuple[Check, ...]:
        """What a target exports; nothing where it cannot be opened, which is told once it is to be verified."""
        if name not in self.checks:
            self.checks[name] = ()
            with suppress(TargetError), chdir(self.folder), silent(), _opened(self._opening(name)) as implementation:
                judged = without(implementation, self.request.excepted)
                self.left_out |= {n for one in judged.excepted for n in (one, f"{name}::{one}")}
                self.checks[name] = checks_of(judged, self.request.options.seed)
                if name in self.found and holds_nothing(name, implementation):
                    self.passed_over.add(name)
        return self.checks[name]

    def is_passed_over(self, name: str) -> bool:
        """Was it found and not named, and holds nothing that could be judged?"""
        if name in self.found:
            self.exports(name)
        return name in self.passed_over

    def verified(self, name: str) -> Verified:
        """The target's verdict, when it is first asked for. Raises ``Fault``, or ``TargetError``."""
        if name not in self.verdicts:
            self.verdicts[name] = self._outcome(name)
        found = self.verdicts[name]
        if isinstance(found, Exception):
            raise found
        return found

    def _outcome(self, name: str) -> Verified | Fault | TargetError:
        try:
            with chdir(self.folder), isolated():
                if (why := untrusted(self.config)) is not None:
                    return Fault(f"{INTERNAL}: {why}")
                found = self._verify(name)
        except TargetError as error:
            return error
        except Exception as error:
            if os.environ.get(DEBUG):
                raise
            return Fault(f"{INTERNAL}: {type(error).__name__}: {error} (set {DEBUG}=1 for the traceback)")
        return Fault(found.target.error or INTERNAL) if found.target.verdict == "error" else found

    def _verify(self, name: str) -> Verified:
        run, options, opening = Run(), self.request.options, self._opening(name)
        today = datetime.datetime.now(datetime.UTC).date()
        accepted = {} if self.baseline is None else baselines.live(self.baseline, today)
        with _opened(opening) as implementation:
            judged = without(with_slack(implementation, self.request.slack), self.request.excepted)
            found = judge_target(judged, options, run=run, again=another(name, opening))
        target = target_report(found, accepted)
        cut = None if run.floor else "; ".join(map(str, run.notes))
        left_out = tuple(note for note in found.notes if isinstance(note, NotJudged))
        if self.baseline is None:
            return Verified(target, cut=cut, not_judged=left_out)
        of_it = [entry for entry in self.baseline.accepted if entry.target == target.target]
        known = baselines.Baseline(accepted=of_it, exports=self.baseline.exports)
        wrong, lost = baselines.outdated([target], known, today)
        return Verified(target, (*wrong, *lost), cut, left_out)

    def _opening(self, name: str) -> Callable[[], Implementation]:
        return resolve(name, self.request.limits, self.request.bind, self.request.bindings)


@contextmanager
def _opened(opening: Callable[[], Implementation]) -> Iterator[Implementation]:
    """An implementation, whose processes end here, whatever stops us."""
    implementation = opening()
    try:
        yield implementation
    finally:
        implementation.close()
