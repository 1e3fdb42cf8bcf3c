"""How far a gradient may be off, from two precisions: a rounding error shrinks with the precision, a mistake does not.

Both passes run in float32 and in float64 from the same inputs, float32 numbers, and E is the largest difference of a
block over a few jitters of the inputs by one unit in the last place of float32. Then

    allowed = κ · max(2⁻²⁹ · E, u64 · |g|),    κ = 64 + the largest dimension

No formula of the target's is known, and there is no absolute tolerance anywhere: scaling the cotangents scales both
sides. What long double would give is no substitute: it leaks, and on some machines it is double.

The estimate is worth something only where both runs took the same branches, are finite, and agree in their leading
digits. A block whose true gradient is zero has no digits at all: its scale is E / u32, that of the terms that cancel.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FALL", "LEADING", "RESOLUTION", "U32", "U64", "U_EXTENDED", "Estimate", "amplification", "estimate", "falls",
    "joined", "kappa", "largest",
]  # fmt: skip

Array = NDArray[Any]

U32 = float(np.finfo(np.float32).eps)
U64 = float(np.finfo(np.float64).eps)
U_EXTENDED = float(np.finfo(np.longdouble).eps)
FALL = 2.0**-29  # u64 / u32
RESOLUTION = 1e-3  # of the block: what is allowed at most where an entry counts as covered
LEADING = 1e-2  # of the block: what may differ between the two precisions where the estimate counts


def kappa(arrays: Iterable[Array]) -> float:
    """64 + the largest dimension."""
    return 64.0 + max((size for array in arrays for size in np.shape(array)), default=1)


def largest(array: Array | None) -> float:
    """The largest finite magnitude of a block; 0 of an empty one."""
    if array is None or array.size == 0:
        return 0.0
    magnitudes = np.abs(np.asarray(array, dtype=np.float64))
    return float(np.max(magnitudes, initial=0.0, where=np.isfinite(magnitudes)))


class Estimate(NamedTuple):
    """What rounding does to one block of gradients at one draw, as seen from two precisions."""

    error: float = 0.0  # E: the largest difference between float32 and float64
    size: float = 0.0  # the largest entry, in float64
    kappa: float = 65.0
    same: bool = True  # both runs of every jitter took the same branches and are finite, and there was one

    def allowed(self, size: float = 0.0) -> float:
        """What two right programs may differ by, entry by entry; ``size``: of the truth, where that is larger."""
        return self.kappa * max(FALL * self.error, U64 * max(self.size, size))

    def counts(self, size: float = 0.0) -> bool:
        """Whether the estimate is worth something: the leading digits survive float32."""
        return self.same and self.error <= LEADING * max(self.size, size)

    def resolved(self, size: float) -> bool:
        """Whether what is allowed leaves something to see."""
        return self.allowed(size) <= RESOLUTION * max(self.size, size)

    def of_float64_alone(self) -> bool:
        """Whether all of the error may be that of float64: where float32 cancels to the last bit, it shows no terms."""
        return LEADING * self.size < self.error <= self.size

    def zero(self, precision: float) -> float:
        """How large a truth may be that is zero but for the rounding of a witness of this precision."""
        return self.kappa * precision * self.error / U32


def estimate(first: Array, single: Array, k: float, *, same: bool = True) -> Estimate:
    """From one run in each precision. Gradients of two shapes, or that are not finite, are not comparable."""
    if first.shape != single.shape or first.dtype.kind not in "fiub" or single.dtype.kind not in "fiub":
        return Estimate(0.0, largest(first) if first.dtype.kind in "fiub" else 0.0, k, same=False)
    wide, narrow = np.asarray(first, dtype=np.float64), np.asarray(single, dtype=np.float64)
    if not (np.isfinite(wide).all() and np.isfinite(narrow).all()):
        return Estimate(0.0, largest(wide), k, same=False)
    return Estimate(largest(wide - narrow), largest(wide), k, same)


def joined(estimates: Iterable[Estimate]) -> Estimate:
    """The largest over several jitters. One that took another branch in float32 says nothing; one at least must say."""
    every = list(estimates)
    heard = [one for one in every if one.same]
    if not heard:
        return every[0]._replace(same=False) if every else Estimate(same=False)
    return Estimate(max(e.error for e in heard), max(e.size for e in heard), max(e.kappa for e in heard))


def amplification(wide: Iterable[Array], narrow: Iterable[Array]) -> float:
    """By how much a forward pass enlarges a rounding error: the largest relative difference of its outputs, in u32."""
    worst = 1.0
    for first, single in zip(wide, narrow, strict=True):
        size = largest(first)
        if first.shape == single.shape and size > 0:
            worst = max(worst, largest(np.asarray(first, np.float64) - np.asarray(single, np.float64)) / (U32 * size))
    return worst


def falls(error: float, of: Estimate) -> bool:
    """Whether an error in float64 is what the error in float32 becomes by rounding alone."""
    return of.same and of.error > 0 and error <= of.kappa * FALL * of.error
