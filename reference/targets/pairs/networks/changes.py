"""What one step changes, and what it hands back: the gradients of its parameters, divided by the rate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from reference.targets.pairs.networks.roots import OWN, Spot, number
from reference.targets.pairs.networks.trainer import Trainer
from reference.targets.pairs.networks.turn import StepTurn
from reference.targets.pairs.objects.answers import flat
from reference.targets.pairs.objects.arrays import reached
from reference.targets.pairs.objects.gradient_names import Answered, assigned, is_gradient_name
from reference.targets.pairs.objects.supplies import RATE

__all__ = ["answered_by", "changed_by", "changes_of", "misshapen", "rates_of"]

ALIKE = 1e-3
NUMBERED = re.compile(r"answer\[(\d+)\]")
STATE = re.compile(
    r"_*(v|m|s|r|vel|velocity|velocities|moment\w*|cache|hist\w*|prev_\w*|last_\w*|sq\w*|[vms]_?(d|t|h|hat|dw|db|w|b)\w*"
    r"|\w*(momentum|velocity|velocities|moment\d?|accum\w*|running_\w+)|adam\w*|c_?[wi]\w*_?prev)",
    re.IGNORECASE,
)


def changed_by(turn: StepTurn) -> dict[str, Any]:
    """By name: what each array was minus what it is, of the kind's own arrays."""
    found: dict[str, Any] = {}
    for name, after in turn.after.items():
        before = turn.values.get(name, turn.spots[name].value)
        start, end = number(before, turn.kind), number(after, turn.kind)
        if name not in turn.values and name in turn.start:
            start = turn.start[name]
        if start is None or end is None or np.shape(start) != np.shape(end):
            continue
        if not np.array_equal(np.asarray(start).real, np.asarray(end).real, equal_nan=True):
            found[name] = np.asarray(start).real - np.asarray(end).real
    return found


def misshapen(turn: StepTurn) -> list[str]:
    """What has another shape after the step: something was added that was broadcast."""
    found = []
    for name, after in turn.after.items():
        end = number(after, turn.kind)
        if end is not None and name in turn.start and np.shape(end) != np.shape(turn.start[name]):
            found.append(name)
    return found


def changes_of(turn: StepTurn, names: Mapping[str, float]) -> dict[str, Any]:
    """Of each parameter the change, divided by its rate, as the kind's own arrays: zero where nothing has changed."""
    found = {}
    for name, rate in names.items():
        if name in turn.after:
            found[name] = (turn.values[name] - turn.after[name]) / rate
    return found


def rates_of(trainer: Trainer, turn: StepTurn, values: Mapping[str, Any]) -> dict[Any, float]:
    """The places of rates to which changes are in proportion; where a change is not, it is no rate times a gradient."""
    places = list(dict.fromkeys(turn.places))
    if not places:
        return {}
    for chosen in [places, *([one] for one in places)] if len(places) > 1 else [places]:
        one, four = (
            changed_by(trainer.run(turn.turn, values=values, rates=dict.fromkeys(chosen, rate))[0])
            for rate in (RATE, 4 * RATE)
        )
        moved = {name: change for name, change in one.items() if name in values}
        if any(name in four and _times(change, four[name], 4.0) for name, change in moved.items()):
            return dict.fromkeys(chosen, RATE)
    return {}


def _times(one: Any, other: Any, factor: float) -> bool:
    return bool(
        np.shape(one) == np.shape(other)
        and np.all(np.abs(other - factor * one) <= ALIKE * factor * np.max(np.abs(one)))
    )


def answered_by(trainer: Trainer, turn: StepTurn, answer: Any, before: set[int]) -> tuple[dict[str, Any], int]:
    """What was returned or kept as a gradient, by the parameter that it belongs to; and how many belong to none."""
    kind = trainer.kind
    found = [
        Answered(_numbered(path) if len(path) > 1 else (*path, "answer"), value, np.shape(kind.lower(value)), True)
        for path, value in flat(answer, ("returned",), kind, trainer.proposal.returned)
        if np.ndim(kind.lower(value)) or len(turn.spots) < 3  # else a loss
    ]
    ids = {id(each.value) for each in found}
    if turn.model is not None:
        for name, array in reached(turn.model).items():
            path = array.paths[0]
            fresh = id(array.value) not in before and id(array.value) not in ids
            if fresh and is_gradient_name(path) and name.partition(".")[0] not in turn.spots:
                found.append(Answered(path, array.value, tuple(array.value.shape)))
    known = {name: (_ways(spot), np.shape(turn.start[name])) for name, spot in turn.spots.items()
             if name in turn.start and name in turn.values}  # fmt: skip
    matched = assigned(found, known, list(known))
    return {name: each.value for name, each in matched.gradients.items()}, sum(
        each.returned for each in matched.unmatched
    )


def _numbered(path: tuple[Any, ...]) -> tuple[Any, ...]:
    """Of several lists that are returned, each entry by its number, as it has among the weights."""
    entry = NUMBERED.fullmatch(str(path[-1])) if len(path) > 2 else None
    return (*path[:-1], int(entry[1])) if entry else path


def _ways(spot: Spot) -> list[tuple[Any, ...]]:
    if spot.root == OWN:
        return list(spot.paths)
    name = spot.root.rpartition(" ")[2]
    return [(name, *path[1:]) for path in spot.paths]
