"""A gradient of any number of dimensions as a picture: two of its dimensions, the others held at its worst entry."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.pairs.draws.tolerance import Estimate, largest
from reference.report.models.evidence import Slice

__all__ = ["worst_slice"]

SIDE = 48  # rows and columns of a picture
Array = NDArray[Any]


def worst_slice(called: str, got: Array, want: Array, of: Estimate) -> Slice | None:
    """The plane through the worst entry with most wrong entries; through the largest entry where it is right."""
    if got.shape != want.shape or not want.size:
        return None
    wide, true = (np.asarray(array, dtype=np.float64) for array in (got, want))
    with np.errstate(invalid="ignore"):
        off = np.where(np.isfinite(wide), np.abs(wide - true), np.inf)
    allowed = of.allowed(largest(true))
    wrong = off > allowed
    at = tuple(int(k) for k in np.unravel_index(int(np.argmax(off if wrong.any() else np.abs(true))), true.shape))
    axes = _plane(wrong, at)
    window = tuple(_window(n, at[k]) if k in axes else slice(at[k], at[k] + 1) for k, n in enumerate(true.shape))
    got_there, want_there = (_flat(array[window], axes).tolist() for array in (wide, true))
    said = ", ".join(_spoken(window[k], n) if k in axes else str(at[k]) for k, n in enumerate(true.shape))
    whole = len(axes) == true.ndim and all(n <= SIDE for n in true.shape)
    return Slice(
        name=called,
        index=called if whole else f"{called}[{said}]",
        axes=(f"axis {axes[0]}", f"axis {axes[1]}") if len(axes) == 2 else ("", "entry"),
        shape=list(true.shape),
        got=got_there,
        want=want_there,
        unit=allowed / of.kappa,
        allowed=of.kappa,
        wrong=int(wrong.sum()),
        total=true.size,
    )


def _plane(wrong: NDArray[np.bool_], at: tuple[int, ...]) -> tuple[int, ...]:
    """Of all planes through an entry the one with most wrong entries, the largest and the last of those."""
    if wrong.ndim <= 2:
        return tuple(range(wrong.ndim))

    def worth(axes: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
        plane = wrong[tuple(slice(None) if k in axes else at[k] for k in range(wrong.ndim))]
        return int(plane.sum()), plane.size, axes

    return max(combinations(range(wrong.ndim), 2), key=worth)


def _flat(array: Array, axes: tuple[int, ...]) -> Array:
    sizes = [array.shape[k] for k in axes]
    return array.reshape((1, *sizes) if len(sizes) == 1 else sizes or (1, 1))


def _window(n: int, at: int) -> slice:
    """As much of an axis as is drawn."""
    start = min(max(0, at - SIDE // 2), max(0, n - SIDE))
    return slice(start, min(n, start + SIDE))


def _spoken(part: slice, n: int) -> str:
    return ":" if part.stop - part.start == n else f"{part.start}:{part.stop}"
