"""Which lines of a forward or a backward pass are wrong: each quantity recomputed from the target's own upstream ones.

What is wrong although everything before it was taken as the target has it, is a mistake of its own line; what
follows from it is a consequence. Quantities that the target does not return are filled in by what makes most of the
rest come out right, with the fewest mistakes: see ``search``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reference.cases.quantities import order, split
from reference.diagnosis.evaluate import Scenes, all_same, having, values
from reference.diagnosis.mistakes import LINES, fillings, line_of, of_layer
from reference.diagnosis.search import RIGHT, UNEXPLAINED, Choice, search
from reference.diagnosis.ways import Mistake, is_unmasked, mistake, ways

__all__ = ["CLOSE", "Mistake", "Root", "explain"]

CLOSE = {"float64": 1e-9, "float32": 1e-3}  # of the largest entry: to tell explanations apart, not to reach a verdict

Array = np.ndarray
Observed = Sequence[Mapping[str, Array]]  # of each probe, by name


@dataclass(frozen=True)
class Root:
    """A line that is wrong by itself. ``ways``: each a set of mistakes that explains it; none where nothing does."""

    output: str
    ways: tuple[tuple[Mistake, ...], ...]
    right: tuple[Array, ...]  # what the line owes, from the target's own upstream values, on each probe
    got: tuple[Array, ...] | None  # what it has; None where that is not known


@np.errstate(all="ignore")
def explain(
    scenes: Scenes,
    observed: Observed,
    *,
    names: Sequence[str] | None = None,
    dtype: str = "float64",
    close: float | None = None,
    unexplained: int = UNEXPLAINED,
) -> list[Root]:
    """The wrong lines, upstream first. The search is on the first probe; what it finds must hold on all of them.

    ``names``: the quantities, upstream first; those of a backward pass unless given. ``unexplained``: how many
    mistakes a quantity that fits nothing counts.
    """
    names = order(scenes[0].L) if names is None else names
    close = CLOSE[dtype] if close is None else close
    known = set.intersection(*(set(o) for o in observed))
    chosen, cost = search(scenes[0], observed[0], names, known, close, unexplained)
    if chosen:
        roots = _on_all(scenes, observed, names, known, chosen, close)
        if roots is not None and sum(_cost(root, scenes[0].L, unexplained) for root in roots) <= cost:
            return roots
    return _on_all(scenes, observed, names, known, {}, close) or []


def _cost(root: Root, L: int, unexplained: int) -> int:
    """How many mistakes a wrong line counts."""
    fewest = min((1 if is_unmasked(way) else len(way) for way in root.ways), default=unexplained)
    return min(fewest, 1) if LINES[line_of(root.output, L)].pairs and root.ways else fewest


def _on_all(
    scenes: Scenes,
    observed: Observed,
    names: Sequence[str],
    known: set[str],
    chosen: Mapping[str, Choice],
    close: float,
) -> list[Root] | None:
    """The wrong lines on every probe, with what is not returned filled in as chosen; ``None`` where that fails."""
    roots: list[Root] = []
    for name in names:
        l = split(name)[1]
        here = tuple(s.at(l) for s in scenes)
        right = values(here, name, {})
        if right is None:
            return None
        found, choice = right, chosen.get(name, RIGHT)
        if name in known and not choice.before_mask:
            found = tuple(o[name] for o in observed)
            if not all_same(found, right, close) and not any(
                all_same(found, also, close) for also in _also(here, name)
            ):
                roots.append(Root(name, ways(here, name, found, close), right, found))
        elif name not in known and choice.parts:
            filled = values(here, name, choice.parts)
            if filled is None:
                return None
            found = filled
            if choice.wrong:
                way = tuple(mistake(part, filling, l) for part, filling in choice.parts.items())
                alike = [m for m in _ties(here, name, filled, known, close) if (m,) != way]
                roots.append(Root(name, (way, *((m,) for m in alike)), right, None))
        scenes = having(scenes, name, found)
    return roots


def _also(here: Scenes, name: str) -> Iterator[tuple[Array, ...]]:
    """The line in its other right ways, where it has some."""
    for filled in LINES[line_of(name, here[0].L)].also:
        also = values(here, name, filled)
        if also is not None:
            yield also


def _ties(here: Scenes, name: str, found: tuple[Array, ...], known: set[str], close: float) -> list[Mistake]:
    """What else, in dA_l or in dZ_l where neither is returned, would come to the same dZ_l."""
    kind, l = split(name)
    if kind not in ("dA", "dZ") or l == here[0].L or f"dZ{l}" in known:
        return []
    with_dA = here if kind == "dZ" else having(here, name, found)
    target = found if kind == "dZ" else values(with_dA, f"dZ{l}", {})
    alike = []
    for other in (n for n in (f"dA{l}", f"dZ{l}") if n not in known):
        for part, filling in fillings(LINES[line_of(other, here[0].L)], here[0]):
            if other == f"dA{l}":
                dA = values(here, other, {part: filling})
                reached = None if dA is None else values(having(here, other, dA), f"dZ{l}", {})
            else:
                right = values(here, f"dA{l}", {})
                base = here if f"dA{l}" in known or right is None else having(here, f"dA{l}", right)
                reached = values(base, other, {part: filling})
            if reached is not None and target is not None and all_same(reached, target, close):
                text = of_layer(filling.text, l)
                alike.append(Mistake(part, text if other == name else f"{other} {text}", filling))
    return alike
