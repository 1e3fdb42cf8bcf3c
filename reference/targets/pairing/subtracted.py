"""Backward passes that update the parameters where they are: judged by what they subtracted.

    W ← W − α dW,   so   dW = (W_before − W_after) / α

With α a large power of two the parameter itself is small beside the step: dW is right to u |W| / α + u |dW|.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from reference.targets.pairing import layouts

__all__ = ["RATE", "SMALL", "called", "said_of_rates"]

RATE = 2.0**20  # the learning rate that is handed over
SMALL = 2.0**-20  # one at which no parameter moves to speak of
MUCH = 2.0**10  # beyond any parameter or gradient, and below what such a rate makes of one

Kept = dict[tuple[Any, ...], np.ndarray]


def called(call: Callable[..., Any], bound: Mapping[str, Any], rate: float) -> Any:
    """What a backward pass returns; the gradients, where it has a learning rate and changed the parameters instead."""
    if not any(type(value) is float and value == rate for value in bound.values()):
        return call(**bound)
    kept = {path: a.copy() for path, a in layouts.walk(bound)}
    value = call(**bound)
    changed = {path: (kept[path] - a) / rate for path, a in layouts.walk(bound)
               if path in kept and a.shape == kept[path].shape and not np.array_equal(a, kept[path])}  # fmt: skip
    returned = dict(layouts.walk(value))
    for name, tree in bound.items():
        before = {path[1:]: a for path, a in kept.items() if path[0] == name}
        if not before or () in before:
            continue
        if value is None and any(path[0] == name and _is_of_a_layer(path) for path in changed):
            differences = {path: changed.get((name, *path), np.zeros_like(a)) for path, a in before.items()}
            return _as_gradients(tree, (), differences)
        if returned.keys() == before.keys() and _are_updated(returned, before, rate):
            return _as_gradients(value, (), {path: (a - returned[path]) / rate for path, a in before.items()})
    named = {path[0]: a for path, a in changed.items() if len(path) == 1 and _is_of_a_layer(path)}
    return {f"d{name}": a for name, a in named.items()} if value is None and named else value


def said_of_rates(large: Mapping[str, Any], small: Mapping[str, Any], L: int) -> str | None:
    """What is the matter where gradients depend on the learning rate, ``RATE`` or ``SMALL``, if anything is."""
    names = [name for name in large if name in small and name[:2] in ("dW", "db")]
    differ = {name for name in names if not _near(large[name], small[name])}
    if names and all(_near(large[n] * RATE, small[n] * SMALL) for n in names if np.any(large[n])):
        return "the learning rate is not used: the whole gradient is subtracted"
    if differ and not any(int(name[2:]) == L for name in differ):
        return "W is updated before the gradient is passed on through it: the layers below get theirs from the new W"
    return None


def _near(a: Any, b: Any) -> bool:
    """Equal to the digits that a small rate leaves."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return a.shape == b.shape and bool(np.max(np.abs(a - b), initial=0.0) <= 1e-5 * np.max(np.abs(b), initial=1e-3))


def _is_of_a_layer(path: tuple[Any, ...]) -> bool:
    """W or b of some layer, by its name; in a sequence there are no names."""
    return not isinstance(path[-1], str) or path[-1][:1] in "WwbB"


def _are_updated(returned: Kept, before: Kept, rate: float) -> bool:
    """Parameters after a step, and not gradients under the parameters' names."""
    alike = all(returned[path].shape == a.shape for path, a in before.items())
    return alike and (rate < 1 or any(np.max(np.abs(a), initial=0.0) > MUCH for a in returned.values()))


def _as_gradients(tree: Any, path: tuple[Any, ...], differences: Kept) -> Any:
    """The tree with its arrays replaced, and its keys W1 as dW1."""
    if path in differences:
        return differences[path]
    if isinstance(tree, dict):
        return {f"d{key}": _as_gradients(value, (*path, key), differences) for key, value in tree.items()}
    if isinstance(tree, tuple | list):
        return [_as_gradients(value, (*path, k), differences) for k, value in enumerate(tree)]
    return tree
