"""The statement of a maker of mini-batches that is wrong: from what its variables took in the call that shows it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reference.interface.entry import Event, Place
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.targets.obligations.asking import Asking
from reference.targets.obligations.lines import traced
from reference.targets.reading.vocabulary import meaning

__all__ = ["place_of_batches"]


def place_of_batches(asking: Asking, kind: str, text: str) -> Place | None:
    """``kind``: of what is wrong; ``None`` where no single statement is to blame."""
    if kind == "paired" and "alone" in text:
        return _unshuffled(asking, traced(asking), text[text.index("alone") - 2])
    if kind == "last":
        return _rounded_down(asking)
    return None


def _unshuffled(asking: Asking, events: Sequence[Event], shuffled: str) -> Place | None:
    """Where the other of X and Y was put beside the shuffled one, in its old order: whole, else in its batches."""
    values, name = asking.calls[-1]["values"], "Y" if shuffled == "X" else "X"
    other = np.asarray(values[name])
    held = [e for e in events if e.value.dtype.kind == "f" and e.variable != "return"]
    whole = [e for e in held if meaning(e.variable) != name and _are_same(e.value, other)]
    if whole:
        return whole[-1].place
    size = int(values["mini_batch_size"])
    first = other[:size] if len(other) == values["X"].shape[0] == values["Y"].shape[0] else other[:, :size]
    return next((e.place for e in held if "[" not in e.variable and _are_same(e.value, first)), None)


def _are_same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.size == b.size and bool(np.array_equal(a.ravel(), b.ravel()))


def _rounded_down(asking: Asking) -> Place | None:
    """Where its only loop is told how many batches there are."""
    try:
        line = asking.worker.ask("count_of_turns", name=asking.name)
    except (TargetRaised, TargetDied):
        return None
    return None if line is None else Place(asking.file, asking.function.cell, line)
