"""What JAX is told of a forward pass: its arithmetic, step by step, on elements that are numbered.

Every element that a step makes gets a number of its own, a *label*. Moving data about (indexing, transposing, padding,
choosing a maximum) moves labels and makes none, so a view of an array is a view of its labels, and only arithmetic is
recorded. A constant has the label 0. Labels are never used twice in a process: what a target kept from an
earlier forward pass is a constant in the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.kind import Refused

__all__ = [
    "CONSTANT",
    "MOST_STEPS",
    "Operand",
    "Tape",
    "TapeStep",
    "TooManySteps",
    "current_tape",
    "labels_like",
    "recording",
]

CONSTANT = 0  # what NumPy pads, fills and clears with
MOST_STEPS = 40_000  # one to two seconds, recorded and differentiated; a count, so the same on any machine


class TooManySteps(Refused):
    """A forward pass of more arithmetic than is worth recording: smaller sizes may do."""


class Operand(NamedTuple):
    """What a step was given: ``values`` where an element is a constant, ``labels`` elsewhere (``None``: nowhere)."""

    values: NDArray
    labels: NDArray | None


class TapeStep(NamedTuple):
    """One operation of the table, its static parameters, and the labels from ``first`` on that its elements got."""

    operation: str
    static: tuple[Any, ...]
    operands: tuple[Operand, ...]
    first: int
    shape: tuple[int, ...]


class Tape:
    """The steps of one forward pass."""

    def __init__(self, start: int, most: int = MOST_STEPS) -> None:
        self.start = self.end = start
        self.most = most
        self.leaves: list[tuple[int, tuple[int, ...]]] = []
        self.steps: list[TapeStep] = []

    def is_traced(self, labels: NDArray | None) -> bool:
        """Does any element stem from a primal of this forward pass?"""
        if labels is None or not labels.size:
            return False
        return int(labels.item() if labels.size == 1 else labels.max()) >= self.start

    def leaf(self, value: NDArray) -> NDArray:
        """Labels for a primal; all primals come before the first step."""
        assert not self.steps
        self.leaves.append((self.end, value.shape))
        return self._fresh(value)

    def step(self, operation: str, static: tuple[Any, ...], operands: Sequence[Operand], value: NDArray) -> NDArray:
        """Labels for the result ``value`` of an operation. Raises ``TooManySteps``."""
        if len(self.steps) >= self.most:
            raise TooManySteps(f"more than {self.most} steps of arithmetic")
        kept = tuple([self._kept(operand) for operand in operands])
        self.steps.append(TapeStep(operation, static, kept, self.end, value.shape))
        return self._fresh(value)

    def _kept(self, operand: Operand) -> Operand:
        """As it is now: the target may write into its arrays afterwards."""
        values, labels = operand
        if not self.is_traced(labels):
            return Operand(np.array(values, dtype=np.float64), None)
        assert labels is not None
        if labels.size == 1:
            return Operand(values, labels.copy())
        old = labels < self.start
        return Operand(values.copy() if old.any() else values, np.where(old, CONSTANT, labels))

    def _fresh(self, value: NDArray) -> NDArray:
        if not value.shape:
            self.end += 1
            return np.array(self.end - 1)
        labels = labels_like(value)
        labels[...] = np.arange(self.end, self.end + value.size).reshape(value.shape)
        self.end += value.size
        return labels


def labels_like(value: NDArray) -> NDArray:
    """Labels of a constant, laid out in memory as the value is: what is a view of one is a view of the other."""
    return np.zeros_like(value, dtype=np.int64, subok=False)


_NOTHING = Tape(2**62, most=0)  # while nothing is recorded, everything is a constant
_tape: ContextVar[Tape] = ContextVar("tape", default=_NOTHING)
_used = 1


def current_tape() -> Tape:
    """The tape of the forward pass that is running."""
    return _tape.get()


@contextmanager
def recording(most: int = MOST_STEPS) -> Iterator[Tape]:
    """A new tape; its labels begin where the last one's ended."""
    global _used
    tape = Tape(_used, most)
    token = _tape.set(tape)
    try:
        yield tape
    finally:
        _tape.reset(token)
        _used = max(_used, tape.end)
