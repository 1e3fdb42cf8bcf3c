"""``Stream`` is the generator's own numbers; ``Lanes`` is the published recurrence, and has the law that it claims.

What is random has a fixed seed and a bound with the probability that a right law breaks it: beyond six standard
deviations 2e-9, and 2e-9 for the chi-square bound (Laurent & Massart 2000, lemma 1).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from manual_backprop import masks

KEEP = [1.0, 1 - 2**-16, 0.999, 0.86, 0.8, 0.5, 1 / 3, 0.1, 0.01, 2**-16]
SIZE = 2**22  # a million lanes of four entries
HALF = 0.5

# --- a generator's next numbers -----------------------------------------------------------------------------------


def same_state(rng: np.random.RandomState, kept: dict[str, Any]) -> bool:
    state = rng.get_state(legacy=False)
    return all(np.array_equal(state["state"][k], kept["state"][k]) for k in ("key", "pos")) and all(
        state[k] == kept[k] for k in ("has_gauss", "gauss")
    )


def advanced(how: str) -> np.random.RandomState:
    rng = np.random.RandomState(3)
    if how == "weights were drawn":  # an odd number of normals leaves one in store
        rng.standard_normal((5, 3))
    if how == "half a number was drawn":
        rng.randint(2**32, size=7, dtype=np.uint32)
    return rng


@pytest.mark.parametrize("how", ["fresh", "weights were drawn", "half a number was drawn"])
@pytest.mark.parametrize("keep_prob", KEEP)
def test_a_stream_goes_on_where_the_random_state_stands_and_leaves_it_there(how: str, keep_prob: float) -> None:
    shapes = [(5, 60), (3, 60), (1, 60)]
    rng, twin = advanced(how), advanced(how)
    kept = rng.get_state(legacy=False)
    D = np.empty(sum(n * m for n, m in shapes), dtype=bool)
    source = masks.stream(rng, D.size)
    for _ in range(4):  # 2,160 numbers: past the end of the 624 words of the state, many times
        masks.draw(D, source, keep_prob=keep_prob)
        want = [twin.random_sample(shape) < keep_prob for shape in shapes]
        assert np.array_equal(D, np.concatenate([layer.ravel() for layer in want]))
    assert same_state(rng, kept), "the stream moved the RandomState"
    assert not same_state(twin, kept), "the check sees a generator that moved"


def test_a_stream_takes_a_generator_which_it_moves() -> None:
    rng, twin = np.random.default_rng(5), np.random.default_rng(5)
    D = np.empty(77, dtype=bool)
    source = masks.stream(rng, D.size)
    for _ in range(3):
        masks.draw(D, source, keep_prob=0.8)
        assert np.array_equal(D, twin.random(77) < 0.8)
    assert rng.random() == twin.random()


# --- the recurrence -----------------------------------------------------------------------------------------------

WORD = 2**64 - 1


def xorshift64(x: int) -> int:
    """Marsaglia (2003), "Xorshift RNGs": x^=(x<<13); x^=(x>>7); x^=(x<<17)."""
    x ^= (x << 13) & WORD
    x ^= x >> 7
    return x ^ ((x << 17) & WORD)


def reference(seed: int, size: int, draws: int, keep_prob: float) -> list[list[bool]]:
    """Each draw: 16 bits of state + Weyl for an entry, in the order in which this machine stores them."""
    weyl, *states = map(int, np.random.SeedSequence(seed).generate_state(-(-size // 4) + 1, np.uint64))
    below, drawn = max(1, round(keep_prob * 65536)), []
    for _ in range(draws):
        states, weyl = [xorshift64(x) for x in states], (weyl + 0x9E3779B97F4A7C15) & WORD
        words = [((x + weyl) & WORD).to_bytes(8, sys.byteorder) for x in states]
        drawn.append([chunk < below for word in words for chunk in memoryview(word).cast("H")][:size])
    return drawn


def test_the_reference_gives_what_marsaglias_seed_gives() -> None:
    assert xorshift64(88172645463325252) == 8748534153485358512


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8, 1001])
@pytest.mark.parametrize(("seed", "keep_prob"), [(0, 0.5), (1, 0.86), (2**40, 0.1), (3, 1.0), (4, 1e-9)])
def test_lanes_are_the_reference_entry_by_entry(seed: int, keep_prob: float, size: int) -> None:
    D, source = np.empty(size, dtype=bool), masks.lanes(seed, size)
    for want in reference(seed, size, 6, keep_prob):
        masks.draw(D, source, keep_prob=keep_prob)
        assert D.tolist() == want


def test_no_lane_is_zero_where_it_would_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    class Zeros:
        def __init__(self, seed: int) -> None:
            pass

        def generate_state(self, count: int, dtype: type) -> NDArray:
            return np.where(np.arange(count) % 3, 0, 7).astype(dtype)

    assert xorshift64(0) == 0
    monkeypatch.setattr(np.random, "SeedSequence", Zeros)
    source, D = masks.lanes(0, 40), np.empty(40, dtype=bool)
    assert source.weyl == 7
    assert source.state[2::3].tolist() == [7, 7, 7], "only a zero is replaced"
    for _ in range(3):
        assert source.state.all()
        masks.draw(D, source, keep_prob=HALF)


# --- the law --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def drawn(keep_prob: float, seed: int = 0, draws: int = 4) -> NDArray[np.bool_]:
    """(draws, lanes, 4); read-only."""
    D, source = np.empty((draws, SIZE), dtype=bool), masks.lanes(seed, SIZE)
    for row in D:
        masks.draw(row, source, keep_prob=keep_prob)
    D.flags.writeable = False
    return D.reshape(draws, -1, 4)


def rate(keep_prob: float) -> float:
    """The nearest multiple of 2⁻¹⁶ above 0."""
    return max(1, round(keep_prob * 2**16)) / 2**16


@pytest.mark.parametrize("keep_prob", [*KEEP, 1e-9])
def test_each_entry_is_kept_with_probability_keep_prob(keep_prob: float) -> None:
    """Six standard deviations of a binomial; at 1 none at all. In all, and for each of a lane's four entries."""
    p, D = rate(keep_prob), drawn(keep_prob, seed=2, draws=1)[0]
    assert abs(p - keep_prob) <= 2**-17 or keep_prob < 2**-17
    for part in (D, *D.T):
        off = np.count_nonzero(part) - part.size * p
        assert abs(off) <= 6 * np.sqrt(part.size * p * (1 - p)), f"{off / part.size} from {p}"


