"""The line behind what a function owes and does not give: from the values that its variables took in its last call."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.cases.quantities import split
from reference.diagnosis.localize import place_of_mask, place_of_variable
from reference.interface.entry import Event, Place, Violation
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.targets.obligations.asking import Asking

__all__ = ["placed", "traced"]

UNTRACED = ("MB702", "MB703", "MB704", "MB803")  # they say their place themselves, or have none
MADE_OF_MANY_LINES = ("theta", "parameters", "cost")


def placed(asking: Asking, found: list[Violation]) -> list[Violation]:
    """The violations, each with the statement that is wrong where one can be told."""
    if not asking.calls or all(v.place is not None or v.code in UNTRACED for v in found):
        return found
    events = traced(asking)
    return [v if v.place is not None else v._replace(place=_place(v, events)) for v in found]


def _place(violation: Violation, events: list[Event]) -> Place | None:
    if violation.code in UNTRACED or violation.output in MADE_OF_MANY_LINES:
        return None
    place = place_of_variable(events, violation.output, first=violation.part == "draw")
    if place is None and split(violation.output)[0] == "D":
        return place_of_mask(events, split(violation.output)[1])
    return place


def traced(asking: Asking, question: dict[str, Any] | None = None) -> list[Event]:
    """What the variables of a function took in a call, the last one unless another is given; nothing where it fails."""
    try:
        assigned = asking.worker.ask("call", **(question or asking.calls[-1]), traced=True)
    except (TargetRaised, TargetDied):
        return []
    return [Event(Place(*e[:3]), *e[3:]) for e in assigned if isinstance(e[6], np.ndarray)]
