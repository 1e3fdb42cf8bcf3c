"""Which lines of a backward pass are wrong: each quantity recomputed from the target's own upstream ones.

What is wrong although everything before it was taken as the target has it, is a mistake of its own line; what
follows from it is a consequence. Quantities that the target does not return are filled in by what makes most of the
rest come out
right, with the fewest mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from reference.cases.quantities import order, split
from reference.diagnosis.mistakes import KEEPS, LINES, MASKS, Filling, Line
from reference.diagnosis.scene import Scene

__all__ = ["Mistake", "Root", "explain", "value_of", "value_with"]

CLOSE = {"float64": 1e-9, "float32": 1e-3}  # of the largest entry: to tell explanations apart, not to reach a verdict
SCALES = {"whole", "factor"}  # parts of dW that scale the data term
MOST = 4  # mistakes in one backward pass before it is called unexplained
UNEXPLAINED = 3  # what a quantity that fits nothing counts, in mistakes
BUDGET = 20_000  # quantities recomputed in one search

Array = np.ndarray
Scenes = tuple[Scene, ...]
Observed = Sequence[dict[str, Array]]  # of each probe, by name


class Mistake(NamedTuple):
    """One part of one line, filled wrong."""

    part: str
    text: str
    code: str


@dataclass(frozen=True)
class Root:
    """A line that is wrong by itself. ``ways``: each a set of mistakes that explains it; none where nothing does."""

    output: str
    ways: tuple[tuple[Mistake, ...], ...]
    right: tuple[Array, ...]  # what the line owes, from the target's own upstream values, on each probe
    got: tuple[Array, ...] | None  # what it has; None where that is not known


Chosen = dict[str, tuple[str, Filling] | None]  # how what is not returned is filled in; None: in the other right way


class _Path(NamedTuple):
    """Of one probe, as far as the search went."""

    scene: Scene
    chosen: Chosen
    cost: int


def explain(scenes: Scenes, observed: Observed, *, dtype: str = "float64") -> list[Root]:
    """The wrong lines, upstream first. The search is on the first probe; what it finds must hold on all of them."""
    close = CLOSE[dtype]
    known = set.intersection(*(set(o) for o in observed))
    chosen, cost = _search(scenes[0], observed[0], known, close)
    if chosen:
        roots = _on_all(scenes, observed, known, chosen, close)
        if roots is not None and sum(min(map(len, r.ways), default=UNEXPLAINED) for r in roots) <= cost:
            return roots
    return _on_all(scenes, observed, known, {}, close) or []


def _ties(here: Scenes, name: str, values: tuple[Array, ...], known: set[str], close: float) -> list[Mistake]:
    """What else, in dA_l or in dZ_l where neither is returned, would come to the same dZ_l."""
    kind, l = split(name)
    if l == here[0].L or f"dZ{l}" in known:
        return []
    with_dA = here if kind == "dZ" else _having(here, name, values)
    target = values if kind == "dZ" else _values(with_dA, f"dZ{l}", {})
    found = []
    for other in (n for n in (f"dA{l}", f"dZ{l}") if n not in known):
        for part, filling in _fillings(other, here[0].L):
            if other == f"dA{l}":
                dA = _values(here, other, {part: filling})
                reached = None if dA is None else _values(_having(here, other, dA), f"dZ{l}", {})
            else:
                right = _values(here, f"dA{l}", {})
                base = here if f"dA{l}" in known or right is None else _having(here, f"dA{l}", right)
                reached = _values(base, other, {part: filling})
            if reached is not None and target is not None and _all_same(reached, target, close):
                text = _worded(filling, l)
                found.append(Mistake(part, text if other == name else f"{other} {text}", filling.code))
    return found


def _having(scenes: Scenes, name: str, values: tuple[Array, ...]) -> Scenes:
    return tuple(s.having(name, v) for s, v in zip(scenes, values, strict=True))


def _search(first: Scene, observed: dict[str, Array], known: set[str], close: float) -> tuple[Chosen, int]:
    """How to fill in what is not returned, so that the fewest lines are wrong; and how many mistakes that takes."""
    names, spent = order(first.L), [0]
    best: dict[str, Any] = {"chosen": {}, "cost": MOST + UNEXPLAINED + 1}

    def visit(k: int, path: _Path, allowed: int) -> None:
        if path.cost > allowed or path.cost >= best["cost"] or spent[0] > BUDGET:
            return
        if k == len(names):
            best.update(chosen=path.chosen, cost=path.cost)
            return
        name = names[k]
        here = path.scene.at(split(name)[1])
        for choice, value, cost in _choices(here, name, known, observed, close, spent, allowed - path.cost):
            chosen = path.chosen if choice is RIGHT else {**path.chosen, name: choice}
            visit(k + 1, _Path(path.scene.having(name, value), chosen, path.cost + cost), allowed)

    for allowed in range(MOST + UNEXPLAINED + 1):
        visit(0, _Path(first, {}, 0), allowed)
        if best["cost"] <= allowed or spent[0] > BUDGET:
            break
    return best["chosen"], best["cost"]


RIGHT: Any = object()
UNMASKED = {"mask": MASKS[0], "keep": KEEPS[0]}


def _choices(
    s: Scene, name: str, known: set[str], observed: dict[str, Array], close: float, spent: list[int], left: int
) -> Iterator[tuple[Any, Array, int]]:
    """The ways to go on from one quantity, each with its value and the mistakes that it takes."""
    (right,) = _values((s,), name, {}) or (None,)
    spent[0] += 1
    if right is None:
        return
    also = _also((s,), name)
    if name in known:
        got = observed[name]
        if _same(got, right, close) or (also is not None and _same(got, also[0], close)):
            yield RIGHT, got, 0
            return
        if left >= 1:
            fits = any(_same(got, value, close) for _, value in _singles(s, name, spent))
            yield RIGHT, got, 1 if fits else UNEXPLAINED
        if split(name)[0] == "dA" and _same(got, (_values((s,), name, UNMASKED) or (right,))[0], close):
            yield ("returned", MASKS[0]), right, 0  # as it was before the mask, which may stand on another line
        return
    yield RIGHT, right, 0
    if split(name)[0] in ("dW", "db"):  # nothing follows from a gradient that is not returned
        return
    if also is not None and not _same(also[0], right, close):
        yield None, also[0], 0
    if left >= 1:
        for chosen, value in _singles(s, name, spent):
            if not _same(value, right, close):
                yield chosen, value, 1


def _singles(s: Scene, name: str, spent: list[int]) -> Iterator[tuple[tuple[str, Filling], Array]]:
    """The line with one mistake in it, in every way of the dictionary."""
    for part, filling in _fillings(name, s.L):
        spent[0] += 1
        values = _values((s,), name, {part: filling})
        if values is not None:
            yield (part, filling), values[0]


def _on_all(scenes: Scenes, observed: Observed, known: set[str], chosen: Chosen, close: float) -> list[Root] | None:
    """The wrong lines on every probe, with what is not returned filled in as chosen; ``None`` where that fails."""
    roots: list[Root] = []
    for name in order(scenes[0].L):
        here = tuple(s.at(split(name)[1]) for s in scenes)
        right = _values(here, name, {})
        if right is None:
            return None
        values, choice = right, chosen.get(name, RIGHT)
        if name in known and not (choice is not RIGHT and choice is not None and choice[0] == "returned"):
            values, also = tuple(o[name] for o in observed), _also(here, name)
            if not _all_same(values, right, close) and not (also is not None and _all_same(values, also, close)):
                roots.append(Root(name, _ways(here, name, values, close), right, values))
        elif name not in known and choice is None:
            values = _also(here, name) or right
        elif name not in known and choice is not RIGHT:
            part, filling = choice
            filled = _values(here, name, {part: filling})
            if filled is None:
                return None
            mistake = Mistake(part, _worded(filling, here[0].l), filling.code)
            values = filled
            alike = [m for m in _ties(here, name, filled, known, close) if m != mistake]
            roots.append(Root(name, ((mistake,), *((m,) for m in alike)), right, None))
        scenes = tuple(s.having(name, v) for s, v in zip(scenes, values, strict=True))
    return roots


def _also(here: Scenes, name: str) -> tuple[Array, ...] | None:
    """The line in its other right way, where it has one."""
    line = LINES[_kind(name, here[0].L)]
    return None if line.also is None else _values(here, name, line.also)


def _ways(here: Scenes, name: str, got: tuple[Array, ...], close: float) -> tuple[Any, ...]:
    """Every single mistake of the line that gives what is there; else every pair of them, on two of its parts."""
    first, line = here[0], LINES[_kind(name, here[0].L)]
    fillings = [(part, f, _filled(f, first)) for part, f in _fillings(name, first.L)]
    fillings = [(part, f, value) for part, f, value in fillings if value is not None and _applies(part, line, first)]
    found: list[tuple[Mistake, ...]] = []
    with np.errstate(all="ignore"):
        assumed = first.assumed.get(_kind(name, first.L), {})
        rights = {
            part: assumed[part].value(first) if part in assumed else right(first)
            for part, (right, _) in line.parts.items()
        }
        for size in (1, 2):
            for chosen in combinations(fillings, size):
                if size == 2 and chosen[0][0] == chosen[1][0]:
                    continue  # one part is filled in one way
                parts = {**rights, **{part: value for part, _, value in chosen}}
                if {part for part, _, _ in chosen} == SCALES and _undo_each_other(parts, rights):
                    continue
                if not _same(got[0], np.asarray(line.make(first, **parts)), close):
                    continue
                values = _values(here, name, {part: f for part, f, _ in chosen})
                if values is not None and _all_same(got, values, close):
                    found.append(tuple(Mistake(part, _worded(f, first.l), f.code) for part, f, _ in chosen))
            if found:
                break
    return tuple(found)


def _undo_each_other(parts: dict[str, Any], rights: dict[str, Any]) -> bool:
    """Two wrong factors that leave the data term as it is are a long way of saying that the L2 term is scaled."""
    product, right = (float(np.prod([values[part] for part in SCALES])) for values in (parts, rights))
    return bool(np.isclose(product, right, rtol=1e-9))


def _filled(filling: Filling, s: Scene) -> Any:
    with np.errstate(all="ignore"):
        return filling.value(s)


def _applies(part: str, line: Line, s: Scene) -> bool:
    """Without an L2 term the factor of the data term is that of the whole."""
    return not (part == "factor" and "whole" in line.parts and s.lambd == 0)


def _fillings(name: str, L: int) -> list[tuple[str, Filling]]:
    line = LINES[_kind(name, L)]
    return [(part, f) for part, (_, fillings) in line.parts.items() for f in fillings]


def _values(here: Scenes, name: str, filled: dict[str, Filling]) -> tuple[Array, ...] | None:
    """The line on every probe, with some parts filled otherwise; ``None`` where that does not apply everywhere."""
    line = LINES[_kind(name, here[0].L)]
    filled = {**here[0].assumed.get(_kind(name, here[0].L), {}), **filled}
    values = []
    with np.errstate(all="ignore"):
        for s in here:
            parts = {}
            for part, (right, _) in line.parts.items():
                value = filled[part].value(s) if part in filled else right(s)
                if value is None:
                    return None
                parts[part] = value
            if not all(_applies(part, line, s) for part in filled):
                return None
            values.append(np.asarray(line.make(s, **parts), dtype=np.float64))
    return tuple(values)


def value_with(s: Scene, name: str, part: str, filling: Filling) -> Array | None:
    """A quantity with one mistake in its line; ``None`` where the mistake does not apply."""
    values = _values((s,), name, {part: filling})
    return None if values is None else values[0]


def value_of(s: Scene, name: str) -> Array:
    """A quantity from the upstream ones that the scene has, the right way."""
    values = _values((s,), name, {})
    assert values is not None
    return values[0]


def followed(s: Scene, seen: Mapping[str, Any]) -> Scene:
    """The scene with everything that was observed, and what is right in place of what was not."""
    for name in order(s.L):
        own = seen.get(name)
        value = value_of(s.at(split(name)[1]), name) if own is None else np.asarray(own, dtype=np.float64)
        s = s.having(name, value)
    return s


def _kind(name: str, L: int) -> str:
    kind, l = split(name)
    return "dZ_L" if kind == "dZ" and l == L else kind


def _worded(filling: Filling, l: int) -> str:
    return filling.text.replace("{}", str(l)).replace("{p}", str(l - 1)).replace("{n}", str(l + 1))


def _all_same(got: Sequence[Array], want: Sequence[Array], close: float) -> bool:
    return all(_same(g, w, close) for g, w in zip(got, want, strict=True))


def _same(got: Array, want: Array, close: float) -> bool:
    if np.shape(got) != np.shape(want):
        return False
    with np.errstate(invalid="ignore"):
        return bool(np.all(np.abs(got - want) <= close * np.max(np.abs(want), initial=1e-300)))
