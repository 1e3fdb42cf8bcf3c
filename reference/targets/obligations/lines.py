"""The line behind what a function owes and does not give: from the values that its variables took in its last call."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from reference.targets.interface import Violation
from reference.targets.obligations.asking import Asking
from reference.targets.process.supervisor import TargetDied, TargetRaised

__all__ = ["placed"]

UNTRACED = ("MB702", "MB703", "MB803")
Event = list[Any]  # file, cell, line, function, frame, variable, value


def placed(asking: Asking, found: list[Violation]) -> list[Violation]:
    """The violations, each with the statement that is wrong where one can be told."""
    if not asking.calls or all(v.place is not None or v.code in UNTRACED for v in found):
        return found
    try:
        events = asking.worker.ask("call", **asking.calls[-1], traced=True)
    except (TargetRaised, TargetDied):
        return found
    events = [e for e in events if isinstance(e[6], np.ndarray)]
    return [v if v.place is not None else v._replace(place=_place(v, events, asking)) for v in found]


def _place(violation: Violation, events: list[Event], asking: Asking) -> tuple[str, int | None, int] | None:
    if violation.code in UNTRACED or violation.output in ("theta", "parameters"):  # made of many lines
        return None
    event = _of_cost(violation, events) if violation.output == "cost" else _of_variable(violation, events)
    return None if event is None else (event[0], event[1], event[2])


def _of_variable(violation: Violation, events: list[Event]) -> Event | None:
    """Where the variable, or the dictionary's entry, of that name was set last; a mask of another law, where it
    was drawn.
    """
    name = violation.output.lower()
    held = [e for e in events if _plain(e[5]) == name]
    if not held:
        return next((e for e in reversed(events) if e[5] == "return"), None) if name == "dtheta" else None
    return held[0] if "randn" in violation.text else held[-1]


def _plain(variable: str) -> str:
    return variable.rpartition("[")[2].rstrip("]").lower().replace("_", "")


def _of_cost(violation: Violation, events: list[Event]) -> Event | None:
    """The term that is wrong: the L2 term's own variable where there is one, else what was returned."""
    numbers = [
        e for e in events if np.size(e[6]) == 1 and e[6].dtype.kind == "f" and e[5] not in ("lambd", "m", "return")
    ]
    if not numbers:
        return next((e for e in reversed(events) if e[5] == "return"), None)
    total = numbers[-1]
    if re.search(r"L2|W\d|λ|bias", violation.text):
        terms = [e for e in numbers if re.search(r"l2|reg|penal|norm|decay|frob|w", _plain(e[5]))]
        return terms[-1] if terms else total
    parts = [e for e in numbers if re.search(r"cross|entropy|data|ce|cost|loss|log", _plain(e[5]))]
    return parts[0] if parts else total
