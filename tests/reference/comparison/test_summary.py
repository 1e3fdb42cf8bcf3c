"""The sentences: who is right, who is the odd one out, who follows another convention, and who was not compared."""

from __future__ import annotations

from typing import Any

from reference.comparison.agreement import Pair
from reference.comparison.summary import whole, words
from reference.report.models.base import Location
from reference.report.models.comparison import Accuracy, Standing
from reference.report.models.verification import CheckResult, Finding
from tests.folding import each

CASE = "dims=2,3,1 m=4 seed=3"
SUMMED = "the losses are summed, not averaged"


def row(check: str, output: str, error: float, wrong: int = 0, dtype: str = "float64", case: str = CASE) -> Accuracy:
    return Accuracy(
        check=check, output=output, dtype=dtype, cases=9, coordinates=99, worst_ulps=2.0, median_ulps=0.5,
        worst_error=error, wrong_cases=wrong, case=case,
    )  # fmt: skip


def right(target: str, error: float = 0.5, **fields: Any) -> Standing:
    rows = [row("backward", "dW1", error), row("*", "dW1", error), row("*", "*", error)]
    return Standing(target=target, verdict="pass", cases=9, accuracy=rows, **fields)


def wrong(target: str, **fields: Any) -> Standing:
    rows = [
        row("backward", "dW1", 0.5),
        row("backward", "dW2", 4.5e15, wrong=7),
        row("deep", "db2", 3e9, wrong=2),
        row("*", "dW2", 4.5e15, wrong=7),
        row("*", "*", 4.5e15, wrong=7),
    ]
    return Standing(target=target, verdict="fail", cases=9, accuracy=rows, error="not within rounding", **fields)


def pair(first: str, second: str, difference: float, *, agree: bool = True, dtype: str = "float64") -> Pair:
    return Pair(first, second, dtype, 9, 54, difference, "dW2", ("backward", "backward"), CASE, agree)


def found(text: str = "the value × 2", severity: Any = "error", location: Location | None = None) -> list[CheckResult]:
    finding = Finding(code="MB101", severity=severity, certainty="exactly", text=text, location=location)
    return [CheckResult(check="backward", output="dW2", verdict="fail", findings=[finding])]


# --- who is right ----------------------------------------------------------------------------------------------


def test_a_single_target_that_is_right() -> None:
    assert words([right("mine", 1.25)], []) == ["mine is within 1.2 u·M of the truth."]


def test_two_that_are_right_agree_and_the_worse_one_counts() -> None:
    said = words([right("a", 0.5), right("b", 2.0)], [pair("a", "b", 1e-12)])
    assert said == ["a and b agree with each other to at least 12.0 digits, and are within 2 u·M of the truth."]


def test_of_three_the_two_that_are_furthest_apart_count() -> None:
    pairs = [pair("a", "b", 1e-15), pair("a", "c", 1e-11), pair("b", "c", 1e-13)]
    (said,) = words([right("a"), right("b"), right("c")], pairs)
    assert said.startswith("a, b and c agree with each other to at least 11.0 digits")


def test_digits_are_those_of_the_right_ones_in_double_precision() -> None:
    pairs = [pair("a", "b", 1e-12), pair("a", "b", 1e-5, dtype="float32"), pair("a", "bad", 0.5, agree=False)]
    said = words([right("a"), right("b"), wrong("bad")], pairs)
    assert "at least 12.0 digits" in said[0]
    assert "bad" not in said[0]


def test_two_that_were_asked_nothing_in_common_are_right_and_no_more() -> None:
    assert words([right("a"), right("b")], []) == ["a and b are within 0.5 u·M of the truth."]


def test_two_whose_bits_are_all_alike_agree_in_all_digits() -> None:
    """There is no number of digits to tell."""
    (said,) = words([right("a"), right("b")], [pair("a", "b", 0.0)])
    assert "inf" not in said
    assert "all" in said or "bit" in said


def test_where_nobody_knew_the_truth_nothing_is_said_of_it() -> None:
    silent = Standing(target="mine", verdict="pass", cases=9)
    assert words([silent], []) == ["mine is right."]


# --- who is not ------------------------------------------------------------------------------------------------


def test_the_odd_one_out_is_named_with_its_output_and_its_case() -> None:
    said = words([right("a"), wrong("bad"), right("b")], [pair("a", "b", 1e-12)])
    assert said[1] == f"bad is the odd one out: dW2 of backward is off by 4.5e+15 u·M at {CASE}."
    assert said[0].startswith("a and b agree")
    assert len(said) == 2


