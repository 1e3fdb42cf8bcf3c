"""What a target shows of one call: what it returned, and what its variables held on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

import numpy as np

from reference.cases.quantities import split
from reference.diagnosis.scene import Scene, forward_order
from reference.interface.entry import Event

__all__ = ["forward_seen", "seen", "usable"]

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


def seen(s: Scene, events: Sequence[Event]) -> dict[str, Array]:
    """dZ and dA of every layer, where a local variable of that name held it last."""
    found = _in_frames(s, events)
    for kind, l in ((kind, l) for l in range(1, s.L + 1) for kind in ("dZ", "dA")):
        held = [e.value for e in events if e.variable.lower().replace("_", "") == f"{kind.lower()}{l}"]
        held = [v for v in held if np.shape(v) == np.shape(s.Z[l])]
        if held and (kind, l) != ("dA", s.L):
            found[f"{kind}{l}"] = np.asarray(held[-1], dtype=np.float64)
    last = found.get(f"dZ{s.L}")
    if last is not None and np.allclose(last * s.m, s.A[s.L] - s.Y, rtol=1e-9):
        return {name: value * s.m for name, value in found.items()}
    return found


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
