"""What the cause of a wrong gradient is sought with: draws on which it is wrong, beside the truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.interface.pair import PairDraw

__all__ = ["DrawEvidence", "axes_of_sizes"]

Array = NDArray[Any]
DIGITS = 1e-9  # of the largest entry: what a repaired gradient may differ by at least, however it is rounded


def axes_of_sizes(arrays: Mapping[str, Array]) -> dict[int, str]:
    """Every size but 1, and the first array that has it: ``x.shape[0]``."""
    found: dict[int, str] = {}
    for name, array in arrays.items():
        for axis, size in enumerate(np.shape(array)):
            if size > 1:
                found.setdefault(size, f"{name}.shape[{axis}]")
    return found


class DrawEvidence(NamedTuple):
    """One draw. ``allowed``: what two right programs may differ by, by primal; ``case``: the line that draws it."""

    draw: PairDraw
    primals: Mapping[str, Array]
    cotangents: tuple[Array, ...]
    got: Mapping[str, Array]
    want: Mapping[str, Array]
    allowed: Mapping[str, float] = {}
    called: Mapping[str, str] = {}
    case: str = ""
    operations: int = 0  # calls of NumPy of the forward pass

    def right(self, name: str, gradient: Any) -> bool:
        """Is this the gradient of a primal?"""
        want = np.asarray(self.want[name], dtype=float)
        got = np.asarray(gradient)
        if got.shape != want.shape or got.dtype.kind not in "fiub" or not np.isfinite(got).all():
            return False
        return bool((np.abs(got - want) <= self.least(name)).all())

    def least(self, name: str) -> float:
        """What a gradient may be off by."""
        return max(self.allowed.get(name, 0.0), DIGITS * self.size(name), np.finfo(float).tiny)

    def size(self, name: str) -> float:
        """The largest entry of the truth."""
        return float(np.max(np.abs(np.asarray(self.want[name], dtype=float)), initial=0.0))

    def sizes(self) -> dict[str, int]:
        """Every size of an array, by where it is: the first array that has it; and how many entries each has."""
        arrays = {**self.primals, **{f"output {k}": c for k, c in enumerate(self.cotangents)}}
        found = axes_of_sizes(arrays)
        whole: dict[int, str] = {}
        for name, array in arrays.items():
            if np.ndim(array) > 1:
                whole.setdefault(np.size(array), f"{name}.size")  # one axis of it may be as long, where others are 1
        return {name: size for sizes in (found, whole) for size, name in sizes.items()}

    def numbers(self) -> dict[str, float]:
        """Arguments that are single numbers."""
        given = {**self.draw.construct, **self.draw.arguments}
        flat = {f"{name}[{key!r}]": v for name, d in given.items() if isinstance(d, Mapping) for key, v in d.items()}
        return {
            name: float(value)
            for name, value in {**given, **flat}.items()
            if isinstance(value, float | int) and not isinstance(value, bool) and value not in (0, 1)
        }
