"""What losses over word vectors are given."""

from __future__ import annotations

import pytest

from reference.interface.pair import PairKind
from reference.pairs.inputs.cases.case import case_of
from reference.pairs.inputs.cases.drawing import draw_of
from reference.pairs.inputs.plans.word_vectors import word_vector_plans
from reference.pairs.inputs.spec import Array, Plan, WordForm, WordSpec
from tests.reference.pairs.inputs.plans.test_plans import proposal

OF_ONE = "centerWordVec outsideWordIdx outsideVectors dataset K=10"
OF_SEVERAL = "currentWord C contextWords tokens inputVectors outputVectors dataset"


def plans(takes: str, **more: object) -> list[Plan]:
    return list(word_vector_plans(proposal(takes, kind=PairKind.VALUE, backward="loss", **more)))


def test_a_word_is_its_row_where_no_dictionary_is_given() -> None:
    assert plans(OF_ONE)[0].arguments == {
        "centerWordVec": Array(("D",)),
        "outsideWordIdx": WordSpec(WordForm.INDEX, "V"),
        "outsideVectors": Array(("V", "D")),
        "dataset": WordSpec(WordForm.CORPUS, "V"),
    }


def test_words_are_spelt_where_a_dictionary_has_their_rows() -> None:
    given = plans(OF_SEVERAL)[0].arguments
    assert given["currentWord"] == WordSpec(WordForm.WORD, "V")
    assert given["contextWords"] == WordSpec(WordForm.WORDS, "V")
    assert given["tokens"] == WordSpec(WordForm.ROWS, "V")


@pytest.mark.parametrize(
    "takes", ["x w b", "predicted target", "X y W reg", "word_vec target_idx output_vectors temperature"]
)
def test_what_is_no_such_loss_is_left_to_others(takes: str) -> None:
    assert plans(takes) == []


def test_one_of_the_words_comes_twice_and_all_have_rows() -> None:
    plan = plans(OF_SEVERAL)[0]
    for seed in range(20):
        drawn = draw_of(case_of("loss", plan, {"V": 4, "D": 3}, seed=seed)).arguments
        words = drawn["contextWords"]
        assert words[0] == words[-1]
        assert {drawn["currentWord"], *words} <= set(drawn["tokens"])
        assert sorted(drawn["tokens"].values()) == list(range(4))