def deviations(pairs: Iterable[tuple[NDArray, NDArray]], p: float) -> list[float]:
    """Σ (a − p)(b − p) in standard deviations, for each pair of arrays."""

    def one(a: NDArray, b: NDArray) -> float:
        kept = np.count_nonzero(a & b) - p * (np.count_nonzero(a) + np.count_nonzero(b)) + a.size * p * p
        return abs(kept) / (np.sqrt(a.size) * p * (1 - p))

    return [one(a, b) for a, b in pairs]


PAIRS: dict[str, Callable[[NDArray, NDArray], Iterable[tuple[NDArray, NDArray]]]] = {
    "entries 1 to 8 apart": lambda D, E: ((D[0].ravel()[:-k], D[0].ravel()[k:]) for k in range(1, 9)),
    "the four entries of a lane": lambda D, E: ((D[0, :, i], D[0, :, j]) for i, j in combinations(range(4), 2)),
    "neighbouring lanes": lambda D, E: ((D[0, :-1, i], D[0, 1:, j]) for i, j in product(range(4), repeat=2)),
    "consecutive draws": lambda D, E: ((D[0, :, i], D[1, :, j]) for i, j in product(range(4), repeat=2)),
    "draws two and three apart": lambda D, E: (
        (D[0, :, i], D[lag, :, j]) for lag, i, j in product((2, 3), range(4), range(4))
    ),
    "seeds one apart": lambda D, E: ((D[0, :, i], E[0, :, j]) for i, j in product(range(4), repeat=2)),
}


@pytest.mark.parametrize("keep_prob", [0.5, 0.86, 0.1])
@pytest.mark.parametrize("which", PAIRS)
def test_entries_are_uncorrelated(which: str, keep_prob: float) -> None:
    """A correlation of 0.006 is six standard deviations. All 282 pairs of three tables: a false alarm in 1e6."""
    D, E = drawn(keep_prob), drawn(keep_prob, seed=1)
    worst = max(deviations(PAIRS[which](D, E), rate(keep_prob)))
    assert worst < 6, f"{worst} standard deviations"


