"""The random numbers of every call: what a target draws, it draws again."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

__all__ = ["STATE", "held", "keep_generators", "seeded"]

STATE = 20_221_122  # of NumPy's global generator before every call


@contextmanager
def seeded(state: int = STATE) -> Iterator[None]:
    """The global generators from a fixed state, and the file's own as they were; afterwards the former as they were."""
    before = None if held.once and not held.depth else _states()
    held.depth += 1
    try:
        np.random.seed(state)
        random.seed(state)
        for generator, first in OF_THE_FILE:
            _restored(generator, first)
        with np.errstate(all="ignore"):
            yield
    finally:
        held.depth -= 1
        if before is not None:
            np.random.set_state(before[0])
            random.setstate(before[1])


class held:
    """Many calls that are seeded, after which the global generators are as they were before the first.

    To keep their state for each call of its own takes longer than a small call. One within another keeps it still.
    """

    once = False
    depth = 0  # of ``seeded`` calls within one another

    def __enter__(self) -> None:
        self.outer, self.states = held.once, _states()
        held.once = True

    def __exit__(self, *error: object) -> None:
        held.once = self.outer
        np.random.set_state(self.states[0])
        random.setstate(self.states[1])


def _states() -> tuple[Any, Any]:
    return np.random.get_state(), random.getstate()


OF_THE_FILE: list[tuple[Any, Any]] = []  # generators among a target's names, each with the state that it began with


def keep_generators(values: Iterable[Any]) -> None:
    """Further generators to begin anew before every call, for the rest of a target's own process."""
    for value in values:
        if isinstance(value, np.random.Generator):
            OF_THE_FILE.append((value, value.bit_generator.state))
        elif isinstance(value, np.random.RandomState):
            OF_THE_FILE.append((value, value.get_state()))
        elif isinstance(value, random.Random):
            OF_THE_FILE.append((value, value.getstate()))


def _restored(generator: Any, state: Any) -> None:
    if isinstance(generator, np.random.Generator):
        generator.bit_generator.state = state
    elif isinstance(generator, np.random.RandomState):
        generator.set_state(state)
    else:
        generator.setstate(state)
