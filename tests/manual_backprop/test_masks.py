"""Masks are the generator's own numbers, below ``keep_prob`` or not, and nothing else is written or moved."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from manual_backprop import masks
from tests.folding import each

KEEP = [1.0, 1 - 2**-16, 0.999, 0.86, 0.8, 0.5, 1 / 3, 0.1, 0.01, 2**-16]

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


@each("how", ["fresh", "weights were drawn", "half a number was drawn"])
@each("keep_prob", KEEP)
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


# --- where it writes, and what it refuses -----------------------------------------------------------------------------


@each("size", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1001])
def test_all_of_D_is_written_and_nothing_beside_it(size: int) -> None:
    memory = np.full(size + 32, 7, dtype=np.uint8)
    masks.draw(memory[16 : 16 + size].view(bool), masks.stream(np.random.RandomState(0), size), keep_prob=1.0)
    assert memory.tolist() == [7] * 16 + [1] * size + [7] * 16


@each(
    ("made", "shape"),
    [
        (1, (8,)),  # one number would broadcast
        (7, (8,)),
        (9, (8,)),
        (8, (1, 8)),
        (8, (2, 4)),
    ],
)
def test_a_source_for_another_size_is_refused_before_it_moves(made: int, shape: tuple) -> None:
    source, D = masks.stream(np.random.RandomState(0), made), np.full(shape, True)
    with pytest.raises(
        ValueError, match=rf"D has shape \({shape[0]}.*\); it is flat, and this source was made for {made} "
    ):
        masks.draw(D, source, keep_prob=0.01)
    assert D.all()
    first, second = np.empty(made, dtype=bool), np.empty(made, dtype=bool)
    masks.draw(first, source, keep_prob=0.5)
    masks.draw(second, masks.stream(np.random.RandomState(0), made), keep_prob=0.5)
    assert np.array_equal(first, second)
