"""Names that mean the same, and arrays that have the same axes in another layout."""

from __future__ import annotations

import numpy as np

from reference.comparison.pairs.likeness import alike, coupled
from reference.comparison.pairs.turning import fitted, turn_between
from tests.folding import each


@each(
    ("one", "other", "least"),
    [("x", "x", 4), ("x", "X", 3), ("x", "inputs", 1), ("w", "W", 3), ("w", "weights", 2), ("self.W", "w", 3),
     ("b", "bias", 1), ("gamma", "scale", 1), ("pad", "padding", 2), ("params.W1", "W1", 4), ("weights.0", "Ws.0", 3)],
)  # fmt: skip
def test_alike(one: str, other: str, least: int) -> None:
    assert alike(one, other) >= least
    assert alike(other, one) >= least


@each(("one", "other"), [("w", "b"), ("W1", "W2"), ("x", "gamma"), ("weights.0", "weights.1"), ("h", "w")])
def test_not_alike(one: str, other: str) -> None:
    assert alike(one, other) == 0


def test_the_surest_go_first_and_what_is_left_without_a_choice_goes_together() -> None:
    a, v = np.zeros((2, 3)), np.zeros(3)
    assert coupled({"x": a, "w": a, "b": v}, {"W": a, "bias": v, "inputs": a}) == {"W": "w", "bias": "b", "inputs": "x"}
    assert coupled({"x": a, "q1": v}, {"x": a, "zz": v})["zz"] == "q1"
    assert "zz" not in coupled({"x": a, "q1": v, "q2": v}, {"x": a, "zz": v})


def test_a_turn_goes_there_and_back() -> None:
    array = np.arange(6.0).reshape(2, 3)
    turn = turn_between((2, 3), (3, 2), transposed=True)
    assert turn is not None
    assert np.array_equal(turn.there(array), array.T)
    assert np.array_equal(turn.back(turn.there(array)), array)
    column = turn_between((3,), (3, 1))
    assert column is not None
    assert column.there(np.ones(3)).shape == (3, 1)
    assert column.back(np.ones((3, 1))).shape == (3,)
    assert turn_between((2, 3), (3, 2)) is None


def test_sizes_by_name() -> None:
    assert fitted(("N", "D"), (4, 5), {}) == {"N": 4, "D": 5}
    assert fitted(("N", "D"), (4, 5), {"D": 6}) is None
    assert fitted(("M", 1), (7,), {}) == {"M": 7}
    assert fitted(("N", "C*L"), (4, 6), {"C": 2, "L": 3}) == {"N": 4, "C": 2, "L": 3}
    assert fitted(("N", "C*L"), (4, 7), {"C": 2, "L": 3}) is None
    assert fitted(("N", "D"), (4, 5, 6), {}) is None
