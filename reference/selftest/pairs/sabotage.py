"""The judge of pairs broken on purpose, in each way that would make it green for nothing: the canary must see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NamedTuple

import numpy as np

from reference.pairs.draws.tolerance import Estimate
from reference.pairs.judge import judge_readings
from reference.pairs.result import PairResult
from reference.selftest.pairs.canary import Ask, pair_canary

__all__ = ["broken_judges"]

WIDER = 1e6  # times what is allowed


class _Broken(NamedTuple):
    """What is said of it, and the part that is broken."""

    said: str
    judge: Callable[..., PairResult] = judge_readings
    spoilt: Callable[[Ask], Ask] = lambda ask: ask
    around: Callable[[], AbstractContextManager[None]] = nullcontext


def broken_judges() -> list[tuple[str, str | None]]:
    """What was broken, and what the canary says of it; ``None`` where it saw nothing."""
    found = []
    for broken in BROKEN:
        with broken.around():
            found.append((broken.said, pair_canary(broken.judge, broken.spoilt)))
    return found


def _passing(*args: Any, **how: Any) -> PairResult:
    result = judge_readings(*args, **how)
    return result._replace(rows=tuple(row._replace(findings=()) for row in result.rows))


def _idle(*args: Any, **how: Any) -> PairResult:
    return PairResult("nothing")


@contextmanager
def _widened() -> Iterator[None]:
    """More is allowed than the two precisions say."""
    honest = Estimate.allowed
    Estimate.allowed = lambda self, size=0.0: WIDER * honest(self, size)  # type: ignore[method-assign]
    try:
        yield
    finally:
        Estimate.allowed = honest  # type: ignore[method-assign]


def _echoing(witness: str) -> Callable[[Ask], Ask]:
    """A witness that gives back the gradient which it is to judge."""

    def around(honest: Ask) -> Ask:
        def ask(question: str, **details: Any) -> Any:
            told = honest(question, **details)
            if question != witness:
                return told
            gradients = honest("pair_run", check=details["check"], draw=details["draw"])["gradients"]
            if question == "pair_autodiff":
                return {**told, "gradients": gradients}
            slopes = [_along(gradients[name], at) for name, at in details["points"]]
            if question == "pair_complex":
                return {**told, "derivatives": np.array(slopes)}
            steps = [[k * step * slope for k in (1, -1, 2, -2)]
                     for slope, step in zip(slopes, details["steps"], strict=True)]  # fmt: skip
            return {**told, "values": told["value"] + np.reshape(steps, (-1, 4))}

        return ask

    return around


def _along(gradient: Any, at: Any) -> float:
    return float(gradient.flat[at]) if isinstance(at, int) else float((gradient * np.asarray(at)).sum())


BROKEN = (
    _Broken("the judge of pairs passes everything", _passing),
    _Broken("the judge of pairs looks at nothing", _idle),
    _Broken("the tolerance of pairs is a million times as wide", around=_widened),
    _Broken("autodiff of a pair echoes its gradient", spoilt=_echoing("pair_autodiff")),
    _Broken("complex step of a pair echoes its gradient", spoilt=_echoing("pair_complex")),
    _Broken("central differences of a pair echo its gradient", spoilt=_echoing("pair_differences")),
)
