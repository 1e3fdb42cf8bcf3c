"""Which of the plans that run have a vote, and what speaks against them; values of other ranges, and when."""

from __future__ import annotations

import numpy as np
import pytest

from reference.interface.pair import PairKind
from reference.pairs.inputs.cases.case import case_of
from reference.pairs.inputs.cases.case_line import line_of, parse
from reference.pairs.inputs.cases.drawing import draw_of
from reference.pairs.inputs.plans.ordered import plans_of
from reference.pairs.inputs.plans.substitutes import may_help, substitutes
from reference.pairs.inputs.plans.voting import contradicting, voting
from reference.pairs.inputs.spec import Array, ChoiceSpec, Plan, Rank, ValueLaw, WholeNumber
from tests.reference.pairs.inputs.plans.test_plans import proposal

HOT, COLUMNS, BITS, INT = ValueLaw.ONE_HOT, ValueLaw.ONE_HOT_COLUMNS, ValueLaw.BITS, ValueLaw.LABELS


def plan(label: str, documented: tuple[str, ...] = (), **arrays: Array) -> Plan:
    return Plan(Rank.TRIED, label, arrays, documented=documented)


def labels_of(plans: list[Plan]) -> list[str]:
    return [one.label for one in plans]


def test_the_letters_of_sizes_make_no_other_meaning() -> None:
    one = plan("documented", z=Array(("batch", "classes")), y=Array(("batch", "classes"), HOT))
    other = plan("bits", z=Array(("N", "D")), y=Array(("N", "D"), BITS))
    assert labels_of(voting([one, other])) == ["documented"]
    windows = plan("windows", z=Array(("N", "D")), y=Array(("N", "M")))
    assert labels_of(voting([one, windows])) == ["documented", "windows"]


def test_classes_along_another_axis_are_another_meaning() -> None:
    rows = plan("rows", z=Array(("N", "D")), y=Array(("N", "D"), HOT))
    columns = plan("columns", z=Array(("D", "N")), y=Array(("D", "N"), COLUMNS))
    assert labels_of(voting([rows, columns])) == ["rows", "columns"]
    whole = plan("whole", z=Array(("N", "D")), y=Array(("N", "D"), INT, 2))
    assert labels_of(voting([whole, columns])) == ["whole", "columns"]


def test_a_single_number_has_a_vote_where_several_do_not_run() -> None:
    single, several = plan("one", x=Array(())), plan("rows", x=Array(("N", "D")))
    assert labels_of(voting([single, several])) == ["rows"]
    assert labels_of(voting([single])) == ["one"]
    index = plan("one index", w=Array(("V", "D")), idx=Array((), INT, "V"))
    indices = plan("indices", w=Array(("V", "D")), idx=Array(("N",), INT, "V"))
    assert labels_of(voting([index, indices])) == ["indices"]
    one_example = plan("one example", x=Array(("D",)), y=Array((), INT, "D"))
    assert labels_of(voting([one_example, plan("rows", x=Array(("N", "D")), y=Array(("N",), INT, "D"))])) != ["rows"]


def test_a_single_example_has_a_vote_where_several_do_not_run() -> None:
    one, several = plan("one", x=Array((1, "D")), b=Array((1, "M"))), plan("rows", x=Array(("N", "D")), b=Array(("M",)))
    assert labels_of(voting([one, several])) == ["rows"]
    assert labels_of(voting([one])) == ["one"]
    column = plan("column", x=Array(("D", 1)), b=Array(("M", 1)))
    assert labels_of(voting([column, several])) == ["column", "rows"]


def test_what_goes_against_the_documents_is_doubted() -> None:
    said = plan("documented", ("y",), z=Array(("N", "D")), y=Array(("N", "D"), HOT))
    integers = plan("integers", z=Array(("N", "D")), y=Array(("N", 1), INT, "D"))
    assert contradicting([said, integers]) == {"documented": 0, "integers": 1}


def test_labels_of_more_axes_than_run_are_doubted_and_indices_are_not() -> None:
    flat, column = plan("flat", y=Array(("N",), INT, "C")), plan("column", y=Array(("N", 1), INT, "C"))
    assert contradicting([flat, column]) == {"flat": 0, "column": 1}
    one, many = plan("one", idx=Array(("N",), INT, "V")), plan("many", idx=Array(("N", "T"), INT, "V"))
    assert contradicting([one, many]) == {"one": 0, "many": 0}


