"""What a target shows of one call: what it returned, and what its variables held on the way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

import numpy as np

from reference.cases.quantities import split
from reference.diagnosis.evaluate import value_of
from reference.diagnosis.localize import plain_name
from reference.diagnosis.scene import Scene, forward_order
from reference.interface.entry import Event

__all__ = ["forward_in_turns", "forward_seen", "seen", "usable"]

RESIDUAL = re.compile(r"dz|delta|δ|err")

Array = np.ndarray


def usable(s: Scene, arrays: Mapping[str, Any]) -> dict[str, Array]:
    """The quantities among some arrays that are numbers, in the shape that is theirs."""
    return {
        name: np.asarray(a, dtype=np.float64)
        for name, a in arrays.items()
        if np.asarray(a).dtype.kind in "fiu" and np.shape(a) == _shape(s, name)
    }


def _shape(s: Scene, name: str) -> tuple[int, ...] | None:
    """The shape of a quantity; ``None`` of what is none."""
    kind, l = split(name)
    if name == "cost":
        return ()
    if kind not in ("dW", "db", "dZ", "dA", "Z", "A") or not 1 <= l <= s.L or (kind == "dA" and l == s.L):
        return None
    shapes: dict[str, tuple[int, ...]] = {"dW": s.W[l].shape, "db": s.b[l].shape}
    return shapes.get(kind, (len(s.W[l]), s.m))


def forward_seen(L: int, observed: Sequence[Mapping[str, Array]]) -> list[str]:
    """The quantities of a forward pass that can be explained: each that comes after none that is not seen; the cost."""
    *quantities, cost = forward_order(L)
    shown = list(takewhile(lambda name: all(name in o for o in observed), quantities))
    return [*shown, *([cost] if all(cost in o for o in observed) else [])]


def seen(s: Scene, events: Sequence[Event], returned: Mapping[str, Array] | None = None) -> dict[str, Array]:
    """dZ and dA of every layer as local variables held them: told by what was returned that is made of them, by their
    order in time, and by their names.
    """
    found = {**_in_frames(s, events), **_in_turns(s, events, returned or {})}
    for kind, l in ((kind, l) for l in range(1, s.L + 1) for kind in ("dZ", "dA")):
        held = [e.value for e in events if e.variable.lower().replace("_", "") == f"{kind.lower()}{l}"]
        held = [v for v in held if np.shape(v) == np.shape(s.Z[l])]
        if held and (kind, l) != ("dA", s.L):
            found[f"{kind}{l}"] = np.asarray(held[-1], dtype=np.float64)
    last = found.get(f"dZ{s.L}")
    return found if last is None or not _carries_the_mean(s, last) else {name: a * s.m for name, a in found.items()}


def _carries_the_mean(s: Scene, last: Array) -> bool:
    """Has dZ_L 1/m in it? It is told by what its own cost owes; else by A − Y, the residual of another."""
    owed = value_of(s, f"dZ{s.L}")
    if np.allclose(last, owed, rtol=1e-9):
        return False
    return any(np.allclose(last * s.m, a, rtol=1e-9) for a in (owed, s.A[s.L] - s.Y))


def _in_turns(s: Scene, events: Sequence[Event], returned: Mapping[str, Array]) -> dict[str, Array]:
    """dZ of each turn of a loop, whatever it is called: db or dW of its layer is made of it; and dA between two."""
    found: dict[str, Array] = {}
    first: dict[int, int] = {}
    residuals = any(RESIDUAL.match(plain_name(e.variable)) for e in events)
    for l in range(s.L, 0, -1):
        for k, e in enumerate(events):
            name = plain_name(e.variable)
            empty = not np.any(e.value) and not RESIDUAL.match(name)  # zeros make zeros, whatever they are
            if (residuals and name.startswith("da")) or empty:
                continue
            if _has_shape(e, s, l) and _makes(e.value, s, l, returned):
                first.setdefault(l, k)
                found[f"dZ{l}"] = np.asarray(e.value, dtype=np.float64)
    for l in range(1, s.L):
        if l in first and l + 1 in first:
            between = [e for e in events[first[l + 1] + 1 : first[l] + 1] if _has_shape(e, s, l)]
            named = [e.value for e in between if plain_name(e.variable).startswith("da")]
            if named:
                found[f"dA{l}"] = np.asarray(named[-1], dtype=np.float64)
    return found


def _has_shape(e: Event, s: Scene, l: int) -> bool:
    return e.value.dtype.kind == "f" and np.shape(e.value) == np.shape(s.Z[l]) and e.variable != "return"


def _makes(dZ: Array, s: Scene, l: int, returned: Mapping[str, Array]) -> bool:
    """Is the db, or the dW, of a layer that which follows from this dZ? With 1/m in it, or without."""
    db, dW = returned.get(f"db{l}"), returned.get(f"dW{l}")
    for got, made in ((db, dZ.sum(axis=1, keepdims=True)), (dW, dZ @ s.A[l - 1].T)):
        if got is None:
            continue
        data = got - s.lambd / s.m * s.W[l] if got is dW else got
        if any(np.allclose(a, made * f, rtol=1e-9, atol=1e-12) for a in (got, data) for f in (1 / s.m, 1.0)):
            return True
    return False


def forward_in_turns(parameters: Sequence[tuple[Array, Array]], X: Array, events: Sequence[Event]) -> dict[str, Event]:
    """Z and A of every layer of a forward pass, whatever they are called: each Z is made of the A before it."""
    found: dict[str, Event] = {}
    befores: list[tuple[Array, Event | None]] = [(X, None)]
    start = 0
    for l, (W, b) in enumerate(parameters, start=1):
        step = _next_product(W, b, befores, events[start:])
        if step is None:
            return found
        k, before = step
        start += k
        if before is not None:
            found[f"A{l - 1}"] = before
        found[f"Z{l}"] = events[start]
        later = events[start + 1 :]
        befores = [(e.value, e) for e in later if np.shape(e.value) == np.shape(events[start].value)]
    return found


def _next_product(
    W: Array, b: Array, befores: Sequence[tuple[Array, Event | None]], events: Sequence[Event]
) -> tuple[int, Event | None] | None:
    """Where W A + b stands first, and what stood for A."""
    for k, e in enumerate(events):
        if np.shape(e.value) != (len(W), np.shape(befores[0][0])[1] if befores else 0):
            continue
        for A, before in befores:
            if np.allclose(e.value, W @ A + b, rtol=1e-9, atol=1e-12):
                return k, before
    return None


def _in_frames(s: Scene, events: Sequence[Event]) -> dict[str, Array]:
    """dZ as a helper function has it, called layer by layer from the last."""
    last: dict[int, Array] = {}
    for e in events:
        if e.variable in ("dZ", "dz"):
            last[e.frame] = e.value
    layers = list(range(s.L, 0, -1))
    shaped = [a for _, a in sorted(last.items())]
    if len(shaped) != s.L or any(np.shape(a) != np.shape(s.Z[l]) for a, l in zip(shaped, layers, strict=True)):
        return {}
    return {f"dZ{l}": np.asarray(a, dtype=np.float64) for a, l in zip(shaped, layers, strict=True)}
