"""Every two targets: to how many digits, in which output, at which case; what rounding explains is no difference."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

from manual_backprop.magnitudes import RESOLUTION
from reference.cases.case import Case
from reference.comparison.agreement import Pair, agreement
from reference.comparison.answers import Answer, Participant
from reference.comparison.phrases import digits
from reference.comparison.pool import AskedProblem
from reference.judging.tolerance import gradient_tolerances
from tests.folding import each
from tests.reference.comparison.asking import MILD, answers, asked, cancelling, changed, rounded
from tests.reference.comparison.variants import backward

Answers = dict[int, Answer]


@pytest.fixture(scope="module")
def mild() -> list[AskedProblem]:
    """Without dead units: a block that is exactly zero is no block to agree in."""
    return asked(case for case in MILD if case.hidden != "relu")


def pairs(given: list[AskedProblem], **found: Answers) -> list[Pair]:
    return agreement(list(found), given, {Participant(target, "backward"): a for target, a in found.items()})


def the_pair(given: list[AskedProblem], one: Answers, other: Answers) -> Pair:
    (pair,) = pairs(given, one=one, other=other)
    return pair


def float64(given: list[AskedProblem]) -> list[AskedProblem]:
    return [one for one in given if one.problem.shape.dtype == "float64"]


def largest(change: Callable[[float], float]) -> Callable[[np.ndarray], np.ndarray]:
    """Of a block, the largest entry is changed."""

    def to(block: np.ndarray) -> np.ndarray:
        k = int(np.abs(block).argmax())
        block.flat[k] = change(float(block.flat[k]))
        return block

    return to


# --- digits ----------------------------------------------------------------------------------------------------


@each(
    ("difference", "found"),
    [(0.0, np.inf), (1e-6, 6.0), (1e-16, 16.0), (0.5, 0.301), (1.0, 0.0), (2.0, 0.0), (1e300, 0.0), (np.inf, 0.0)],
)
def test_digits_of_a_difference(difference: float, found: float) -> None:
    assert digits(difference) == pytest.approx(found, abs=1e-3)


def test_equal_bits_agree_in_all_digits(mild: list[AskedProblem]) -> None:
    given = float64(mild)
    pair = the_pair(given, answers(backward, given), answers(backward, given))
    assert (pair.difference, pair.agree, digits(pair.difference)) == (0.0, True, np.inf)
    assert pair.cases == len(given)
    assert pair.blocks == 6 * len(given)


def test_a_single_bit_is_not_all_digits(mild: list[AskedProblem]) -> None:
    given = float64(mild)
    one, other = answers(backward, given), answers(backward, given)
    other[2] = changed(other[2], "db3", largest(lambda g: np.nextafter(g, 2 * g)))
    pair = the_pair(given, one, other)
    assert 15 < digits(pair.difference) < 17
    assert (pair.agree, pair.output, pair.case) == (True, "db3", str(given[2].problem.cases[0]))


@each(("name", "k"), [("dW1", 0), ("dW2", 7), ("db3", 11)])
def test_a_planted_difference_gives_its_digits_its_output_and_its_case(
    name: str, k: int, mild: list[AskedProblem]
) -> None:
    given = float64(mild)
    one, other = answers(backward, given), answers(backward, given)
    other[k] = changed(other[k], name, largest(lambda g: g * (1 + 1e-6)))
    for pair in (the_pair(given, one, other), the_pair(given, other, one)):
        assert digits(pair.difference) == pytest.approx(6, abs=0.01)
        assert (pair.output, pair.case, pair.agree) == (name, str(given[k].problem.cases[0]), False)


def test_the_difference_is_relative_to_the_largest_entry_of_its_block(mild: list[AskedProblem]) -> None:
    given = float64(mild)[:1]
    one, other = answers(backward, given), answers(backward, given)
    size = float(np.abs(one[0].blocks["dW1"]).max())
    smallest = int(np.abs(one[0].blocks["dW1"]).argmin())

    def nudge(block: np.ndarray) -> np.ndarray:
        block.flat[smallest] += 1e-8 * size
        return block

    other[0] = changed(other[0], "dW1", nudge)
    assert digits(the_pair(given, one, other).difference) == pytest.approx(8, abs=0.01)


def test_the_worst_block_counts(mild: list[AskedProblem]) -> None:
    given = float64(mild)
    one, other = answers(backward, given), answers(backward, given)
    for k, name, by in ((1, "dW1", 1e-9), (8, "dW3", 1e-4), (3, "db2", 1e-6)):
        other[k] = changed(other[k], name, largest(lambda g, by=by: g * (1 + by)))
    pair = the_pair(given, one, other)
    assert digits(pair.difference) == pytest.approx(4, abs=0.01)
    assert (pair.output, pair.case) == ("dW3", str(given[8].problem.cases[0]))


# --- agreement is rounding -------------------------------------------------------------------------------------


def test_two_right_programs_agree(mild: list[AskedProblem]) -> None:
    """A program, and the truth rounded once: not the same bits, and within rounding in both dtypes."""
    found = pairs(mild, it=answers(backward, mild), truth=rounded(mild))
    assert [pair.agree for pair in found] == [True, True]
    assert all(0 < pair.difference < 1e-4 for pair in found)


@each(("times", "agree"), [(1.9, True), (2.1, False)])
def test_two_may_be_apart_by_twice_the_tolerance(times: float, agree: bool, mild: list[AskedProblem]) -> None:
    given = float64(mild)[:1]
    one, other = answers(backward, given), answers(backward, given)
    width = gradient_tolerances(given[0].problem)["dW2"].width[0]
    other[0] = changed(other[0], "dW2", lambda a: a + times * width)
    assert the_pair(given, one, other).agree is agree


# --- what no two programs can tell -----------------------------------------------------------------------------


def test_a_block_that_is_not_resolved_does_not_count() -> None:
    """db = [δ/2] of two examples that cancel: half of it is rounding, and one program may say so and another not."""
    given = [cancelling(1e-13)]
    width = gradient_tolerances(given[0].problem)["db1"].width[0]
    one, other = rounded(given), rounded(given)
    assert width > RESOLUTION * np.abs(one[0].blocks["db1"])
    other[0] = changed(other[0], "db1", lambda a: a + 1.5 * width)
    pair = the_pair(given, one, other)
    assert (pair.blocks, pair.difference, pair.agree) == (1, 0.0, True)  # dW1 alone
    other[0] = changed(other[0], "db1", lambda a: a + width)
    pair = the_pair(given, one, other)
    assert (pair.blocks, pair.output, pair.agree) == (2, "db1", False)  # beyond what rounding may do, it does


def test_a_block_that_is_resolved_counts() -> None:
    given = [cancelling(0.5)]
    one, other = rounded(given), rounded(given)
    other[0] = changed(other[0], "db1", lambda a: a * (1 + 1e-15))
    pair = the_pair(given, one, other)
    assert (pair.blocks, pair.output, pair.agree) == (2, "db1", True)
    assert pair.difference > 0


# --- what is not finite ----------------------------------------------------------------------------------------


@each("value", [np.nan, np.inf])
def test_what_only_one_of_them_calls_not_finite_is_disagreement(value: float, mild: list[AskedProblem]) -> None:
    given = float64(mild)
    one, other = answers(backward, given), answers(backward, given)
    other[6] = changed(other[6], "db1", largest(lambda g: value))
    for pair in (the_pair(given, one, other), the_pair(given, other, one)):
        assert (pair.agree, digits(pair.difference)) == (False, 0.0)
        assert (pair.output, pair.case) == ("db1", str(given[6].problem.cases[0]))


@each("value", [np.nan, np.inf, -np.inf])
def test_the_same_that_is_not_finite_is_the_same(value: float, mild: list[AskedProblem]) -> None:
    given = float64(mild)
    one = answers(backward, given)
    one[6] = changed(one[6], "db1", largest(lambda g: value))
    pair = the_pair(given, one, dict(one))
    assert (pair.agree, digits(pair.difference)) == (True, np.inf)


def test_infinities_of_two_signs_differ(mild: list[AskedProblem]) -> None:
    given = float64(mild)
    one, other = answers(backward, given), answers(backward, given)
    one[6] = changed(one[6], "db1", largest(lambda g: np.inf))
    other[6] = changed(other[6], "db1", largest(lambda g: -np.inf))
    pair = the_pair(given, one, other)
    assert (pair.agree, digits(pair.difference)) == (False, 0.0)


# --- who, and over what ----------------------------------------------------------------------------------------


def test_dtypes_are_kept_apart(mild: list[AskedProblem]) -> None:
    one, other = answers(backward, mild), answers(backward, mild)
    k = next(k for k, a in enumerate(mild) if a.problem.shape.dtype == "float32")
    other[k] = changed(other[k], "dW3", largest(lambda g: g * 1.001))
    wide, narrow = pairs(mild, one=one, other=other)
    assert (wide.dtype, wide.agree, wide.difference) == ("float64", True, 0.0)
    assert (narrow.dtype, narrow.agree, narrow.output) == ("float32", False, "dW3")
    assert wide.cases + narrow.cases == len(mild)
    assert digits(narrow.difference) == pytest.approx(3, abs=0.01)


def test_three_targets_are_three_pairs(mild: list[AskedProblem]) -> None:
    given = float64(mild)
    right, alike, wrong = (answers(backward, given) for _ in range(3))
    wrong[0] = changed(wrong[0], "dW1", lambda a: 2 * a)
    found = pairs(given, right=right, wrong=wrong, alike=alike)
    assert [(p.first, p.second) for p in found] == list(combinations(("right", "wrong", "alike"), 2))
    assert [p.agree for p in found] == [False, True, False]


def test_only_what_both_answered_is_compared(mild: list[AskedProblem]) -> None:
    given = float64(mild)
    one, other = answers(backward, given), answers(backward, given)
    other[1] = changed(other[1], "dW1", lambda a: 2 * a)
    pair = the_pair(given, {k: one[k] for k in (0, 2, 3)}, {k: other[k] for k in (1, 2, 3, 4)})
    assert (pair.cases, pair.agree) == (2, True)
    half = {0: Answer({name: a for name, a in one[0].blocks.items() if name != "dW1"})}
    assert the_pair(given, half, {0: other[0]}).blocks == 5


def test_two_that_answered_nothing_in_common_make_no_pair(mild: list[AskedProblem]) -> None:
    one = answers(backward, mild)
    assert pairs(mild, one={0: one[0]}, other={1: one[1]}) == []
    assert pairs(mild, one=one, other={}) == []


def test_every_two_functions_are_compared_and_the_worst_two_are_named(mild: list[AskedProblem]) -> None:
    given = float64(mild)[:3]
    right, wrong = answers(backward, given), answers(backward, given)
    wrong[1] = changed(wrong[1], "db2", lambda a: 2 * a)
    found = agreement(
        ["one", "other"],
        given,
        {
            Participant("one", "plain"): right,
            Participant("one", "deep"): wrong,
            Participant("other", "backward"): right,
        },
    )
    (pair,) = found
    assert (pair.checks, pair.output, pair.agree) == (("deep", "backward"), "db2", False)
    assert (pair.cases, pair.blocks) == (3, 36)


def test_zero_and_zero_agree_and_zero_and_something_do_not() -> None:
    """A dead layer: the block's largest entry is 0, and so is what rounding may do."""
    given = asked([Case((3, 2, 2, 2), 8, keep_prob=0.1, bias="zero", seed=60)])
    one, other = answers(backward, given), answers(backward, given)
    name = next(name for name, a in one[0].blocks.items() if not a.any())
    assert the_pair(given, one, other).difference == 0
    other[0] = changed(other[0], name, lambda a: a + 1e-3)
    pair = the_pair(given, one, other)
    assert (pair.agree, pair.output) == (False, name)
    assert digits(pair.difference) == 0
