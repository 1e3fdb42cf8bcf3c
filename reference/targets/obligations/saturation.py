"""A cost where its argument saturates: the loss of what is surely right is 0, and 0 · log 0 is no number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reference.interface.entry import Event, Place, Violation
from reference.interface.exceptions import TargetRaised
from reference.targets.obligations.asking import Asking, as_array
from reference.targets.obligations.lines import traced

__all__ = ["saturated"]


def saturated(asking: Asking, values: Mapping[str, Any], form: str) -> list[Violation]:
    """A = 0 or 1 exactly, as a sigmoid gives from |z| ≈ 37 on, in one example whose label agrees."""
    if np.shape(values["Y"]) != values["A"].shape:
        return []  # classes, which say of no entry that it is 0
    for label in (1.0, 0.0):
        at = np.argwhere(values["Y"] == label)
        if not len(at):
            continue
        A = values["A"].copy()
        A[:, at[0, 1]] = values["Y"][:, at[0, 1]]
        there = {**values, "A": A}
        try:
            value = asking.call(there, form=form)
        except TargetRaised:
            return []
        value = next((v for v in value if np.size(v) == 1), value) if isinstance(value, tuple) else value
        got = as_array(value)
        if got is not None and got.size == 1 and not np.isfinite(got).all():
            text = f"is {float(got.ravel()[0])} where A = {label:g} and Y = {label:g}: 0 · log 0 stands where 0 is owed"
            return [
                asking.wrong("cost", "MB402", text)._replace(
                    place=_lost(traced(asking, {"name": asking.name, "values": there, "form": form}))
                )
            ]
    return []


def _lost(events: list[Event]) -> Place | None:
    """Where a number first was none."""
    return next((e.place for e in events if e.value.dtype.kind == "f" and np.isnan(e.value).any()), None)
