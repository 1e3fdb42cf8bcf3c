"""A data set that is only asked for words."""

from __future__ import annotations

import copy
from itertools import count

import pytest

from reference.targets.pairs.corpus import Corpus


def test_it_draws_the_same_words_from_the_same_seed() -> None:
    one, other = Corpus(3, 5), Corpus(3, 5)
    drawn = [one.sampleTokenIdx() for _ in range(40)]
    assert drawn == [other.draw_sample() for _ in range(40)]
    assert set(drawn) == set(range(5))
    assert len(Corpus(3, 5).sample(7)) == 7


def test_a_copy_goes_on_where_it_was() -> None:
    one = Corpus(1, 9)
    one.sample()
    assert copy.deepcopy(one).sample(5) == one.sample(5)


def test_who_waits_for_a_word_that_does_not_come_is_told() -> None:
    one = Corpus(0, 3)
    with pytest.raises(ValueError, match="no other word"):
        all(one.sample() != 3 for _ in count())
    with pytest.raises(ValueError, match="no other word"):
        Corpus(0, 1).sample()
