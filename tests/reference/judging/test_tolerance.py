"""``compare`` says wrong where it is wrong, resolved where it could have said so, and nothing of the unit of J."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from manual_backprop.magnitudes import RESOLUTION
from reference.cases.case import Case
from reference.cases.problem import Problem, draw
from reference.judging.tolerance import Deviations, Tolerance, compare, magnitudes_of, project, tolerance
from tests.folding import each
from tests.strategies import drawn, with_arrays

PROBLEM = draw([Case((2, 3, 2), 4, "tanh", seed=s) for s in range(2)])
UNIT, TINY = float(np.finfo(np.float64).eps), float(np.finfo(np.float64).tiny)


def allowed(want: NDArray, *, unit: Any = 1e-10, C: int = 70, exact: Any = False, in_range: Any = True) -> Tolerance:
    full = [np.broadcast_to(np.asarray(value), want.shape) for value in (unit, exact, in_range)]
    return Tolerance(full[0].astype(float), C, full[1].astype(bool), full[2].astype(bool))


WANT = np.array([[[1.0, -2.0], [0.5, 0.0]], [[4.0, 3.0], [2.0, 1.0]]])


# --- wrong --------------------------------------------------------------------------------------------------


def test_what_is_equal_is_right() -> None:
    found = compare(WANT, WANT, allowed(WANT))
    assert not found.error.any()
    assert not found.wrong.any()
    assert found.resolved.all()


@each("index", list(np.ndindex(WANT.shape)))
def test_one_entry_beyond_the_tolerance_is_wrong_and_no_other(index: tuple[int, ...]) -> None:
    for units, wrong in ((69.0, False), (71.0, True), (-71.0, True), (-69.0, False)):
        got = WANT.copy()
        got[index] += units * 1e-10
        found = compare(got, WANT, allowed(WANT))
        assert found.wrong[index] == wrong
        assert found.wrong.sum() == wrong
        assert found.error[index] == pytest.approx(abs(units), rel=1e-4)


def test_errors_are_counted_in_units_entry_by_entry() -> None:
    unit = np.array([[[1e-10, 1e-9], [1e-8, 1e-7]]] * 2)
    found = compare(WANT + 3e-9, WANT, allowed(WANT, unit=unit))
    np.testing.assert_allclose(found.error[0].ravel(), [30, 3, 0.3, 0.03], rtol=1e-5)


@each("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_infinitely_wrong(value: float) -> None:
    got = WANT.copy()
    got[1, 0, 1] = value
    found = compare(got, WANT, allowed(WANT))
    assert found.error[1, 0, 1] == np.inf
    assert found.wrong.sum() == 1


@each(
    "value",
    [np.nan, np.inf],
)
def test_a_witness_that_is_not_finite_agrees_with_nothing(value: float) -> None:
    want = WANT.copy()
    want[1, 0, 1] = value
    found = compare(WANT, want, allowed(WANT))
    assert found.wrong[1, 0, 1]


def test_a_float32_quantity_is_compared_without_rounding_the_truth() -> None:
    want = np.full((1, 1, 1), 1.0 + 1e-9)
    found = compare(want.astype(np.float32), want, allowed(want, unit=1e-12))
    assert found.error.item() == pytest.approx(1e3, rel=1e-3)


# --- extra --------------------------------------------------------------------------------------------------


def test_extra_widens_the_tolerance_of_its_entry_alone() -> None:
    extra = np.zeros(WANT.shape)
    extra[0, 0, 0] = 1e-6
    found = compare(WANT + 1e-7, WANT, allowed(WANT), extra=extra)
    assert not found.wrong[0, 0, 0]
    assert found.wrong.sum() == WANT.size - 1
    assert compare(WANT + 2e-6, WANT, allowed(WANT), extra=extra).wrong.all()


def test_where_a_witness_is_silent_nothing_is_wrong_and_nothing_resolved() -> None:
    extra = np.zeros(WANT.shape)
    extra[0, 0, 0] = np.inf
    for got in (WANT + 1.0, np.full_like(WANT, np.nan), np.full_like(WANT, np.inf)):
        found = compare(got, WANT, allowed(WANT), extra=extra)
        assert not found.wrong[0, 0, 0]
        assert not found.resolved[0, 0, 0]
        assert found.error[0, 0, 0] == 0
        assert found.wrong.sum() == WANT.size - 1


# --- resolved -----------------------------------------------------------------------------------------------


def test_resolved_is_a_thousandth_of_the_largest_entry_of_ones_own_block() -> None:
    """The largest entries are 2 and 4: a width of 3e-3 is narrow for the second problem alone."""
    found = compare(WANT, WANT, allowed(WANT, unit=3e-3 / 70))
    assert not found.resolved[0].any()
    assert found.resolved[1].all()
    for width, resolved in ((0.99 * RESOLUTION, True), (1.01 * RESOLUTION, False)):
        assert compare(WANT, WANT, allowed(WANT, unit=2 * width / 70)).resolved[0].all() == resolved


def test_extra_counts_against_resolution() -> None:
    found = compare(WANT, WANT, allowed(WANT), extra=np.array([1e-4, 1e-2])[:, None, None])
    assert found.resolved[0].all()
    assert not found.resolved[1].any()


def test_an_exact_zero_is_resolved_and_takes_nothing_but_zero() -> None:
    zero = np.zeros((1, 2, 2))
    exact = allowed(zero, unit=TINY, exact=True)
    assert compare(zero, zero, exact).resolved.all()
    assert not compare(zero, zero, allowed(zero, unit=TINY)).resolved.any()
    assert not compare(zero + 60 * TINY, zero, exact).wrong.any()  # underflow, in another order
    assert compare(zero + 1e-300, zero, exact).wrong.all()
    assert not compare(zero, zero, exact, extra=1e-12).resolved.any()


def test_out_of_range_is_neither_wrong_nor_resolved() -> None:
    inside = np.ones(WANT.shape, bool)
    inside[0, 0, 1] = False
    got = WANT.copy()
    got[0, 0, 1] = np.inf
    found = compare(got, WANT, allowed(WANT, in_range=inside))
    assert not found.wrong.any()
    assert found.resolved.sum() == WANT.size - 1
    assert found.error[0, 0, 1] == 0
    huge = WANT.copy()
    huge[0, 0, 1] = 1e300  # does not make the rest of its block look resolved
    assert not compare(huge, huge, allowed(WANT, in_range=inside, unit=1e-2)).resolved[0].any()


# --- the tolerance itself -----------------------------------------------------------------------------------


def test_the_tolerance_is_C_u_M_and_the_unit_of_underflow() -> None:
    M = np.array([[[0.0, 1e-300, 1.0]], [[0.0, 1e-300, 1.0]]])
    for dtype in ("float64", "float32"):
        info, found = np.finfo(dtype), tolerance(PROBLEM, magnitudes_of(PROBLEM), M, dtype=dtype)
        amplification = magnitudes_of(PROBLEM).amplification[:, None, None]
        np.testing.assert_allclose(found.unit, float(info.eps) * M + float(info.tiny) * amplification)
        assert found.C == PROBLEM.C == 68
        assert np.array_equal(found.exact, M == 0)
        np.testing.assert_allclose(found.width, found.C * found.unit)


def test_the_dtype_is_the_cases_unless_told() -> None:
    narrow = draw([Case((2, 3, 2), 4, dtype="float32")])
    assert (
        tolerance(narrow, magnitudes_of(narrow), magnitudes_of(narrow).dW[0]).unit.max()
        > 1e8 * UNIT * magnitudes_of(narrow).dW[0].max()
    )
    wide = tolerance(narrow, magnitudes_of(narrow), magnitudes_of(narrow).dW[0], dtype="float64")
    np.testing.assert_allclose(wide.unit, UNIT * magnitudes_of(narrow).dW[0], rtol=1e-6)


def test_in_range_is_what_the_dtype_can_hold() -> None:
    M = np.array([1e30, 1e36, 1e37])[None, :, None]
    problem = PROBLEM.at(0)
    assert tolerance(problem, magnitudes_of(problem), M, dtype="float32").in_range.ravel().tolist() == [
        True,
        True,
        False,
    ]
    assert tolerance(problem, magnitudes_of(problem), M * 1e270, dtype="float64").in_range.ravel().tolist() == [
        True,
        True,
        False,
    ]


def test_magnitudes_of_any_rank_have_their_problems_amplification() -> None:
    for shape in ((2,), (2, 5), (2, 5, 3)):
        unit = tolerance(PROBLEM, magnitudes_of(PROBLEM), np.zeros(shape)).unit
        for g in range(2):
            assert (unit[g] == TINY * magnitudes_of(PROBLEM).amplification[g]).all()


# --- scale --------------------------------------------------------------------------------------------------


def verdicts(problem: Problem, g: NDArray, want: NDArray, bar: NDArray) -> Deviations:
    return compare(g, want, tolerance(problem, magnitudes_of(problem), bar))


@given(exponent=st.floats(-12, 12), seed=st.integers(0, 99), off=st.sampled_from([0.0, 1e-15, 1e-13, 1e-9, 1e-2]))
@drawn(100)
def test_verdicts_do_not_change_with_the_unit_of_the_cost(exponent: float, seed: int, off: float) -> None:
    rng, scale = np.random.RandomState(seed), 10.0**exponent
    want, bar = rng.standard_normal((2, 3, 2)), 10 ** rng.uniform(0, 14, (2, 3, 2))
    got = want * (1 + off * rng.standard_normal(want.shape))
    plain, scaled = verdicts(PROBLEM, got, want, bar), verdicts(PROBLEM, scale * got, scale * want, scale * bar)
    clear = np.abs(plain.error / PROBLEM.C - 1) > 0.1  # scaling rounds once more
    assert np.array_equal(plain.wrong[clear], scaled.wrong[clear])
    assert np.array_equal(plain.resolved, scaled.resolved)


@each("factor", [2.0**-40, 2.0**40])
def test_scaling_a_network_changes_no_verdict(factor: float) -> None:
    problem = draw([Case((2, 3, 2), 4, "tanh", "identity", seed=1)])
    *below, (W, b) = problem.parameters
    scaled = with_arrays(problem, Y=factor * problem.Y, parameters=(*below, (factor * W, factor * b)))
    for off in (0.0, 1e-13, 1e-12, 1e-3):
        found = []
        for p, size in ((problem, 1.0), (scaled, factor**2)):
            want = magnitudes_of(p).dW[0] / 7  # any numbers that scale as the gradient does
            assert magnitudes_of(p).dW[0].max() == pytest.approx(size * magnitudes_of(problem).dW[0].max(), rel=1e-12)
            found.append(compare(want * (1 + off), want, tolerance(p, magnitudes_of(p), magnitudes_of(p).dW[0])))
        assert np.array_equal(found[0].wrong, found[1].wrong)
        assert np.array_equal(found[0].resolved, found[1].resolved)


# --- directions ---------------------------------------------------------------------------------------------


def test_project_is_the_inner_product_over_all_blocks() -> None:
    rng = np.random.RandomState(0)
    blocks = [rng.standard_normal((2, 3, 4)), rng.standard_normal((2, 1, 3))]
    V = [rng.standard_normal((5, 2, 3, 4)), rng.standard_normal((5, 2, 1, 3))]
    got = project(blocks, V)
    assert got.shape == (5, 2)
    for s in range(5):
        for g in range(2):
            want = sum(float(np.vdot(block[g], v[s, g])) for block, v in zip(blocks, V, strict=True))
            assert got[s, g] == pytest.approx(want, rel=1e-13)
