"""Sizes, arrays and the line that stands for them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.pairs.inputs.cases.case import PairCase, case_of
from reference.pairs.inputs.cases.case_line import line_of, parse
from reference.pairs.inputs.cases.drawing import draw_of, milder
from reference.pairs.inputs.cases.search import explore, shrink
from reference.pairs.inputs.plans.bound import bound_inputs
from reference.pairs.inputs.sizes import choices_of, in_proportion
from reference.pairs.inputs.spec import (
    Array,
    ChoiceSpec,
    GeneratorSpec,
    Plan,
    Rank,
    ShapeSpec,
    SizeError,
    SpecGroup,
    ValueLaw,
    WholeNumber,
    WordForm,
    WordSpec,
    names_of,
    value_of_size,
)
from reference.pairs.inputs.tokens import CaseError
from tests.reference.pairs.inputs.plans.test_plans import proposal
from tests.strategies import drawn

CONFIG = SpecGroup({"stride": ChoiceSpec((2, 1)), "pad": ChoiceSpec((1, 0))})
CONV = Plan(
    Rank.DOCUMENTED,
    "documented",
    {"x": Array(("N", "C", "H", "W")), "w": Array(("F", "C", "HH", "WW")), "b": Array(("F",)), "conv": CONFIG},
    fits=(("H", "HH"), ("W", "WW")),
)
LOSS = Plan(
    Rank.TRIED,
    "rows-integers",
    {
        "x": Array(("N", "D")),
        "y": Array(("N",), ValueLaw.LABELS, "D"),
        "reg": ChoiceSpec((0.375, 2.5)),
        "rng": GeneratorSpec(),
        "params": SpecGroup({"W1": Array(("D", "4*H")), "b": Array(())}),
        "shape": ShapeSpec(("N", 2)),
        "mode": ChoiceSpec(("train", "test")),
        "ws": SpecGroup({"0": Array(("D",), ValueLaw.POSITIVE), "1": Array(("H",), ValueLaw.ONE_HOT)}, "list"),
    },
    {
        "n_in": WholeNumber("D"),
        "seed": ChoiceSpec((3,)),
        "act": ChoiceSpec(("relu",)),
        "h0": ChoiceSpec((None,)),
        "x": WholeNumber("H"),
    },
)
WORDS = Plan(
    Rank.TRIED,
    "word-vectors",
    {"table": Array(("V", "D")), **{str(form): WordSpec(form, "V") for form in WordForm}},
)
PLANS = [CONV, LOSS, WORDS]


def test_the_line_of_the_issue_is_read() -> None:
    case = parse("conv_backward x=2,3,7,5 w=4,3,3,2 b=4 stride=2 pad=1 seed=3", PLANS, "conv_backward")
    assert case.arguments["x"] == Array((2, 3, 7, 5))
    assert case.arguments["conv"] == SpecGroup({"stride": ChoiceSpec((2,)), "pad": ChoiceSpec((1,))})
    assert case.seed == 3
    assert line_of(case, PLANS) == "conv_backward x=2,3,7,5 w=4,3,3,2 b=4 stride=2 pad=1 seed=3"


@given(st.data())
@drawn(60)
def test_every_case_is_printed_and_read_back_exactly(data: st.DataObject) -> None:
    plan = data.draw(st.sampled_from(PLANS))
    chosen = data.draw(st.sampled_from(choices_of(plan)))
    sizes = data.draw(st.sampled_from(in_proportion(plan, chosen, 0, "distinct", 6)))
    case = case_of("Layer.backward", plan, sizes, chosen, seed=data.draw(st.integers(0, 2**32 - 1)))._replace(
        dtype=data.draw(st.sampled_from(["float64", "float32"])),
        ties=data.draw(st.booleans()),
        scale=data.draw(st.floats(1e-20, 1e20)),
    )
    for plans in (PLANS, PLANS[::-1]):
        assert parse(line_of(case, plans), plans, case.check) == case
    assert parse(line_of(case), PLANS, case.check) == case


@given(st.text(max_size=12), st.floats(allow_nan=False), st.integers())
@drawn(100)
def test_texts_and_numbers_survive_the_line(text: str, number: float, whole: int) -> None:
    plan = Plan(
        Rank.TRIED,
        "t",
        {"a": ChoiceSpec((text,)), "b": ChoiceSpec((number,)), "c": ChoiceSpec((whole,)), "d": ChoiceSpec(((1, 2),))},
    )
    case = case_of("f", plan, {}, seed=1)
    assert parse(line_of(case, [plan]), [plan], "f") == case


BAD = [
    ("other x=2,3,7,5 seed=3", "begins with conv"),
    ("conv x", "name=value"),
    ("conv x=2,3,7,5 w=4,3,3,2 b=4 stride=2 pad=1 seed=-1", "seed takes"),
    ("conv x=2,3,7,5 w=4,3,3,2 b=4 stride=2 pad=1 seed=1_0", "seed takes"),
    ("conv x=2,3,7,5 x=2,3,7,5 w=4,3,3,2 b=4 stride=2 pad=1", "twice"),
    ("conv x=2,3,7 w=4,3,3,2 b=4 stride=2 pad=1", "axes"),
    ("conv x=2,3,7,5 w=4,9,3,2 b=4 stride=2 pad=1", "both are C"),
    ("conv x=2,0,7,5 w=4,3,3,2 b=4 stride=2 pad=1", "from 1 to"),
    ("conv x=2,3,7,99999 w=4,3,3,2 b=4 stride=2 pad=1", "from 1 to"),
    ("conv x=4000,4000,4000,4 w=4,3,3,2 b=4 stride=2 pad=1", "entries"),
    ("conv x=2,3,7,5 w=4,3,3,2 b=4 stride=2", "needs pad"),
    ("conv x=2,3,7,5 w=4,3,3,2 b=4 stride=2 pad=1 colour=3", "'colour'"),
    ("conv x=2,3,7,5:purple w=4,3,3,2 b=4 stride=2 pad=1", "after a colon"),
    ("conv x=two w=4,3,3,2 b=4 stride=2 pad=1", "axes"),
    ("conv x=2,3,7,5 w=4,3,3,2 b=4 stride=f(2) pad=1", "it takes a number"),
    ("conv reading=dreamt x=2,3,7,5", "it takes one of documented"),
    ("conv x=2,3,7,5 w=4,3,3,2 b=4 stride=2 pad=1 dtype=int8", "dtype takes"),
    ("conv x=2,3,7,5 w=4,3,3,2 b=4 stride=2 pad=1 scale=nan", "scale takes"),
    ("conv x=2,3,7,5 w=4,3,3,2 b=4 stride=2 pad=1 ties=perhaps", "ties takes"),
]


BAD_WORDS = [
    (
        "f table=5,3 index=index<5 indices=indices<5 word=words<5 words=words<5 rows=rows<5 corpus=corpus<5",
        "takes word<",
    ),
    ("f table=5,3 index=index<5 indices=indices<5 word=word<5 words=words<5 rows=rows<6 corpus=corpus<5", "both are V"),
    (
        "f table=5,3 index=index<5 indices=indices<V word=word<5 words=words<5 rows=rows<5 corpus=corpus<5",
        "takes indices",
    ),
    ("f table=5,3 index=2 indices=indices<5 word=word<5 words=words<5 rows=rows<5 corpus=corpus<5", "takes index<"),
]


@pytest.mark.parametrize(("line", "said"), BAD_WORDS)
def test_words_are_of_one_vocabulary_in_the_form_that_is_wanted(line: str, said: str) -> None:
    with pytest.raises(CaseError, match=said):
        parse(line, [WORDS], "f")


@pytest.mark.parametrize(("line", "said"), BAD)
def test_a_line_that_is_none_is_told_in_one_line(line: str, said: str) -> None:
    with pytest.raises(CaseError, match=said) as error:
        parse(line, PLANS[:1], "conv")
    assert "\n" not in str(error.value)


def test_a_binding_is_read_with_letters_for_sizes() -> None:
    one = proposal("x w y reg", makes="n_in", owner="F")
    arguments, construct = bound_inputs(one, "x=N,D w=D, y=N,:int<C reg=0.5 n_in=D")
    assert arguments == {
        "x": Array(("N", "D")),
        "w": Array(("D",)),
        "y": Array(("N",), ValueLaw.LABELS, "C"),
        "reg": ChoiceSpec((0.5,)),
    }
    assert construct == {"n_in": WholeNumber("D")}
    with pytest.raises(CaseError, match="'z'"):
        bound_inputs(one, "z=N,D")


# --- sizes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("seed", range(5))
def test_no_two_sizes_are_equal(plan: Plan, seed: int) -> None:
    for sizes in in_proportion(plan, {}, seed, "distinct", 4):
        several = [size for size in sizes.values() if size > 1]
        assert len(set(several)) == len(several)


def test_one_size_is_1_now_and_then_but_no_number_of_classes() -> None:
    drawn_sizes = in_proportion(LOSS, {}, 0, "distinct", 12)
    assert any(1 in sizes.values() for sizes in drawn_sizes)
    assert all(sizes["D"] > 1 for sizes in drawn_sizes)


@pytest.mark.parametrize("how", ["distinct", "divisible", "even"])
def test_there_are_other_channels_in_a_group_than_groups(how: str) -> None:
    plan = Plan(Rank.TRIED, "groups", {"x": Array(("N", "C", "H", "W")), "groups": WholeNumber("G")})
    for seed in range(6):
        for sizes in in_proportion(plan, {}, seed, how, 4):
            assert sizes["C"] % sizes["G"] == 0
            assert len({sizes["N"], sizes["C"], sizes["G"], sizes["C"] // sizes["G"]}) >= 3
            assert sizes["C"] // sizes["G"] != sizes["G"] != sizes["C"]


@pytest.mark.parametrize(("stride", "pad"), [(2, 1), (1, 0), (3, 2)])
def test_windows_end_where_their_planes_end(stride: int, pad: int) -> None:
    chosen = {("conv", "stride"): stride, ("conv", "pad"): pad}
    for sizes in in_proportion(CONV, chosen, 0, "fitting", 4):
        for plane, window in CONV.fits:
            assert (sizes[plane] + 2 * pad - sizes[window]) % stride == 0
        assert sizes["H"] != sizes["W"]


def test_every_option_is_chosen_once() -> None:
    options = {value for chosen in choices_of(CONV) for value in chosen.items()}
    assert {(("conv", "stride"), 1), (("conv", "pad"), 0)} <= options


@pytest.mark.parametrize(("size", "value"), [(3, 3), ("N", 4), ("4*H", 20), ("C*H", 30), ("(H+1)*2", 12), ("H//2", 2)])
def test_a_size_may_be_an_expression(size: int | str, value: int) -> None:
    assert value_of_size(size, {"N": 4, "H": 5, "C": 6}) == value


@pytest.mark.parametrize("size", ["Q", "H/3", "1-H", "f(H)", "H**9", "a b", "__import__('os')"])
def test_what_is_no_size_is_refused(size: str) -> None:
    with pytest.raises(SizeError):
        value_of_size(size, {"H": 5})


def test_the_names_in_a_size() -> None:
    assert names_of("4*H + n_x") == ("H", "n_x")


# --- arrays ----------------------------------------------------------------------------------------------------------

EVERY = Plan(Rank.TRIED, "every", {str(law): Array(("N", "C"), law, "C") for law in ValueLaw})


def test_arrays_are_exact_in_float32_and_a_function_of_the_seed() -> None:
    case = case_of("f", EVERY, {"N": 6, "C": 4}, seed=7)
    one, same, other = draw_of(case), draw_of(case), draw_of(case._replace(seed=8))
    for name, array in one.arguments.items():
        assert np.array_equal(array, same.arguments[name])
        assert name == ValueLaw.ZERO or not np.array_equal(array, other.arguments[name]), name
        if array.dtype.kind == "f":
            assert array.dtype == np.float64
            assert np.array_equal(array.astype(np.float32), array)


def test_an_argument_is_the_same_whatever_stands_beside_it() -> None:
    alone = draw_of(PairCase("f", "t", {"x": Array((3, 2))}, seed=5)).arguments["x"]
    beside = draw_of(PairCase("f", "t", {"w": Array((9,)), "x": Array((3, 2))}, seed=5)).arguments["x"]
    assert np.array_equal(alone, beside)


@given(st.integers(0, 2**32 - 1), st.integers(2, 7), st.integers(2, 6))
@drawn(60)
def test_entries_obey_their_law(seed: int, n: int, c: int) -> None:
    made = draw_of(case_of("f", EVERY, {"N": n, "C": c}, seed=seed)).arguments
    assert set(np.unique(made[ValueLaw.SIGNS])) == {-1.0, 1.0}
    assert set(np.unique(made[ValueLaw.BITS])) == {0.0, 1.0}
    assert set(np.unique(made[ValueLaw.SPIKES])) == {0.0, 1.0}
    assert set(np.unique(made[ValueLaw.MASK])) == {False, True}
    assert made[ValueLaw.LABELS].dtype == np.int64
    assert made[ValueLaw.LABELS].min() >= 0
    assert made[ValueLaw.LABELS].max() < c
    assert 1 < len(np.unique(made[ValueLaw.LABELS])) < n * c  # different ones, and some that repeat
    assert made[ValueLaw.POSITIVE].min() > 0
    assert made[ValueLaw.UNIT].min() > 0
    assert made[ValueLaw.UNIT].max() < 1
    np.testing.assert_allclose(made[ValueLaw.ROWS].sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(made[ValueLaw.COLUMNS].sum(axis=0), 1, atol=1e-6)
    assert np.array_equal(made[ValueLaw.ONE_HOT].sum(axis=1), np.ones(n))
    assert np.array_equal(made[ValueLaw.ONE_HOT_COLUMNS].sum(axis=0), np.ones(c))


def test_ties_are_drawn_on_purpose_alone() -> None:
    case = PairCase("f", "t", {"x": Array((40,))}, seed=1)
    assert len(np.unique(draw_of(case).arguments["x"])) == 40
    assert len(np.unique(draw_of(case._replace(ties=True)).arguments["x"])) < 20


def test_milder_draws_are_nearer_to_zero() -> None:
    case = PairCase("f", "t", {"x": Array((40,))}, seed=1)
    assert np.array_equal(draw_of(milder(case)).arguments["x"] * 4, draw_of(case).arguments["x"])


def test_float32_is_drawn_on_request() -> None:
    made = draw_of(
        PairCase("f", "t", {"x": Array((4,)), "y": Array((4,), ValueLaw.LABELS, 3)}, dtype="float32")
    ).arguments
    assert made["x"].dtype == np.float32
    assert made["y"].dtype == np.int64


# --- searched --------------------------------------------------------------------------------------------------------


def test_hypothesis_visits_the_same_cases_for_the_same_seed() -> None:
    def visited(seed: int) -> list[PairCase]:
        found: list[PairCase] = []
        explore(CONV, "f", found.append, examples=12, seed=seed)
        return found

    assert visited(3) == visited(3) != visited(4)


def test_a_failing_case_becomes_small() -> None:
    sizes = in_proportion(LOSS, {}, 0, "distinct", 1)[0]
    case = case_of("f", LOSS, sizes, seed=77)
    small = shrink(LOSS, case, sizes, lambda c: c.arguments["x"].dims[0] >= 2, seed=0)
    assert small.arguments["x"].dims == (2, 1)
    assert small.seed == 0


@pytest.mark.parametrize("seed", range(4))
def test_features_that_heads_divide_are_as_many_as_nothing_else(seed: int) -> None:
    arrays = {"x": Array((1, "D")), "h": Array((1, "H"))}
    plan = Plan(Rank.TRIED, "rows", arrays, {"a": WholeNumber("D"), "b": WholeNumber("H")})
    for sizes in in_proportion(plan, {}, seed, "divisible", 3):
        assert len(set(sizes.values())) == len(sizes)
        assert sizes["D"] % 4 == 0
