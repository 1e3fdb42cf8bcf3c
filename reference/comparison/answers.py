"""What one function of one target answers to one problem: its gradients, or why it gave none."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from numpy.typing import NDArray

from reference.cases.problem import Problem
from reference.cases.quantities import is_gradient
from reference.interface.entry import Entry
from reference.judging.execution import Raised, attempt, malformed, run_once, what_raised

__all__ = ["Answer", "Participant", "answer"]

Blocks = dict[str, NDArray[Any]]


class Participant(NamedTuple):
    """One function of one target."""

    target: str
    check: str


class Answer(NamedTuple):
    """The gradients that one function returned for one problem, ``dW1 (n_1, n_0)`` …; none where it raised."""

    blocks: Blocks
    failed: str = ""  # in one line


def answer(entry: Entry, problem: Problem) -> Answer:
    outcome = attempt(partial(run_once, entry, problem))
    if isinstance(outcome, Raised):
        return Answer({}, what_raised(outcome.error))
    bad = {failure.output: failure.text for failure in malformed(entry, problem, outcome)}
    blocks = {n: a[0] for n, a in outcome.items() if is_gradient(n) and n not in bad}
    return Answer(blocks, "; ".join(text for name, text in bad.items() if is_gradient(name)))
