"""What can be seen of an error that no mistake of the dictionary explains: its pattern, never a name."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reference.diagnosis.scene import Scene

__all__ = ["constant_keep_prob", "visible_pattern"]

CLOSE = 1e-7
Array = np.ndarray


def visible_pattern(scenes: Sequence[Scene], name: str, l: int, got: Sequence[Array], right: Sequence[Array]) -> str:
    """The first pattern that every probe shows."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a row of nothing but zeros
        for text, shows in PATTERNS.items():
            if all(shows(s.at(l), g, w) for s, g, w in zip(scenes, got, right, strict=True)):
                return text
    return "no pattern is seen: the ratio to the reference is constant neither by block, nor by row, nor by column"


def constant_keep_prob(scenes: Sequence[Scene], got: Sequence[Array], right: Sequence[Array]) -> float | None:
    """The one number that stands for keep_prob whatever that is: told by probes of several keep_probs."""
    if not all(s.dropout for s in scenes) or len({s.keep for s in scenes}) < 2:
        return None
    found = []
    with np.errstate(all="ignore"):
        for s, g, w in zip(scenes, got, right, strict=True):
            if not _by_block(s, g, w):
                return None
            found.append(s.keep * float(np.median((w / g)[w != 0])))
    alike = found[0] > 0 and np.ptp(found) <= CLOSE * found[0]
    return found[0] if alike and abs(found[0] - 1) > CLOSE else None


def _constant(ratio: Array, axis: Any) -> bool:
    known = ratio[~np.isnan(ratio)]
    if not known.size or not np.isfinite(known).all():
        return False
    spread = np.nanmax(ratio, axis=axis) - np.nanmin(ratio, axis=axis)
    return bool(np.all(np.nan_to_num(spread) <= CLOSE * np.max(np.abs(known))))


def _ratio(got: Array, right: Array) -> Array:
    return np.where((right == 0) & (got == 0), np.nan, got / right)  # a zero by a mask or a gate says nothing


def _by_block(s: Scene, got: Array, right: Array) -> bool:
    ratio = (got / right)[right != 0] if got.shape == right.shape else np.array([np.nan])
    return ratio.size > 0 and not np.any(got[right == 0]) and _constant(ratio, None)


def _where(mask: Callable[[Scene], Any]) -> Callable[[Scene, Array, Array], bool]:
    """The residual lives only where a mask of the layer says."""

    def shows(s: Scene, got: Array, right: Array) -> bool:
        where = mask(s)
        if where is None or np.shape(where) != np.shape(got) or not where.any() or where.all():
            return False
        off = np.abs(got - right) > CLOSE * np.max(np.abs(right))
        return bool(off.any() and not off[~where].any())

    return shows


def _proportional(to: Callable[[Scene], Any]) -> Callable[[Scene, Array, Array], bool]:
    """The residual is a multiple of something."""

    def shows(s: Scene, got: Array, right: Array) -> bool:
        other = to(s)
        if other is None or np.shape(other) != np.shape(got):
            return False
        return _constant((got - right) / other, None)

    return shows


PATTERNS: dict[str, Callable[[Scene, Array, Array], bool]] = {
    "the ratio to the reference is one constant, but no constant of the problem": _by_block,
    "the ratio to the reference is constant by row": lambda s, g, w: w.shape[1] > 1 and _constant(_ratio(g, w), 1),
    "the ratio to the reference is constant by column": lambda s, g, w: w.shape[0] > 1 and _constant(_ratio(g, w), 0),
    "what is off is a multiple of W": _proportional(lambda s: s.W[s.l]),
    "what is off is a multiple of b": _proportional(lambda s: s.b[s.l]),
    "what is off is the same in every entry": _proportional(lambda s: None),
    "it is the transpose of what it should be": lambda s, g, w: g.shape == w.shape[::-1] and bool(np.allclose(g, w.T)),
    "it is wrong only where the mask drops units": _where(lambda s: s.D[s.l] == 0 if s.dropout and s.l < s.L else None),
    "it is wrong only where the mask keeps units": _where(lambda s: s.D[s.l] != 0 if s.dropout and s.l < s.L else None),
    "it is wrong only where Z ≤ 0": _where(lambda s: s.Z[s.l] <= 0 if s.l < s.L else None),
    "it is wrong only where Z > 0": _where(lambda s: s.Z[s.l] > 0 if s.l < s.L else None),
    "it is wrong only where Y = 1": _where(lambda s: s.Y == 1),
    "it is wrong only where Y = 0": _where(lambda s: s.Y == 0),
}
PATTERNS["what is off is the same in every entry"] = lambda s, g, w: g.shape == w.shape and _constant(g - w, None)
