"""What is wrong with a gradient checker: told by the numbers that it gives, and by those that its variables took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from reference.diagnosis.checker_line import Trace
from reference.diagnosis.mistakes.checker import FORMULAS, QUOTIENTS, Formula, Nudged, Quotient
from reference.interface.entry import Event, Place

__all__ = ["CheckerCause", "cause_of_checker"]

NOISE = 2e-6  # of a difference: what rounding leaves of a right quotient at ε = 1e-7
CLOSE = 1e-4  # relative, of two differences

Array = np.ndarray
RIGHT = FORMULAS[0]


class CheckerCause(NamedTuple):
    """Why a checker is wrong, in words, whether that is sure, and the statement."""

    text: str
    sure: bool
    place: Place | None


class _Way(NamedTuple):
    quotient: Quotient
    formula: Formula

    @property
    def text(self) -> str:
        return " and ".join(text for text in (self.quotient.text, self.formula.text) if text)


@np.errstate(all="ignore")
def cause_of_checker(
    nudged: Nudged, given: Sequence[Array], answers: Sequence[float], events: Sequence[Event], traced: int
) -> CheckerCause | None:
    """``answers``: the difference for each of the gradients that were given; ``events``: of the call with one of them.

    ``None`` where nothing that is known gives these answers.
    """
    trace = Trace(events, nudged, given[traced])
    fitting = [way for way in _ways() if way.text and _fits(_predicted(way, nudged, given), answers)]
    single = [way for way in fitting if not (way.quotient.text and way.formula.text)]
    ways = _seen(single or fitting, trace)
    if np.ptp(answers) == 0 and not any(way.quotient.text and trace.took(way.quotient) for way in ways):
        norm = RIGHT.numerator(given[traced], nudged.right)
        if not ways or answers[0] != 0 or trace.number(norm) is not None:
            text = f"{answers[0]:.3g} is returned whatever the gradient is"
            return CheckerCause(text, True, None if answers[0] == 1 else trace.number(answers[0]))
    if not ways:
        return None
    texts = list(dict.fromkeys(way.text for way in ways))
    place = _place(ways[0], trace, given[traced]) if len(texts) == 1 else None
    return CheckerCause(" or ".join(texts), len(texts) == 1, place)


def _ways() -> Iterator[_Way]:
    for quotient, formula in product(QUOTIENTS, FORMULAS):
        yield _Way(quotient, formula)


def _predicted(way: _Way, nudged: Nudged, given: Sequence[Array]) -> list[float]:
    a = way.quotient.value(nudged)
    tops = [np.float64(way.formula.numerator(g, a)) for g in given]
    bottoms = [np.float64(way.formula.denominator(g, a)) for g in given]
    return [float(way.formula.whole(top, bottom)) for top, bottom in zip(tops, bottoms, strict=True)]


def _fits(predicted: Sequence[float], answers: Sequence[float]) -> bool:
    told = [(p, x) for p, x in zip(predicted, answers, strict=True) if np.isfinite(p) or np.isfinite(x)]
    return bool(told) and all(abs(p - x) <= max(NOISE, CLOSE * abs(p)) for p, x in told)


def _seen(ways: Sequence[_Way], trace: Trace) -> Sequence[_Way]:
    """The ways whose numbers its variables took on, where any did."""
    if len({way.text for way in ways}) < 2:
        return ways
    kept = [way for way in ways if trace.took(way.quotient)]
    plain = [way for way in kept if way.quotient.where == "quotient"]
    of_costs = [way for way in kept if way.quotient.where in ("plus", "minus")]
    return of_costs or plain or kept or ways


def _place(way: _Way, trace: Trace, g: Array) -> Place | None:
    if way.quotient.text and way.formula.text:
        return None
    if way.quotient.text:
        return trace.of_quotient(way.quotient)
    a, right, wrong = trace.nudged.right, RIGHT, way.formula
    for part in ("numerator", "denominator"):
        got, want = (float(getattr(formula, part)(g, a)) for formula in (wrong, right))
        if not np.isclose(got, want, rtol=1e-9, atol=0):
            if got == 0 and (same := trace.overwritten() or trace.copied(a)) is not None:
                return same
            if (place := trace.number(got)) is not None:
                return place
    top, bottom = np.float64(wrong.numerator(g, a)), np.float64(wrong.denominator(g, a))
    whole = float(wrong.whole(top, bottom))
    return trace.number(whole, after=sum(bool(np.isclose(whole, x, rtol=1e-9, atol=0)) for x in (top, bottom)))
