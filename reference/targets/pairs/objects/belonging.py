"""Whose an object's gradients are, beyond their names: labels have none; what is kept may be told by its shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.pairs.objects.arrays import Path
from reference.targets.pairs.objects.gradient_names import Answered, Assigned, assigned
from reference.targets.pairs.source.naming import is_gradient, words

__all__ = ["handed_on", "kept_of", "of_no_labels", "of_what_is_unused"]

SAYS_SO = {"grad", "grads", "gradient", "gradients", "delta", "deltas", "diff", "diffs", "error", "errors", "err"}
SAYS_SO |= {"deriv", "derivative", "derivatives", "adjoint"}


def of_no_labels(
    found: Sequence[Answered], known: Mapping[str, Any], ranked: Sequence[str], labels: Sequence[str]
) -> Assigned:
    """Labels have a gradient only where all else has its own, and another is handed back that nothing else is owed."""
    others = {name: each for name, each in known.items() if name not in labels}
    first = assigned(found, others, ranked)
    owed = [name for name in ranked if name in others and others[name][0][0][0] != "self"]
    if not labels or any(name not in first.gradients for name in owed):
        return first
    of_each = sum(each.returned for each in found) == len(owed) + len(labels)
    more = [each for each in first.unmatched if each.returned]
    left = assigned(more, {name: known[name] for name in labels}, labels if of_each else ())
    used = {id(each) for each in left.gradients.values()}
    return Assigned(first.gradients | left.gradients, [each for each in first.unmatched if id(each) not in used])


def kept_of(
    found: Sequence[Answered], shapes: Mapping[str, tuple[int, ...]]
) -> tuple[dict[str, Answered], list[Answered]]:
    """Of arrays that are kept, called gradients and named after no parameter: whose they are by shape, and by the
    first letter where several parameters have it; and those of which that says nothing.
    """
    kept = [each for each in found if not each.returned and is_gradient(str(each.path[-1]))]
    of: dict[str, Answered] = {}
    unclear = []
    for each in kept:
        fitting = [name for name, shape in shapes.items() if shape == each.shape]
        alike = [one for one in kept if one.shape == each.shape]
        if len(fitting) != 1 or len(alike) > 1:
            fitting = [name for name in fitting if name.rpartition(".")[2][:1] == str(each.path[-1]).lstrip("_")[:1]]
            alike = [one for one in alike if str(one.path[-1])[:1] == str(each.path[-1])[:1]]
        if len(fitting) == len(alike) == 1:
            of[fitting[0]] = each
        elif shapes:
            unclear.append(each)
    return of, unclear


def handed_on(
    found: Sequence[Answered], owed: Mapping[str, tuple[int, ...]], known: Sequence[NDArray], plain: Any
) -> tuple[dict[str, Answered], list[Answered]]:
    """Of a pass that returns nothing: what it leaves for the layer before, told by its shape and by what it is called;
    and what may be that, of which no name tells. ``known``: what came in, in both directions.
    """
    of: dict[str, Answered] = {}
    unclear: list[Answered] = []
    for name, shape in owed.items():
        alike = [each for each in found if each.shape == shape and not _is_one_of(plain(each.value), known)]
        if len(alike) == 1 and list(owed.values()).count(shape) == 1 and SAYS_SO & set(words(str(alike[0].path[-1]))):
            of[name] = alike[0]
        else:
            unclear += alike
    return of, list({id(each): each for each in unclear}.values())


def _is_one_of(value: NDArray, known: Sequence[NDArray]) -> bool:
    return any(value.shape == each.shape and np.array_equal(value, each) for each in known)


def of_what_is_unused(
    found: Sequence[Answered], unused: Mapping[str, tuple[Sequence[Path], tuple[int, ...]]], plain: Any
) -> list[Answered]:
    """Gradients, by their names, of arrays of the object on which nothing depends; but for zeros."""
    told = assigned([each for each in found if not each.returned], unused, ()).gradients.values()
    return [each for each in told if np.any(plain(each.value))]
