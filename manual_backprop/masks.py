"""Dropout masks without a new array: one float64 an entry from a generator, into a buffer.

Each entry of D is true with probability ``keep_prob`` (Srivastava et al. 2014), independently of the others. The
numbers are those that ``primitives.dropout_mask`` would draw, in the same order.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Stream", "draw", "stream"]


class Stream(NamedTuple):
    """The next float64s of a generator; ``U (size,)`` is where they are put."""

    rng: np.random.Generator
    U: NDArray[np.float64]


def stream(rng: np.random.RandomState | np.random.Generator, size: int) -> Stream:
    """Masks of ``size`` entries from ``rng``; a ``RandomState`` is read from where it stands, and stays there."""
    if isinstance(rng, np.random.RandomState):
        bits = np.random.MT19937()
        bits.state = rng.get_state(legacy=False)  # type: ignore[assignment]  # a dict in NumPy's stubs
        rng = np.random.Generator(bits)
    return Stream(rng, np.empty(size))


def draw(D: NDArray[np.bool_], source: Stream, *, keep_prob: float) -> None:
    """Fill the flat mask ``D (size,)`` anew. Raises ``ValueError`` where the source was made for another size."""
    if D.shape != source.U.shape:
        raise ValueError(f"D has shape {D.shape}; it is flat, and this source was made for {source.U.size} entries")
    source.rng.random(out=source.U)
    np.less(source.U, keep_prob, out=D)
