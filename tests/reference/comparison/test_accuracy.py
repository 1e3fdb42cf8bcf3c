"""ULPs and units of u · M are counted to the truth: what rounds once has half of one, and what is off is counted."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from reference.cases.case import DTYPES, Case
from reference.cases.problem import Problem
from reference.comparison.accuracy import ALL, CONDITION, AccuracyRow, accuracy, errors
from reference.comparison.answers import Answer, Participant
from reference.comparison.pool import AskedProblem
from reference.judging.tolerance import gradient_tolerances, magnitudes_of
from tests.folding import each
from tests.reference.comparison.asking import MILD, answers, asked, cancelling, changed, everything, only, rounded
from tests.reference.comparison.variants import backward


@pytest.fixture(scope="module")
def mild() -> list[AskedProblem]:
    """Every activation with every output in both dtypes; nothing is degenerate."""
    return asked(MILD)


def table(given: list[AskedProblem], found: dict[int, Answer]) -> dict[tuple[str, str], AccuracyRow]:
    """By dtype and output."""
    return {(row.dtype, row.output): row for row in accuracy(given, only("it", found)) if row.who.check == ALL}


def one_off(answer: Answer, count: int = 1) -> Answer:
    """Every entry of every block, so many ULPs further from zero."""
    blocks = answer.blocks
    for _ in range(count):
        blocks = {name: np.nextafter(a, np.copysign(np.inf, a), dtype=a.dtype) for name, a in blocks.items()}
    return Answer(blocks)


# --- ULPs ------------------------------------------------------------------------------------------------------


@each("dtype", DTYPES)
def test_the_truth_rounded_once_is_off_by_half_an_ulp_at_most(dtype: str) -> None:
    given = [one for one in everything() if one.problem.shape.dtype == dtype]
    rows = table(given, rounded(given))
    assert {key for key, _ in rows} == {dtype}
    for row in rows.values():
        assert row.worst_ulps <= 0.5
        assert row.wrong == 0
    assert rows[dtype, ALL].worst_ulps > 0.3
    assert rows[dtype, ALL].cases > 10


@each("dtype", DTYPES)
def test_one_ulp_is_one_ulp(dtype: str, mild: list[AskedProblem]) -> None:
    given = [one for one in mild if one.problem.shape.dtype == dtype]
    exact = rounded(given)
    for count in (1, 2, 20):
        row = table(given, {k: one_off(answer, count) for k, answer in exact.items()})[dtype, ALL]
        assert count - 0.5 <= row.median_ulps <= row.worst_ulps <= count + 0.5
        assert row.wrong == 0


def test_a_single_ulp_in_a_single_entry_is_seen(mild: list[AskedProblem]) -> None:
    exact = rounded(mild)
    spoilt = {**exact, 3: changed(exact[3], "db3", lambda a: np.nextafter(a, 2 * a))}
    before, after = table(mild, exact)["float64", "db3"], table(mild, spoilt)["float64", "db3"]
    assert before.worst_ulps <= 0.5 < after.worst_ulps <= 1.5


def test_float32_is_judged_on_its_own_scale(mild: list[AskedProblem]) -> None:
    """Rounded to float32 on the way, a float64 answer is 2²⁹ ULPs off, a float32 answer none."""
    rows = table(mild, rounded(mild, "float32"))
    assert rows["float32", ALL].worst_ulps <= 0.5
    assert rows["float32", ALL].wrong == 0
    assert 2**27 < rows["float64", ALL].worst_ulps <= 2**28
    assert rows["float64", ALL].wrong == rows["float64", ALL].cases == len(MILD) / 2


def test_each_dtype_has_rows_of_its_own(mild: list[AskedProblem]) -> None:
    rows = table(mild, rounded(mild))
    names = [f"{kind}{l}" for l in (1, 2, 3) for kind in ("dW", "db")]
    assert rows.keys() == set(itertools.product(DTYPES, [*names, ALL]))


# --- what cancels ----------------------------------------------------------------------------------------------


def test_what_cancels_is_left_out_of_ulps_and_not_of_units() -> None:
    given = [cancelling(2.0**-20)]
    problem, exact = given[0].problem, rounded(given)
    assert np.allclose(exact[0].blocks["dW1"], [[2.0**-21, 1 - 2.0**-21]], rtol=1e-12)
    unit, C = float(gradient_tolerances(problem)["dW1"].unit[0, 0, 0]), problem.C

    def spoilt(units: float, j: int) -> AccuracyRow:
        by = units * unit * (np.arange(2) == j)
        return table(given, {0: changed(exact[0], "dW1", lambda a: a + by)})["float64", "dW1"]

    for units in (2, C - 1, C + 1, 1000):
        row = spoilt(units, 0)
        assert row.worst_ulps <= 0.5
        assert row.worst_error == pytest.approx(units, rel=0.01)
        assert row.wrong == (units > C)
    assert spoilt(2, 1).worst_ulps > 2  # what does not cancel is counted
    assert spoilt(2, 0).coordinates == spoilt(2, 1).coordinates == 2


def test_how_much_may_cancel(mild: list[AskedProblem]) -> None:
    """An entry counts where M ≤ 100 |g|: one below and one above are told apart."""
    counted = {}
    for log in range(1, 20):
        δ = 2.0**-log
        problem, true, _ = one = cancelling(δ)
        assert true is not None
        found = errors(
            rounded([one])[0].blocks["db1"], true.total()["db1"], problem, gradient_tolerances(problem)["db1"]
        )
        assert found.units.size == 1
        M = float(magnitudes_of(problem).db[0][0, 0, 0])
        counted[M / (δ / 2)] = found.ulps.size
    assert all(size == (ratio <= CONDITION) for ratio, size in counted.items())
    assert set(counted.values()) == {0, 1}


# --- what is not finite ----------------------------------------------------------------------------------------


@each("value", [np.nan, np.inf, -np.inf])
@each("dtype", DTYPES)
def test_what_is_not_finite_is_wrong(value: float, dtype: str, mild: list[AskedProblem]) -> None:
    exact = rounded(mild)
    k = next(k for k, one in enumerate(mild) if one.problem.shape.dtype == dtype)

    def spoil(block: np.ndarray) -> np.ndarray:
        block.flat[-1] = value
        return block

    rows = table(mild, {**exact, k: changed(exact[k], "dW2", spoil)})
    assert {key: row.wrong for key, row in rows.items() if row.wrong} == {(dtype, "dW2"): 1, (dtype, ALL): 1}
    assert rows[dtype, "dW2"].worst_error == rows[dtype, "dW2"].worst_ulps == np.inf
    assert rows[dtype, "dW2"].case == str(mild[k].problem.cases[0])


def test_what_no_program_can_represent_is_asked_of_nobody() -> None:
    """Where C · M is beyond the largest number of the dtype, an infinity is as good as anything."""
    (one,) = asked([Case((3, 4, 2), 3, output="identity", scale=1e20, dtype="float32", seed=1)])
    assert one.truth is not None
    everywhere = {name: np.full(block.shape, np.inf, "float32") for name, block in one.truth.total().items()}
    rows = table([one], {0: Answer(everywhere)})
    in_range = sum(int(gradient_tolerances(one.problem)[name].in_range.sum()) for name in everywhere)
    assert sum(row.coordinates for (_, output), row in rows.items() if output == ALL) == in_range < 22


# --- what is wrong ---------------------------------------------------------------------------------------------


@each("factor", [2.0, 0.5, -1.0, 1 + 1e-9, 1 - 1e-9, 0.0])
def test_a_wrong_block_is_counted_in_every_case(factor: float, mild: list[AskedProblem]) -> None:
    given = [one for one in mild if one.problem.shape.dtype == "float64"]
    found = {k: changed(a, "dW2", lambda block: block * factor) for k, a in answers(backward, given).items()}
    rows = table(given, found)
    assert {output: row.wrong for (_, output), row in rows.items() if row.wrong} == {
        "dW2": len(given), ALL: len(given)
    }  # fmt: skip
    assert rows["float64", ALL].worst_error == rows["float64", "dW2"].worst_error


def test_the_median_is_that_of_every_entry_in_units_of_rounding(mild: list[AskedProblem]) -> None:
    given = [one for one in mild if one.problem.shape.dtype == "float64"]
    rows = table(given, answers(backward, given))
    assert all(0 <= row.median_error <= row.worst_error for row in rows.values())
    assert rows["float64", ALL].median_error < 1
    one_entry = {k: changed(a, "dW2", lambda b: b + (np.arange(b.size).reshape(b.shape) == 0))
                 for k, a in answers(backward, given).items()}  # fmt: skip
    spoilt = table(given, one_entry)["float64", "dW2"]
    assert spoilt.worst_error > 1e6
    assert spoilt.median_error < 1  # most entries are right
    doubled = {k: changed(a, "dW2", lambda b: 2 * b) for k, a in answers(backward, given).items()}
    assert table(given, doubled)["float64", "dW2"].median_error > 1e6


def test_only_what_is_wrong_is_counted(mild: list[AskedProblem]) -> None:
    found = answers(backward, mild)
    for k in (2, 5, 30):
        found[k] = changed(found[k], "db1", lambda block: block * 1.5)
    found[5] = changed(found[5], "dW3", lambda block: block * 1.5)
    rows = table(mild, found)
    assert {key: row.wrong for key, row in rows.items() if row.wrong} == {
        ("float64", "db1"): 2,
        ("float64", "dW3"): 1,
        ("float64", ALL): 2,
        ("float32", "db1"): 1,
        ("float32", ALL): 1,
    }


def test_a_right_program_is_right_over_the_whole_battery() -> None:
    rows = table(list(everything()), answers(backward, everything()))
    assert all(row.wrong == 0 for row in rows.values())
    assert rows["float64", ALL].cases + rows["float32", ALL].cases == len(everything())


def test_the_worst_case_is_named(mild: list[AskedProblem]) -> None:
    exact = rounded(mild)
    exact[4] = changed(exact[4], "dW1", lambda block: block * (1 + 1e-6))
    exact[7] = changed(exact[7], "db2", lambda block: block * (1 + 1e-3))
    rows = table(mild, exact)
    assert rows["float64", "dW1"].case == str(mild[4].problem.cases[0])
    assert rows["float64", "db2"].case == rows["float64", ALL].case == str(mild[7].problem.cases[0])


# --- the rows for all ------------------------------------------------------------------------------------------


def test_the_rows_for_all_add_up(mild: list[AskedProblem]) -> None:
    """Two functions of one target, on cases of which they share a few; a stranger beside them adds nothing."""
    right = answers(backward, mild)
    wrong = {k: changed(a, "dW2", lambda block: block * 3) for k, a in answers(backward, mild).items()}
    first, second = {k: right[k] for k in range(12)}, {k: wrong[k] for k in range(9, 24)}
    rows = accuracy(
        mild, {Participant("it", "one"): first, Participant("it", "two"): second, Participant("she", "one"): wrong}
    )
    assert {row.who for row in rows} == {Participant("it", c) for c in ("one", "two", ALL)} | {
        Participant("she", "one"),
        Participant("she", ALL),
    }
    mine = {(row.who.check, row.dtype, row.output): row for row in rows if row.who.target == "it"}
    for dtype in DTYPES:
        by_output = [row for (check, d, output), row in mine.items() if d == dtype and check == ALL and output != ALL]
        by_check = [row for (check, d, output), row in mine.items() if d == dtype and check != ALL and output == ALL]
        cells = [row for (check, d, output), row in mine.items() if d == dtype and check != ALL and output != ALL]
        whole = mine[ALL, dtype, ALL]
        for parts in (by_output, by_check, cells):
            assert whole.coordinates == sum(row.coordinates for row in parts)
            assert whole.worst_error == max(row.worst_error for row in parts)
            assert whole.worst_ulps == max(row.worst_ulps for row in parts)
            assert whole.case == max(parts, key=lambda row: row.worst_error).case
        assert whole.wrong == sum(row.wrong for row in by_check) == sum(row.wrong for row in by_output)
    assert (mine[ALL, "float64", ALL].cases, mine[ALL, "float64", ALL].wrong) == (18, 9)
    assert (mine[ALL, "float32", ALL].cases, mine[ALL, "float32", ALL].wrong) == (6, 6)
    assert mine["one", "float64", ALL].wrong == 0


def test_coordinates_are_the_entries_that_the_truth_was_asked_for() -> None:
    large = asked([Case((12, 20, 10, 3), 5, "tanh", "softmax", seed=3)])
    rows = table(large, answers(backward, large))
    assert rows["float64", "dW1"].coordinates == 24 < 240
    assert rows["float64", "db1"].coordinates == 20
    spoilt = {0: changed(answers(backward, large)[0], "dW1", lambda a: np.where(np.isnan(truth_of(large)), 7.0, a))}
    assert table(large, spoilt)["float64", "dW1"].wrong == 0  # what nobody knows is held against nobody
    spoilt = {0: changed(answers(backward, large)[0], "dW1", lambda a: np.where(np.isnan(truth_of(large)), a, 7.0))}
    assert table(large, spoilt)["float64", "dW1"].wrong == 1


def truth_of(given: list[AskedProblem]) -> np.ndarray:
    assert given[0].truth is not None
    return given[0].truth.total()["dW1"]


def test_without_a_truth_nothing_is_counted(mild: list[AskedProblem]) -> None:
    silent = [AskedProblem(problem, None, tolerances) for problem, _, tolerances in mild[:3]]
    assert accuracy(silent, only("it", answers(backward, silent))) == []


def test_what_was_not_returned_is_not_counted(mild: list[AskedProblem]) -> None:
    found = answers(backward, mild[:1])
    blocks = {name: a for name, a in found[0].blocks.items() if name != "dW2"}
    rows = table(mild[:1], {0: Answer(blocks)})
    assert ("float64", "dW2") not in rows
    assert rows["float64", ALL].coordinates == sum(a.size for a in blocks.values())


@each("problem", [one.problem for one in asked(MILD[:1])])
def test_the_tolerance_of_a_weight_holds_its_penalty(problem: Problem) -> None:
    """M of dW is that of the data term and of the L2 term; a bias has no penalty."""
    units = {name: gradient_tolerances(problem)[name].unit for name in ("dW1", "db1")}
    tiny = np.finfo(float).tiny * magnitudes_of(problem).amplification[0]
    assert np.allclose(
        units["dW1"], 2.0**-52 * (magnitudes_of(problem).dW[0] + magnitudes_of(problem).l2[0]) + tiny, rtol=1e-12
    )
    assert np.allclose(units["db1"], 2.0**-52 * magnitudes_of(problem).db[0] + tiny, rtol=1e-12)
    assert (magnitudes_of(problem).l2[0] > 0).all()
