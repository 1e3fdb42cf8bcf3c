"""Which argument of one implementation is which of another: by name, by its part in the computation, by its axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from reference.pairs.inputs.text.vocabulary import Part, number_in, part_of, plain
from reference.targets.pairs.arguments.matching import names_a

__all__ = ["alike", "coupled"]

LABELLED = (Part.LABELS, Part.MASK, Part.INDICES)


def alike(one: str, other: str) -> int:
    """How surely two names mean the same: 4 to the letter, 0 not at all. Dotted names by their ends."""
    first, second = one.rpartition(".")[2], other.rpartition(".")[2]
    if first.isdigit() and second.isdigit():
        return 3 * (first == second and alike(one.rpartition(".")[0] or "x", other.rpartition(".")[0] or "x") > 0)
    if first == second:
        return 4
    a, b = plain(first).replace("_", ""), plain(second).replace("_", "")
    if a == b:
        return 3
    if number_in(first) != number_in(second):
        return 0
    if min(len(a), len(b)) > 1 and (a.startswith(b) or b.startswith(a)):
        return 2
    part = part_of(first)
    if part is not Part.UNKNOWN and part is part_of(second):
        return 2
    return int(names_a(f"d{first}", second) > 0)


def coupled(
    mine: Mapping[str, Any], theirs: Mapping[str, Any], fits: Callable[[str, str], bool] = lambda one, other: True
) -> dict[str, str]:
    """Each of theirs with one of mine, the surest first; what is left over goes together if there is no choice."""
    found: dict[str, str] = {}
    scored = [(alike(one, other), other, one) for other in theirs for one in mine]
    order = {name: k for k, name in enumerate(mine)}
    for score, other, one in sorted(scored, key=lambda s: (-s[0], order[s[2]])):
        if score and other not in found and one not in found.values() and fits(one, other):
            found[other] = one
    for other in [name for name in theirs if name not in found and _is_array(theirs[name])]:
        left = [n for n in mine if n not in found.values() and _is_array(mine[n]) and fits(n, other)]
        same = [n for n in theirs if n not in found and _is_array(theirs[n]) and any(fits(m, n) for m in left)]
        if len(left) == 1 and same == [other]:
            found[other] = left[0]
    return found


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) or (isinstance(value, Sequence) and not isinstance(value, str))
