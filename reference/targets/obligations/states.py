"""What an update starts with: averages of zeros, one beside every parameter."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.interface.exceptions import TargetRaised
from reference.interface.raised import described
from reference.targets.obligations.asking import Asking, LawResult, as_array
from reference.targets.obligations.update_forms import KEY
from reference.targets.obligations.update_lines import line_in_source
from reference.targets.obligations.updates import DEPTHS, DIFFERENT, EQUAL, Network, not_judged
from reference.targets.reading.vocabulary import strong

__all__ = ["initial_state"]


def initial_state(asking: Asking) -> LawResult:
    """v, or v and s: zeros of every parameter's own shape, for networks of every depth."""
    looked, first, right = 0, None, []
    for network in [Network(widths[: depth + 1]) for depth in DEPTHS for widths in (DIFFERENT, EQUAL)]:
        parameters = network.draw(1)
        try:
            made = asking.call({"parameters": parameters})
        except TargetRaised as raised:
            if raised.details["template"] or raised.details["unbindable"]:
                raise
            code, text, place = described(raised)
            said = asking.wrong("*", code, f"{text}, of {network.depth} layers")._replace(place=place)
            first = first or (1, [said])
            continue
        wrong = _compared(asking, parameters, made)
        if wrong is None:
            return not_judged(asking, "what it returns is no dictionary of dW1, db1, …")
        if wrong:
            first = first or (1, wrong)
            continue
        right.append(network)
        looked += sum(a.size for a in parameters.values())
    if first is None or (len({n.depth for n in right} - {1}) == 1 and len(right) == 2):
        return looked, []  # at every depth, or at the one that it is written for
    return first if strong(asking.name) or right else not_judged(asking, first[1][0].text)


def _compared(asking: Asking, parameters: dict[str, np.ndarray], made: Any) -> list[Any] | None:
    trees = made if isinstance(made, tuple | list) else (made,)
    trees = [tree for tree in trees if isinstance(tree, dict)]
    if not trees:
        return [asking.wrong("*", "MB702", "returns nothing")] if made is None else None
    for tree, what in zip(trees, ("v", "s"), strict=False):
        named = {}
        for key, value in tree.items():
            if (match := KEY.search(str(key))) is not None:
                named[match[1].upper().replace("B", "b") + (match[2] or "1")] = as_array(value)
        for name, θ in parameters.items():
            a = named.get(name)
            said = None
            if a is None:
                said = f"there is none of {name}"
            elif a.shape != θ.shape:
                said = f"has shape {a.shape}; owed {θ.shape}, as {name} has"
            elif np.any(a != 0):
                said = "does not start at zero"
            if said is not None:
                line = line_in_source(asking, f"d{name}")
                return [asking.wrong(f"{what}d{name}", "MB804", f"{what} {said}" if a is None else said, line=line)]
    return []
