"""Both passes of an object that both passes have been through before: what the first left behind must not show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.pairs.objects.arrays import lowered
from reference.targets.pairs.objects.passes import ReadingOfPasses, both_passes, outputs_of_run, passes_from
from reference.targets.pairs.objects.subjects import Subject

__all__ = ["outputs_agree", "second_call"]

BEGINS_ANEW = re.compile(r"reset|clear|zero|empty|flush|initiali[sz]e|init_|begin|start|new_|detach", re.IGNORECASE)
STILL = 0.0  # the rate of a step that moves nothing


def second_call(
    subject: Subject, plan: ReadingOfPasses, primals: Mapping[str, Any], cotangents: Sequence[Any]
) -> tuple[Any, Any] | None:
    """The first and the second of two runs of both passes, the first on other values; the second alone is asked about.

    None where the forward pass itself answers otherwise then, as of a layer that keeps a state, and where the class
    has a method that has it begin anew.
    """
    if isinstance(subject.state, type) or any(
        BEGINS_ANEW.search(name) for name in dir(subject.owner) if not name.startswith("__")
    ):
        return None
    other = {name: _turned(value, subject) if name in subject.arguments else value for name, value in primals.items()}
    alone = both_passes(subject, plan, primals, cotangents, STILL)
    before = both_passes(subject, plan, other, cotangents, STILL)
    with subject.seeded():
        again = passes_from(subject, plan, subject.once_more(before.run.model, primals), cotangents, STILL)
    return (alone, again) if outputs_agree(subject, plan, alone.run, again.run) else None


def outputs_agree(subject: Subject, plan: ReadingOfPasses, one: Any, other: Any) -> bool:
    first, second = (
        [np.asarray(lowered(o, subject.kind)).real for o in outputs_of_run(run, plan)] for run in (one, other)
    )
    return len(first) == len(second) and all(map(_equal, first, second))


def _equal(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return one.shape == other.shape and np.array_equal(one, other, equal_nan=True)


def _turned(value: Any, subject: Subject) -> Any:
    """The same numbers in the reverse order, which are in the domain as well."""
    array = np.asarray(lowered(value, subject.kind)).real
    return subject.kind.lift(np.ascontiguousarray(np.flip(array)))
