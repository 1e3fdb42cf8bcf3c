"""Pairs in processes of their own: the same kills, and a pair that is not right is said here too."""

from __future__ import annotations

import pytest

from reference.selftest.pairs.beside import plant_beside
from reference.selftest.pairs.planting import plant_in_pairs
from tests.reference.selftest.pairs.test_pair_planting import RELU

pytestmark = pytest.mark.slow
HALF = RELU.replace("relu", "half").replace("np.maximum(0, x)", "x / 2").replace("(x > 0)", "0.5")
SOURCES = {"relu.py": RELU, "half.py": HALF}


def test_the_same_kills_as_one_after_the_other() -> None:
    heard: list[str] = []
    found = plant_beside(2, processes=2, sources=SOURCES, said=lambda kills: heard.append(kills.check))
    assert found == plant_in_pairs(2, sources=SOURCES)
    assert sorted(heard) == sorted(kills.check for kills in found)
    assert all(kills.kills for kills in found)


def test_a_pair_that_is_not_right_to_begin_with_is_an_error_as_ever() -> None:
    wrong = RELU.replace("dout * (x > 0)", "2 * dout * (x > 0)")
    with pytest.raises(ValueError, match="is not right to begin with"):
        plant_beside(1, processes=2, sources={"it.py": wrong})