def test_a_correlation_of_a_hundredth_is_seen() -> None:
    D, E = drawn(HALF)[0, :, 0], drawn(HALF)[0, :, 1]
    copied = np.where(np.arange(D.size) % 100 == 0, D, E)
    assert deviations([(D, copied)], HALF)[0] > 6 > deviations([(D, E)], HALF)[0]


def chi_square(patterns: NDArray[np.bool_]) -> float:
    """Of eight fair bits a row over its 256 patterns."""
    counts, expected = np.bincount(np.packbits(patterns, axis=1).ravel(), minlength=256), len(patterns) / 256
    return float(((counts - expected) ** 2).sum() / expected)


PATTERNS: dict[str, Callable[[NDArray], NDArray]] = {
    "a lane twice": lambda D: np.concatenate([D[0], D[1]], axis=1),
    "a lane, and three draws later": lambda D: np.concatenate([D[0], D[3]], axis=1),
    "two lanes": lambda D: D[0].reshape(-1, 8),
    **{f"entry {i} of a lane eight times": lambda D, i=i: D[:, :, i].T for i in range(4)},
}


@pytest.mark.parametrize("which", PATTERNS)
def test_eight_bits_together_are_fair(which: str) -> None:
    """P(χ²₂₅₅ ≥ 255 + 2 √(255 x) + 2 x) ≤ e⁻ˣ, here with x = 20."""
    patterns = PATTERNS[which](drawn(HALF, seed=3, draws=8))
    assert chi_square(patterns) < 255 + 2 * np.sqrt(255 * 20) + 2 * 20
    spoiled = patterns.copy()
    spoiled[::20, 7] = spoiled[::20, :7].sum(axis=1) % 2  # a parity, once in twenty rows: no pair of bits shows it
    assert chi_square(spoiled) > 255 + 2 * np.sqrt(255 * 20) + 2 * 20


def test_the_seed_decides_everything() -> None:
    first, second, other = (np.empty(1000, dtype=bool) for _ in range(3))
    for D, seed in ((first, 1), (second, 1), (other, 2)):
        masks.draw(D, masks.lanes(seed, 1000), keep_prob=HALF)
    assert np.array_equal(first, second)
    assert 400 < np.count_nonzero(first != other) < 600  # 500 ± 6.3 standard deviations


# --- where it writes, and what it refuses -----------------------------------------------------------------------------

SOURCES = {
    "stream": lambda size: masks.stream(np.random.RandomState(0), size),
    "lanes": lambda size: masks.lanes(0, size),
}


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1001])
@pytest.mark.parametrize("kind", SOURCES)
def test_all_of_D_is_written_and_nothing_beside_it(kind: str, size: int) -> None:
    memory = np.full(size + 32, 7, dtype=np.uint8)
    masks.draw(memory[16 : 16 + size].view(bool), SOURCES[kind](size), keep_prob=1.0)
    assert memory.tolist() == [7] * 16 + [1] * size + [7] * 16


@pytest.mark.parametrize(
    ("kind", "made", "shape"),
    [
        ("stream", 1, (8,)),  # one number would broadcast
        ("stream", 7, (8,)),
        ("stream", 9, (8,)),
        ("stream", 8, (1, 8)),
        ("stream", 8, (2, 4)),
        ("lanes", 0, (8,)),
        ("lanes", 4, (8,)),
        ("lanes", 12, (8,)),  # a part of it would do
        ("lanes", 8, (2, 4)),
        ("lanes", 8, (1, 8)),
    ],
)
def test_a_source_for_another_size_is_refused_before_it_moves(kind: str, made: int, shape: tuple) -> None:
    source, D = SOURCES[kind](made), np.full(shape, True)
    with pytest.raises(
        ValueError, match=rf"D has shape \({shape[0]}.*\); it is flat, and this source was made for {made} "
    ):
        masks.draw(D, source, keep_prob=0.01)
    assert D.all()
    first, second = np.empty(made, dtype=bool), np.empty(made, dtype=bool)
    masks.draw(first, source, keep_prob=HALF)
    masks.draw(second, SOURCES[kind](made), keep_prob=HALF)
    assert np.array_equal(first, second)
