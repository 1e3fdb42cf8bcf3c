"""The lines of a function with its own loss that make the gradients of its weights."""

from __future__ import annotations

import numpy as np

from reference.interface.entry import Event, Place, Violation
from reference.targets.own_loss.asked import OwnLoss
from reference.targets.own_loss.compared import BlockCompared, Compared

__all__ = ["at_their_lines", "last_layer_line"]

SAME = 1e-12


def at_their_lines(own: OwnLoss, shown: Compared, violation: Violation) -> list[Violation]:
    """What is wrong with every dW, said at each line that makes one; once where no such line can be told."""
    events = own.trace(shown.problem)
    places: dict[Place, str] = {}
    for l in range(1, len(shown.problem.parameters) + 1):
        place = _line(own, shown, l, events)
        if place is None:
            return [violation]
        places.setdefault(place, f"dW{l}")
    return [violation._replace(output=name, place=place) for place, name in places.items()]


def last_layer_line(own: OwnLoss, shown: Compared) -> Place | None:
    """Where the first gradient of all is made on the way back: what is wrong with every one is wrong there."""
    return _line(own, shown, len(shown.problem.parameters), own.trace(shown.problem))


def _line(own: OwnLoss, shown: Compared, layer: int, events: list[Event]) -> Place | None:
    block, (W, _) = shown.blocks.get(f"dW{layer}"), shown.problem.parameters[layer - 1]
    return None if block is None else own.place(block.name) or _made(events, block, W.shape[1:])


def _made(events: list[Event], block: BlockCompared, shape: tuple[int, ...]) -> Place | None:
    """Where a variable took it first. Of an entry of several lines a trace knows no line of its own."""
    got = block.got.reshape(shape)
    close = SAME * float(np.max(np.abs(got), initial=0.0))
    named = [e for e in events if "[" not in e.variable and e.variable != "return" and e.value.shape == shape]
    return next((e.place for e in named if np.all(np.abs(e.value - got) <= close)), None)
