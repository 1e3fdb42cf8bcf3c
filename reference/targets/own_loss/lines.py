"""The lines of a function with its own loss that make the gradients of its weights."""

from __future__ import annotations

import numpy as np

from reference.interface.entry import Event, Place, Violation
from reference.targets.own_loss.asked import OwnLoss
from reference.targets.own_loss.compared import BlockCompared, Compared

__all__ = ["at_their_lines"]

SAME = 1e-12


def at_their_lines(own: OwnLoss, shown: Compared, violation: Violation) -> list[Violation]:
    """What is wrong with every dW, said at each line that makes one; once where no such line can be told."""
    events = own.trace(shown.problem)
    places: dict[Place, str] = {}
    for l, (W, _) in enumerate(shown.problem.parameters, 1):
        block = shown.blocks.get(f"dW{l}")
        place = None if block is None else own.place(block.name) or _made(events, block, W.shape[1:])
        if place is None:
            return [violation]
        places.setdefault(place, f"dW{l}")
    return [violation._replace(output=name, place=place) for place, name in places.items()]


def _made(events: list[Event], block: BlockCompared, shape: tuple[int, ...]) -> Place | None:
    """Where a variable took it first. Of an entry of several lines a trace knows no line of its own."""
    got = block.got.reshape(shape)
    close = SAME * float(np.max(np.abs(got), initial=0.0))
    named = [e for e in events if "[" not in e.variable and e.variable != "return" and e.value.shape == shape]
    return next((e.place for e in named if np.all(np.abs(e.value - got) <= close)), None)
