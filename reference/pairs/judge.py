"""stub"""

from reference.interface.pair import OpenPair
from reference.pairs.result import PairResult


def judge_pair(opened: OpenPair, *, seed: int, case: str | None = None) -> PairResult:
    raise NotImplementedError