def test_values_of_another_range_help_where_shapes_are_not_the_trouble() -> None:
    first = Plan(Rank.TRIED, "rows", {"x": Array(("N", "D")), "p": ChoiceSpec((0.75, 0.25))})
    found = {one.label: one for one in substitutes(first)}
    assert list(found) == ["rows-positive", "rows-inner", "rows-unit", "rows-whole"]
    assert found["rows-whole"].arguments["p"] == ChoiceSpec((2, 1))
    assert all(one.instead_of == "rows" for one in found.values())
    for failure, inner, whole in (
        ("is not finite on its way forward", True, False),
        ("raised TypeError in line 3: `pad_width` must be of integral type.", True, True),
        ("raised TypeError in line 3: 'float' object cannot be interpreted as an integer", True, True),
        ("raised IndexError in line 3: arrays used as indices must be of integer (or boolean) type", False, False),
        ("raised ValueError in line 3: shapes (2,3) and (4,5) not aligned", False, False),
    ):
        assert may_help(found["rows-inner"], failure) is inner
        assert may_help(found["rows-whole"], failure) is whole


def test_entries_of_an_inner_domain_stay_in_it_and_come_back_from_their_line() -> None:
    (inner,) = [one for one in plans_of(proposal("x")) if one.label == "rows-inner"]
    case = case_of("f_backward", inner, {"N": 40, "D": 30}, {}, seed=4)
    drawn = draw_of(case).arguments["x"]
    assert -0.95 <= drawn.min() < -0.8
    assert 0.8 < drawn.max() <= 0.95
    again = draw_of(parse(line_of(case, [inner]), [inner], "f_backward")).arguments["x"]
    np.testing.assert_array_equal(again, drawn)


@pytest.mark.parametrize("how", ["p: int > 0", "p: an integer"])
def test_a_number_that_is_said_to_be_whole_is_whole(how: str) -> None:
    found = plans_of(proposal("X p", documents=(f"X: (N, D)\n{how}",)))
    assert found[0].arguments["p"] == ChoiceSpec((2, 1))
    assert plans_of(proposal("X p"))[0].arguments["p"] == ChoiceSpec((0.75, 0.25))


def test_a_number_that_counts_is_whole() -> None:
    found = plans_of(proposal("X p", asked={"p": {"counts": True}}))
    assert all(one.arguments["p"] == ChoiceSpec((2, 1)) for one in found)


def test_a_weight_that_is_said_to_be_a_number_is_one() -> None:
    (first, *_) = plans_of(proposal("x w", documents=("x: (N, D), w: scalar",)))
    assert first.rank is Rank.DOCUMENTED
    assert first.arguments["w"] == Array(())


def test_what_is_looked_up_in_has_a_row_for_every_index() -> None:
    found = plans_of(proposal("x idx", asked={"idx": {"indexes": True}}))
    assert {"x": Array(("V", "D")), "idx": Array(("N",), INT, "V")} in [one.arguments for one in found]
    said = plans_of(proposal("x idx", documents=("Rows of x, (n, d), at the positions idx, (k,), 0 <= idx < n",)))
    assert said[0].arguments == {"x": Array(("n", "d")), "idx": Array(("k",), INT, "n")}


def test_labels_that_index_are_whole_beside_a_flat_vector_too() -> None:
    documents = ("theta: (num_classes * input_size,); data: (input_size, m); labels: (m,)",)
    asked = {"labels": {"indexes": True}}
    found = plans_of(proposal("theta num_classes input_size data labels", documents=documents, asked=asked))
    assert found[0].arguments["labels"] == Array(("m",), INT, "num_classes")


def test_the_channels_of_rows_are_their_features() -> None:
    found = {one.label: one for one in plans_of(proposal("x", kind=PairKind.CLASS, makes="channels"))}
    assert found["rows"].construct["channels"] == WholeNumber("D")
    assert found["images"].construct["channels"] == WholeNumber("C")
