"""What a line comes to: with every part right, or with some filled in another way. Each is computed once a scene."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from reference.cases.quantities import order, split
from reference.diagnosis.mistakes import LINES, Filling, Line, fillings, line_of
from reference.diagnosis.scene import Scene

__all__ = [
    "LargestEntry",
    "Scenes",
    "Tried",
    "all_same",
    "followed",
    "having",
    "same",
    "value_of",
    "value_with",
    "values",
]

Array = np.ndarray
Scenes = tuple[Scene, ...]


def values(here: Scenes, name: str, filled: Mapping[str, Filling]) -> tuple[Array, ...] | None:
    """The line on every probe, with some parts filled otherwise; ``None`` where that does not apply everywhere."""
    kind = line_of(name, here[0].L)
    key = [*filled, *(filling.value for filling in filled.values())]
    found = []
    for s in here:
        value = s.once((name, *key), partial(_value, s, kind, filled))
        if value is None:
            return None
        found.append(value)
    return tuple(found)


def _value(s: Scene, kind: str, filled: Mapping[str, Filling]) -> Array | None:
    line = LINES[kind]
    if not all(_applies(part, line, s) for part in filled):
        return None
    filled = {**s.assumed.get(kind, {}), **filled}
    parts = {}
    for part, (right, _) in line.parts.items():
        parts[part] = s.part(filled[part].value if part in filled else right)
        if parts[part] is None:
            return None
    return np.asarray(line.make(**parts), dtype=np.float64)


def _applies(part: str, line: Line, s: Scene) -> bool:
    """Without an L2 term the factor of the data term is that of the whole."""
    return not (part == "factor" and "whole" in line.parts and s.lambd == 0)


def having(scenes: Scenes, name: str, found: tuple[Array, ...]) -> Scenes:
    return tuple(s.having(name, v) for s, v in zip(scenes, found, strict=True))


@np.errstate(all="ignore")
def value_with(s: Scene, name: str, part: str, filling: Filling) -> Array | None:
    """A quantity with one mistake in its line; ``None`` where the mistake does not apply."""
    found = values((s,), name, {part: filling})
    return None if found is None else found[0]


@np.errstate(all="ignore")
def value_of(s: Scene, name: str) -> Array:
    """A quantity from the upstream ones that the scene has, the right way."""
    found = values((s,), name, {})
    assert found is not None
    return found[0]


def followed(s: Scene, seen: Mapping[str, Any], names: Iterable[str] | None = None) -> Scene:
    """The scene with everything that was seen, and what is right in place of what was not: of a backward pass."""
    for name in order(s.L) if names is None else names:
        own = seen.get(name)
        value = value_of(s.at(split(name)[1]), name) if own is None else np.asarray(own, dtype=np.float64)
        s = s.having(name, value)
    return s


def all_same(got: Sequence[Array], want: Sequence[Array], close: float) -> bool:
    return all(same(g, w, close) for g, w in zip(got, want, strict=True))


def same(got: Array, want: Array, close: float) -> bool:
    """Equal, to ``close`` of the largest entry that is wanted."""
    if got.shape != want.shape:
        return False
    return bool(np.abs(got - want).max(initial=0.0) <= close * np.abs(want).max(initial=1e-300))


class Tried(NamedTuple):
    """One part filled otherwise, and one entry of what it is filled with."""

    part: str
    filling: Filling
    entry: float


class LargestEntry:
    """A quantity seen by its largest entry alone: what does not give this one need not be computed in full."""

    def __init__(self, s: Scene, name: str, got: Array, close: float) -> None:
        kind = line_of(name, s.L)
        line, assumed = LINES[kind], s.assumed.get(kind, {})
        size = np.where(np.isfinite(got), np.abs(got), 0.0)
        self.make, self.shape, self.at = line.make, got.shape, int(np.argmax(size))
        self.got, self.close = self._entry(got), 2 * close * float(np.max(size, initial=1e-300))
        rights = {part: assumed[part].value if part in assumed else right for part, (right, _) in line.parts.items()}
        self.rights = {part: self._entry(s.part(right)) for part, right in rights.items()}
        every = [(part, f, s.part(f.value)) for part, f in fillings(line, s) if _applies(part, line, s)]
        self.tried = [Tried(part, f, self._entry(value)) for part, f, value in every if value is not None]

    def _entry(self, value: Any) -> float:
        if np.ndim(value) == 0:
            return float(value)
        value = value if np.shape(value) == self.shape else np.broadcast_to(value, self.shape)
        return float(value.item(self.at))

    def fits(self, *chosen: Tried) -> bool:
        """Does the entry come to what is seen, with these parts filled otherwise?"""
        made = self.make(**{**self.rights, **{one.part: one.entry for one in chosen}})
        return bool(abs(made - self.got) <= self.close)
