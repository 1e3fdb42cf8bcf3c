"""Distances from the truth: exact answers, planted errors, another forward pass, and what no truth speaks of."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.comparison.pairs.asking import AnswerBeside, AskedDraw
from reference.comparison.pairs.given import First
from reference.comparison.pairs.measured import DrawSums, Measured, measured, rows_of
from reference.interface.pair import PairDraw
from reference.pairs.draws.observation import PairRun

TRUE = np.array([1.0, -2.0, 3.0, 0.5])
OUT = np.array([2.0, 4.0])
E = 3e-7  # what float32 leaves


def answer(dx: Any = TRUE, out: Any = OUT, truth: Any = TRUE, own_out: Any = None, **fields: Any) -> AnswerBeside:
    outputs = {} if truth is None else {"out": np.asarray(out if own_out is None else own_out, dtype=np.longdouble)}
    truths = {} if truth is None else {"dx": np.asarray(truth, dtype=np.longdouble)}
    double = {"out": np.asarray(out), "dx": np.asarray(dx)}
    return AnswerBeside(double, {}, truths, outputs, fields.pop("E", {"dx": E, "out": E}), 68.0, **fields)


def over(**answers: AnswerBeside | str) -> tuple[Measured, dict[str, Any]]:
    run = PairRun({}, [OUT], [OUT], {}, {})
    sums = DrawSums()
    found = measured("f", list(answers), [AskedDraw(First(PairDraw({}), run, "f x=4"), answers)], sums)
    rows = {t: {r.output: r for r in of if r.check == "*"} for t, of in rows_of(sums).items()}
    return found, rows


def test_an_exact_answer_is_no_unit_off() -> None:
    found, rows = over(a=answer(), b=answer())
    assert (found.wrong, found.other, found.unheard) == ({}, {}, set())
    assert rows["a"]["dx"].worst_error == rows["a"]["dx"].worst_ulps == rows["b"]["*"].own_error == 0.0
    assert found.agreement[0].agree
    assert found.agreement[0].digits == float("inf")


def test_one_unit_in_the_last_place_is_one_ulp_and_right() -> None:
    found, rows = over(a=answer(), b=answer(np.nextafter(TRUE, 9.0)))
    assert found.wrong == {}
    assert 0.99 < rows["b"]["dx"].worst_ulps < 1.01
    assert found.agreement[0].agree


def test_a_planted_error_is_wrong_and_no_rounding() -> None:
    found, rows = over(a=answer(), b=answer(2 * TRUE), c=answer())
    assert found.wrong == {"b": ["dx"]}
    assert rows["b"]["dx"].wrong_cases == 1
    assert [p.agree for p in found.agreement] == [False, True, False]


def test_a_planted_error_without_a_truth_of_its_own_is_held_to_the_first_ones() -> None:
    found, rows = over(a=answer(), b=answer(2 * TRUE, truth=None, E={}, refused="no"))
    assert found.wrong == {"b": ["dx"]}
    assert rows["b"]["dx"].own_error is None


def test_another_forward_pass_is_no_error_of_the_gradient() -> None:
    found, _ = over(a=answer(), b=answer(3 * TRUE, out=3 * OUT, truth=3 * TRUE))
    assert found.wrong == {}
    assert found.other["b"].startswith("its out is 3 times that of a")


def test_a_forward_pass_that_differs_somehow() -> None:
    found, _ = over(a=answer(), b=answer(out=OUT + np.array([0.0, 0.1])))
    assert "differs from that of a by 2.5e-02" in found.other["b"]


def test_nobody_with_a_truth_leaves_everybody_unheard() -> None:
    found, rows = over(a=answer(truth=None), b=answer(truth=None))
    assert found.unheard == {"a", "b"}
    assert rows == {}
    assert found.agreement[0].agree


def test_a_loss_of_digits_beyond_float32_accuses_nobody() -> None:
    found, _ = over(a=answer(1.1 * TRUE, E={"dx": 1.0, "out": E}))
    assert found.wrong == {}


def test_who_raised_costs_itself_alone() -> None:
    found, rows = over(a=answer(), b="it raises ValueError")
    assert set(rows) == {"a"}
    assert found.unheard == {"b"}