def test_with_a_finding_the_odd_one_out_is_named_with_code_cause_and_line() -> None:
    place = Location(file="mine.ipynb", cell=4, line=19)
    bad = wrong("bad", checks=found("the value × 2, on 3 of 3 probes", location=place))
    said = words([right("a"), right("b"), bad], [])
    assert said[1] == "bad is the odd one out: MB101, the value × 2 (mine.ipynb, cell 4, line 19)."
    bad = wrong("bad", checks=found(location=Location(file="mine.py", line=7)))
    assert words([right("a"), right("b"), bad], [])[1].endswith("the value × 2 (mine.py, line 7).")


def test_a_warning_is_no_cause() -> None:
    bad = wrong("bad", checks=found("digits lost", severity="warning"))
    (said,) = words([bad], [])
    assert said == f"bad is wrong: dW2 of backward is off by 4.5e+15 u·M at {CASE}."


@each("others", [[], [right("a")], [right("a"), right("b", conventions=[SUMMED])]])
def test_nobody_is_odd_among_fewer_than_two(others: list[Standing]) -> None:
    assert words([*others, wrong("bad")], [])[-1].startswith("bad is wrong: ")


def test_two_that_are_wrong_alike_are_said_to_be() -> None:
    standings = [right("a"), right("b"), wrong("bad"), wrong("worse")]
    pairs = [
        pair("a", "b", 1e-12),
        pair("a", "bad", 0.5, agree=False),
        pair("bad", "worse", 1e-14),
        pair("bad", "worse", 1e-6, dtype="float32"),
    ]
    said = words(standings, pairs)
    assert said[1].startswith("bad is wrong: ")
    assert said[2].startswith("worse is wrong: ")
    assert said[3:] == ["bad and worse are wrong alike: they agree to 14.0 digits."]


def test_two_that_are_wrong_each_in_its_way_are_not_alike() -> None:
    pairs = [pair("bad", "worse", 0.3, agree=False)]
    assert len(words([wrong("bad"), wrong("worse")], pairs)) == 2


def test_two_that_are_wrong_in_the_same_bits_are_alike_in_all_digits() -> None:
    said = words([wrong("bad"), wrong("worse")], [pair("bad", "worse", 0.0)])[-1]
    assert said.startswith("bad and worse are wrong alike")
    assert "inf" not in said


def test_one_that_answered_nothing_of_use_is_wrong_in_the_words_of_its_error() -> None:
    failing = Standing(target="bad", verdict="fail", error="9 answers could not be compared: ValueError: no")
    assert words([failing], []) == ["bad is wrong: 9 answers could not be compared: ValueError: no."]


# --- conventions -----------------------------------------------------------------------------------------------


def test_another_convention_is_right_in_it_and_no_odd_one_out() -> None:
    other = right("sum", 1e15, conventions=[SUMMED, "biases are decayed too"])
    said = words([right("a"), right("b"), other], [pair("a", "b", 1e-12), pair("a", "sum", 0.5, agree=False)])
    assert said[1] == (
        f"sum follows another convention, and is right in it: {SUMMED}; biases are decayed too."
    )  # fmt: skip
    assert len(said) == 2
    assert "within 0.5 u·M" in said[0]  # of those that follow the course


def test_one_that_is_wrong_beside_a_convention_is_wrong() -> None:
    assert words([wrong("bad", conventions=[SUMMED])], [])[0].startswith("bad is wrong: ")


# --- who was not compared --------------------------------------------------------------------------------------


def test_who_was_not_compared_is_said_with_the_reason() -> None:
    gone = Standing(target="gone", verdict="error", error="there is no such file")
    empty = Standing(target="empty", verdict="inconclusive", error="it exports nothing")
    said = words([gone, right("a"), empty], [])
    assert said == [
        "a is within 0.5 u·M of the truth.",
        "gone is not compared: there is no such file.",
        "empty is not compared: it exports nothing.",
    ]
    assert words([gone], []) == said[1:2]


def test_nothing_is_nothing() -> None:
    assert words([], []) == []


# --- the row of everything -------------------------------------------------------------------------------------


def test_the_row_of_everything_is_the_one_in_double_precision_where_there_is_one() -> None:
    rows = [row("*", "*", 9.0, dtype="float32"), row("*", "dW1", 1.0), row("backward", "*", 2.0), row("*", "*", 3.0)]
    both = Standing(target="a", verdict="pass", accuracy=rows)
    narrow = Standing(target="a", verdict="pass", accuracy=rows[:3])
    nothing = Standing(target="a", verdict="pass", accuracy=rows[1:3])
    assert [getattr(whole(s), "worst_error", None) for s in (both, narrow, nothing)] == [3.0, 9.0, None]
