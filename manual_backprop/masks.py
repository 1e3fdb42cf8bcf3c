"""Dropout masks without a new array: the next numbers of a generator, or 16 bits an entry from many small generators.

Each entry of D is true with probability ``keep_prob`` (Srivastava et al. 2014), independently of the others.

``Stream`` takes one float64 an entry from a NumPy generator, as ``primitives.dropout_mask`` does, into a buffer.
``Lanes`` is several times as fast: xorshift64 (Marsaglia 2003, "Xorshift RNGs", the triple 13, 7, 17) in every lane
side by side, plus a Weyl sequence as in that paper's xorwow, and 16 bits of the sum for each entry. ``keep_prob`` is
then the nearest multiple of 2⁻¹⁶ above 0. It is for masks, where such bits are good enough, and for nothing else.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Lanes", "Stream", "draw", "lanes", "stream"]

SHIFTS = (np.uint64(13), np.uint64(7), np.uint64(17))
WEYL = np.uint64(0x9E3779B97F4A7C15)  # odd: 2⁶⁴ steps until it comes round; 2⁶⁴ over the golden ratio


class Stream(NamedTuple):
    """The next float64s of a generator; ``U`` is where they are put."""

    rng: np.random.Generator
    U: NDArray[np.float64]


class Lanes(NamedTuple):
    """Generators side by side, four entries each."""

    state: NDArray[np.uint64]
    weyl: NDArray[np.uint64]  # (1,)
    scratch: NDArray[np.uint64]


def stream(rng: np.random.RandomState | np.random.Generator, size: int) -> Stream:
    """Masks of ``size`` entries from ``rng``; a ``RandomState`` is read from where it stands, and stays there."""
    if isinstance(rng, np.random.RandomState):
        bits = np.random.MT19937()
        bits.state = rng.get_state(legacy=False)  # type: ignore[assignment]  # a dict in NumPy's stubs
        rng = np.random.Generator(bits)
    return Stream(rng, np.empty(size))


def lanes(seed: int, size: int) -> Lanes:
    """Masks of ``size`` entries; NumPy's ``SeedSequence`` spreads the seed over the lanes."""
    drawn = np.random.SeedSequence(seed).generate_state(-(-size // 4) + 1, np.uint64).view(np.uint64)
    state, weyl = drawn[1:], drawn[:1]
    state[state == 0] = WEYL  # zero would stay zero
    return Lanes(state, weyl, np.empty_like(state))


def draw(D: NDArray[np.bool_], source: Stream | Lanes, *, keep_prob: float) -> None:
    """Fill the flat mask ``D`` anew. Raises ``ValueError`` where the source was made for another size."""
    made, room = (source.U.size, D.size) if isinstance(source, Stream) else (4 * source.state.size, -(-D.size // 4) * 4)
    if D.ndim != 1 or room != made:
        raise ValueError(f"D has shape {D.shape}; it is flat, and this source was made for {made} entries")
    if isinstance(source, Stream):
        source.rng.random(out=source.U)
        np.less(source.U, keep_prob, out=D)
        return
    x, weyl, y = source
    left, right, again = SHIFTS
    np.left_shift(x, left, out=y)
    np.bitwise_xor(x, y, out=x)
    np.right_shift(x, right, out=y)
    np.bitwise_xor(x, y, out=x)
    np.left_shift(x, again, out=y)
    np.bitwise_xor(x, y, out=x)
    np.add(weyl, WEYL, out=weyl)
    np.add(x, weyl, out=y)
    np.less_equal(y.view(np.uint16)[: D.size], np.uint16(max(1, round(keep_prob * 2**16)) - 1), out=D)
