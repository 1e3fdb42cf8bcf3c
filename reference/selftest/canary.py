"""A gate that cannot fail must not say that anything passed: before a run, a planted mistake must be found.

What is planted goes the whole way, from the drawing of a case to the verdict of a target; the right gradient, which is
autodiff's own, must come out verified, and it doubled, or all zeros, must not. The judge of pairs is tried as well.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from reference.cases.case import Case
from reference.cases.domain import ANY
from reference.cases.problem import Problem
from reference.interface.entry import Entry, Implementation, Outcome
from reference.judging.judge import Judgement, judge
from reference.report.models.verification import Target
from reference.settings.profiles import Profile
from reference.verification.conclude import conclude
from reference.verification.conclusion import Conclusion
from reference.verification.options import Options
from reference.verification.target import verify_one
from reference.witnesses.autodiff import gradients
from reference.witnesses.kept_answers import recalled

__all__ = ["canary"]

CASE = Case((2, 3, 1), 5, lambd=0.7, keep_prob=0.6, seed=1)
CHECK = "canary"
Change = Callable[[str, np.ndarray], np.ndarray]
PLANTED: dict[str, Change] = {
    "a doubled gradient": lambda name, a: 2 * a if name == "dW2" else a,
    "a gradient of zeros": lambda name, a: np.zeros_like(a),
}


def canary(*, judge: Callable[..., Judgement] = judge, conclude: Callable[..., Conclusion] = conclude) -> str | None:
    """Why a gate of this judge and these conclusions cannot be trusted, or ``None``."""
    from reference.selftest.pairs.canary import pair_canary

    judged = partial(_judged, judge=judge, conclude=conclude)
    right = judged(lambda name, a: a)
    if right.verdict != "pass":
        return f"the right gradient is not verified: {right.error or right.verdict}"
    passed = [text for text, change in PLANTED.items() if judged(change).verdict != "fail"]
    return f"{passed[0]} was planted, and not found" if passed else pair_canary()


def _judged(change: Change, judge: Callable[..., Judgement], conclude: Callable[..., Conclusion]) -> Target:
    def run(problem: Problem) -> Outcome:
        return {name: change(name, a) for name, a in gradients(recalled(problem)).items()}

    planted = Implementation(CHECK, (Entry(CHECK, ANY, run),))
    options = Options(Profile(examples=1, explore=0), 0, CASE, judge=judge)
    return verify_one(planted, options, kept=False, conclude=conclude)
