"""What a caller asks of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reference.cases.case import Case
from reference.judging.hearing import WitnessCache
from reference.judging.judge import Judgement, judge
from reference.settings.catalogue import DEFAULTS
from reference.settings.profiles import Profile
from reference.verification.chunks import Elsewhere
from reference.verification.progress import Decided, Progress, undecided, unseen
from reference.verification.remembered import PairMemory

__all__ = ["Options"]


@dataclass(frozen=True)
class Options:
    """What a caller asks for."""

    profile: Profile
    seed: int = 0
    case: Case | None = None  # judge this one alone
    pair_case: str | None = None  # the same of a pair, which its name begins
    accuracy: str = DEFAULTS["accuracy"]  # or "fail": MB402
    intermediates: str = DEFAULTS["intermediates"]  # or "fail", or "ignore": MB305
    coverage: float = DEFAULTS["coverage"]  # of a check's coordinates, over the run
    progress: Progress = unseen
    decided: Decided = undecided
    processes: int = 1  # of one target, where it has many pairs
    memory: PairMemory | None = None  # of what was right a moment ago
    witness_cache: WitnessCache | None = None  # what the witnesses said of earlier targets' cases
    elsewhere: Elsewhere | None = None  # who judges the chunks of a campaign; None: this process does
    judge: Callable[..., Judgement] = judge  # ``selftest --gate`` puts a broken one in its place
