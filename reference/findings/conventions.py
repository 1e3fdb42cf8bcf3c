"""Conventions: another definition of J, or another slope where there is none. Each stands here once.

    J = s · Σ loss + c · Σ ‖W‖²  (+ c · Σ ‖b‖²),      relu'(0) ∈ {0, ½, 1}

The course has s = 1/m, c = λ/2m, no biases in the sum and relu'(0) = 0. A convention is one departure from these; what
is the derivative of a J with such departures is right. ``compare`` looks for them in gradients, the laws in costs; the
diagnosis holds a backward pass to those of its own cost.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

__all__ = ["CONVENTIONS", "SUMMED", "Convention", "Term", "conventions_of"]

Factor = Callable[[float], float]  # of m


class Term(Enum):
    """The part in which J, or its derivative, is another."""

    LOSS = "loss"
    MEAN = "mean over examples"
    PENALTY = "penalty"
    BIASES = "biases in the penalty"
    SLOPE = "slope at a tie"


def _once(m: float) -> float:
    return 1.0


def _twice(m: float) -> float:
    return 2.0


def _m(m: float) -> float:
    return m


def _twice_m(m: float) -> float:
    return 2.0 * m


class Convention(NamedTuple):
    """One departure: what it makes of the data term and of the penalty, and how it is said."""

    term: Term
    of_gradients: str = ""  # said of a backward pass that follows it
    of_cost: str = ""  # said of a cost
    data: Factor = _once  # times (1/m) Σ loss, where a squared error is halved
    penalty: Factor = _once  # times (λ/2m) Σ‖W‖²
    squared: bool = False  # the loss is a squared error
    biases: bool = False  # they are decayed too
    at_zero: float | None = None  # relu'(0), where it is not the course's


SUMMED = Convention(Term.MEAN, "the losses are summed, not averaged", "the sum over examples, not their mean", data=_m)
CONVENTIONS = (
    SUMMED,
    Convention(Term.LOSS, of_cost="squared error, halved", squared=True),
    Convention(Term.LOSS, of_cost="squared error", data=_twice, squared=True),
    Convention(Term.LOSS, of_cost="squared error, summed and halved", data=_m, squared=True),
    Convention(Term.LOSS, of_cost="squared error, summed", data=_twice_m, squared=True),
    Convention(Term.PENALTY, "the penalty is λ/2 · Σ‖W‖², not λ/2m", "λ/2 Σ‖W‖², without 1/m", penalty=_m),
    Convention(Term.PENALTY, "the penalty is λ/m · Σ‖W‖², not λ/2m", "λ/m Σ‖W‖², without 1/2", penalty=_twice),
    Convention(Term.PENALTY, "the penalty is λ · Σ‖W‖², not λ/2m", "λ Σ‖W‖²", penalty=_twice_m),
    Convention(Term.BIASES, "biases are decayed too", biases=True),
    Convention(Term.SLOPE, "relu'(0) is ½, not 0", at_zero=0.5),
    Convention(Term.SLOPE, "relu'(0) is 1, not 0", at_zero=1.0),
)


def conventions_of(*terms: Term) -> tuple[Convention, ...]:
    """The conventions of some terms, in the order in which they are tried."""
    return tuple(convention for convention in CONVENTIONS if convention.term in terms)
