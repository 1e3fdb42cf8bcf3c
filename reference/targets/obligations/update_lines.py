"""The line of an update that is wrong: from the values of its last step, else from its source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from reference.interface.entry import Event, Place, Violation
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.targets.obligations.asking import Asking
from reference.targets.obligations.update_rules import Rates, Steps, close, corrections

__all__ = ["line_in_source", "with_lines"]

CORRECTED = re.compile(r"corr|hat|unbias|bias_?c|_bc|̂", re.IGNORECASE)
LAYER = re.compile(r"[Wwb]_?\d")


def with_lines(
    asking: Asking, question: dict[str, Any], violations: list[Violation], by_name: Mapping[str, Steps], given: Rates
) -> list[Violation]:
    """The violations, each with the statement that is wrong where one can be told."""
    try:
        assigned = asking.worker.ask("call", **question, traced=True)
    except (TargetRaised, TargetDied):
        assigned = []
    events = [Event(Place(*e[:3]), *e[3:]) for e in assigned if isinstance(e[6], np.ndarray)]
    placed = []
    for violation in violations:
        name = violation.output[-2:]
        place = _place(violation, events, by_name, name, given) if name in by_name else None
        if place is None and (line := line_in_source(asking, violation.output)) is not None:
            place = Place(asking.file, asking.function.cell, line)
        placed.append(violation._replace(place=violation.place or place))
    return placed


def line_in_source(asking: Asking, output: str) -> int | None:
    """Where the source sets it: ``W1``, or of ``vdW1`` whatever entry dW1 the function sets."""
    names = [output] if output[0] not in "vs" else [output, output[1:]]
    try:
        return next((line for n in names if (line := asking.worker.ask("line", name=asking.name, quantity=n))), None)
    except (TargetRaised, TargetDied):
        return None


def _place(
    violation: Violation, events: list[Event], by_name: Mapping[str, Steps], name: str, given: Rates
) -> Place | None:
    x = by_name[name]
    made = {"v": x.v_after[-1], "s": x.s_after[-1]}.get(violation.output[0], x.θ_after[-1])
    if violation.part in ("v̂", "ŝ"):
        hats = [e for e in events if CORRECTED.search(e.variable) and np.shape(e.value) == made.shape]
        right = [a[-1] for a in corrections(given, x)]
        off = [e for e in hats if name.lower() in e.variable.lower() and not any(_same(e.value, a) for a in right)]
        if off or (off := _of_any_layer(hats, violation.part, by_name, given)):
            return off[0].place
    held = [e for e in events if _same(e.value, made) and name[:1].lower() in e.variable.lower()]
    held = held or [e for e in events if _same(e.value, made)]
    return held[0].place if held else None


def _of_any_layer(hats: list[Event], part: str, by_name: Mapping[str, Steps], given: Rates) -> list[Event]:
    """The wrong ones of those that name no layer: of v or of s, by their first letter."""
    right = [a[-1] for x in by_name.values() for a in corrections(given, x)]
    letter = "v" if part == "v̂" else "s"
    kept = [e for e in hats if not LAYER.search(e.variable) and e.variable.lower().startswith(letter)]
    return [e for e in kept if not any(_same(e.value, a) for a in right)]


def _same(got: np.ndarray, want: np.ndarray) -> bool:
    return np.shape(got) == np.shape(want) and close(got, want, float(np.max(np.abs(want), initial=0.0)))
