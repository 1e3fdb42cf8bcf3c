"""The first wrong line of a forward pass: which it is, and the statement that made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reference.cases.quantities import split
from reference.diagnosis.causes import Cause
from reference.diagnosis.functions import cause_of_forward
from reference.diagnosis.observed import forward_in_turns
from reference.diagnosis.scene import Scene
from reference.interface.entry import Event, Place
from reference.targets.pairing import caches
from reference.targets.pairing import layouts as forms

__all__ = ["explained_forward", "named", "returned_in_place"]

Array = np.ndarray
Parameters = Sequence[tuple[Array, Array]]


def explained_forward(
    scenes: Sequence[Scene], cached: Mapping[str, Any], output: Mapping[str, Any], events: Sequence[Event]
) -> tuple[Cause, Place | None]:
    """What is wrong, from the output, the cache and what the variables took: a pass with dropout is not traced."""
    s = scenes[0]
    parameters, X = list(zip(s.W[1:], s.b[1:], strict=True)), s.X
    turns = forward_in_turns(parameters, X, events)
    seen = {**output, **cached, **{name: e.value for name, e in turns.items()}, "X": X}
    cause = cause_of_forward(scenes, [output, seen] if s.dropout else [seen])  # dropout's caches differ
    made = turns.get(cause.output) or _made_otherwise(parameters, X, events, cause.output)
    if made is None:
        return cause, None
    right = {e.place for name, e in turns.items() if name[0] == "Z" and name != cause.output}  # W A + b, each of them
    helped = cause.output[0] == "Z" and made.place in right
    return cause, (_caller(made, events) if helped else None) or made.place


def _made_otherwise(parameters: Parameters, X: Array, events: Sequence[Event], output: str) -> Event | None:
    """Where Z_l was made of X, or of another value that was there before it; or without its bias."""
    kind, l = split(output)
    if kind != "Z":
        return None
    W, b = parameters[l - 1]
    for bias in (b, 0 * b, -b):
        befores = [X] if len(X) == W.shape[1] else []
        for e in events:
            made = [W @ A + bias for A in befores] if e.value.shape == (len(W), X.shape[1]) else []
            if any(np.allclose(e.value, Z, rtol=1e-9, atol=1e-12) for Z in made):
                return e
            if e.value.dtype.kind == "f" and e.value.shape == (W.shape[1], X.shape[1]):
                befores.append(e.value)
    return None


def returned_in_place(whole: Any, s: Scene) -> str | None:
    """Is another array returned first than the activation of the last layer, or than what the cache beside it has?"""
    if not (isinstance(whole, tuple) and len(whole) == 2 and isinstance(whole[1], tuple | list | dict)):
        return None
    hidden = (l for l in range(1, s.L) if np.shape(s.A[l]) == np.shape(whole[0]))
    l = next((l for l in hidden if np.allclose(whole[0], s.A[l], rtol=1e-9, atol=1e-12)), None)
    if l is not None:
        return f"A{l} is returned in place of A{s.L}"
    kept = named(whole, list(zip(s.W[1:], s.b[1:], strict=True))).get(f"A{s.L}")
    if kept is None or np.shape(kept) != np.shape(whole[0]) or np.allclose(kept, whole[0], rtol=1e-9, atol=1e-12):
        return None
    return f"what is returned is not the A{s.L} that its cache has"


def _caller(made: Event, events: Sequence[Event]) -> Place | None:
    """The statement that called a helper which is right in another layer; ``None`` where it is no helper."""
    k = next(k for k, e in enumerate(events) if e is made)
    return next((e.place for e in events[k:] if e.frame < made.frame and e.variable != "return"), None)


def named(whole: Any, parameters: Parameters) -> dict[str, Any]:
    """Z and A by their names: from a dictionary, or from the published order of the tuple."""
    if isinstance(whole, dict):
        return {k: v for k, v in whole.items() if isinstance(v, np.ndarray)}
    inner = [v for v in whole if isinstance(v, tuple | list | dict)] if isinstance(whole, tuple | list) else []
    cache = inner[0] if inner else whole
    if isinstance(cache, dict):
        return named(cache, parameters)
    arrays = [a for _, a in forms.walk(cache)]
    found = dict(zip(caches.published(len(arrays)) or (), arrays, strict=False))
    ours = forms.as_dict(list(parameters))  # they tell whether it is in that order at all
    return found if all(name in found and np.array_equal(found[name], a) for name, a in ours.items()) else {}
