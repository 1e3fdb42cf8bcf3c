"""A case means the same arrays for years, alone or in a stack; what rounding could decide is drawn anew."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray

from reference.cases import problem as problem_module
from reference.cases.case import HIDDENS, OUTPUTS, Case
from reference.cases.problem import Problem, draw
from reference.judging.tolerance import magnitudes_of
from tests.folding import each
from tests.strategies import drawn, float64_of, small_cases


def arrays(problem: Problem) -> Iterator[NDArray]:
    yield from (problem.X, problem.Y, *(a for pair in problem.parameters for a in pair), *(problem.masks or ()))


def same_bits(one: Problem, other: Problem) -> bool:
    pairs = zip(arrays(one), arrays(other), strict=True)
    return all(a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes() for a, b in pairs)


# --- frozen draws -------------------------------------------------------------------------------------------


def test_the_draw_is_frozen() -> None:
    """RandomState(3): X, then W and b layer by layer, then Y, then the masks, each by NumPy's frozen stream."""
    problem = draw([Case.parse("dims=2,3,1 m=4 keep_prob=0.5 seed=3 scale=2")])
    (W1, b1), (W2, b2) = problem.parameters
    assert problem.X[0].tolist() == PINNED["X"]
    assert W1[0].tolist() == PINNED["W1"]
    assert b1[0].tolist() == PINNED["b1"]
    assert W2[0].tolist() == PINNED["W2"]
    assert b2[0].tolist() == PINNED["b2"]
    assert problem.Y[0].tolist() == PINNED["Y"]
    assert problem.masks is not None
    assert problem.masks[0][0].astype(int).tolist() == PINNED["D1"]


PINNED = {
    "X": [
        [1.7886284734303186, 0.43650985051198943, 0.09649746807200862, -1.8634927033644908],
        [-0.27738820251439905, -0.35475897926898675, -0.08274148148245977, -0.6270006768238473],
    ],
    "W1": [
        [-0.08763633795185648, -0.9544360607190053],
        [-2.6277295067253643, 1.7692447609991693],
        [1.7626360844150597, 3.419146127305897],
    ],
    "b1": [[0.10006728435372042], [-0.8093548292017817], [-1.0907198952390609]],
    "W2": [[-2.525386881311563, 1.6041993025730608, -1.798035910712428]],
    "b2": [[-2.3700930540403458]],
    "Y": [[0.0, 0.0, 1.0, 1.0]],
    "D1": [[1, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]],
}


@each(("output", "pinned"), [("softmax", "SOFTMAX"), ("identity", "IDENTITY")])
def test_the_labels_are_frozen(output: str, pinned: str) -> None:
    problem = draw([Case((1, 3), 4, output=output, seed=5)])
    assert problem.Y[0].tolist() == LABELS[pinned]


LABELS = {
    "SOFTMAX": [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]],
    "IDENTITY": [
        [-1.192764612421806, -0.2048765105875873, -0.3588289470012431, 0.6034716026094954],
        [-1.6647885294716944, -0.7001790376899514, 1.1513910094871702, 1.8573310072313118],
        [-1.5111795576883658, 0.6448475108927784, -0.9806078852186219, -0.8568531547160899],
    ],
}


def test_the_stream_is_RandomStates_in_the_documented_order() -> None:
    case = Case((2, 3, 2), 4, "relu", "sigmoid", keep_prob=0.5, scale=2.0, seed=11)
    problem, rng = draw([case]), np.random.RandomState(11)
    expected = [rng.standard_normal((2, 4))]
    for n_prev, n in ((2, 3), (3, 2)):
        expected += [rng.standard_normal((n, n_prev)) * (2.0 * np.sqrt(2 / n_prev)), rng.standard_normal((n, 1)) * 2.0]
    Y = rng.random_sample((2, 4)) < 0.5
    D = rng.random_sample((3, 4)) < 0.5
    assert problem.masks is not None
    got = [problem.X, *(a for pair in problem.parameters for a in pair)]
    assert all(np.array_equal(g[0], want) for g, want in zip(got, expected, strict=True))
    assert np.array_equal(problem.Y[0], Y)
    assert np.array_equal(problem.masks[0][0], D)


def test_a_zero_bias_changes_the_biases_alone() -> None:
    cases = [Case((3, 4, 2), 5, keep_prob=0.5, bias=bias, seed=3) for bias in ("random", "zero")]
    one, other = (draw([case]) for case in cases)
    assert all(b.any() for W, b in one.parameters)
    assert not any(b.any() for W, b in other.parameters)
    assert all(np.array_equal(W, V) for (W, _), (V, _) in zip(one.parameters, other.parameters, strict=True))
    assert np.array_equal(one.Y, other.Y)
    assert np.array_equal(one.masks[0], other.masks[0])


def test_neither_numpys_global_generator_nor_the_scratch_decides_anything() -> None:
    case = Case((3, 4, 2), 5, keep_prob=0.5, seed=3)
    before = np.random.get_state()[1].copy()
    used = np.random.RandomState(99)
    used.standard_normal(1001)  # an odd number: a spare normal is in the generator's pocket
    assert same_bits(draw([case], used), draw([case]))
    assert np.array_equal(before, np.random.get_state()[1])


# --- shapes and dtypes --------------------------------------------------------------------------------------


@given(case=small_cases())
@drawn(80)
def test_shapes_dtypes_and_labels(case: Case) -> None:
    problem = draw([case])
    dims, m = case.dims, case.m
    assert problem.X.shape == (1, dims[0], m)
    assert problem.Y.shape == (1, dims[-1], m)
    assert [W.shape for W, b in problem.parameters] == [(1, n, n_prev) for n_prev, n in itertools.pairwise(dims)]
    assert [b.shape for W, b in problem.parameters] == [(1, n, 1) for n in dims[1:]]
    if case.keep_prob < 1:
        assert [D.shape for D in problem.masks] == [(1, n, m) for n in dims[1:-1]]
        assert all(D.dtype == bool for D in problem.masks)
    else:
        assert problem.masks is None
    if case.output == "softmax":
        assert (problem.Y.sum(axis=-2) == 1).all()
    if case.output != "identity":
        assert np.isin(problem.Y, (0, 1)).all()


@each("dtype", ["float64", "float32"])
def test_arrays_are_read_only_and_in_the_cases_dtype(dtype: str) -> None:
    problem = draw([Case((3, 4, 2), 5, keep_prob=0.5, dtype=dtype, seed=k) for k in range(3)])
    assert not any(a.flags.writeable for a in arrays(problem))
    assert not any(a.flags.writeable for a in arrays(problem.at(1)))
    assert {a.dtype for a in arrays(problem)} == {np.dtype(dtype), np.dtype(bool)}
    with pytest.raises(ValueError, match="read-only"):
        problem.parameters[0][0][0, 0, 0] = 1


@given(case=small_cases())
@drawn(40)
def test_float32_is_float64_rounded_once(case: Case) -> None:
    wide = draw([case])
    narrow = draw([replace(case, dtype="float32")])
    if wide.nudged == narrow.nudged == 0:
        for a, b in zip(arrays(wide), arrays(narrow), strict=True):
            assert np.array_equal(a.astype(np.float32), b)
    for a, b in zip(float64_of(narrow)[:2], (narrow.X, narrow.Y), strict=True):
        assert a.dtype == np.float64
        assert np.array_equal(a, b)


# --- stacks -------------------------------------------------------------------------------------------------


@each("output", OUTPUTS)
@each("hidden", HIDDENS)
def test_a_stack_is_its_singles(hidden: str, output: str) -> None:
    cases = [
        Case((3, 4, 2), 5, hidden, output, lambd=k / 3, keep_prob=0.4 + k / 10, scale=1.0 + k, seed=k,
             bias=("zero", "random")[k % 2])
        for k in range(4)
    ]  # fmt: skip
    stack = draw(cases)
    assert stack.cases == tuple(cases)
    for k, case in enumerate(cases):
        single = draw([case])
        for part in (stack.at(k), stack.at(slice(k, k + 1))):
            assert same_bits(part, single)
            assert part.cases == (case,)
            assert part.lambd.tolist() == [case.lambd]
            assert part.keep_prob.tolist() == [case.keep_prob]
            np.testing.assert_allclose(magnitudes_of(part).dW[0], magnitudes_of(single).dW[0], rtol=1e-12)
            assert part.forward().Z[0].shape == single.forward().Z[0].shape
            assert magnitudes_of(part).amplification.shape == (1,)


def test_a_part_counts_from_the_end_as_python_does() -> None:
    stack = draw([Case((3, 4, 2), 5, seed=k) for k in range(3)])
    assert same_bits(stack.at(-1), stack.at(2))


@each("cases", [[], [Case((2, 1), 3), Case((2, 2), 3)], [Case((2, 1), 3), Case((2, 1), 4)]])
def test_a_stack_takes_cases_of_one_shape(cases: list[Case]) -> None:
    with pytest.raises(ValueError, match=r"cases of one shape; given [02]"):
        draw(cases)


# --- near-ties ----------------------------------------------------------------------------------------------

WIDE = 2e13  # for the allowance: |Z| ≤ 0.0044 Z̄ is near, then


@pytest.fixture
def near_ties_are_common(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problem_module, "ALLOWANCE", WIDE)


def near(problem: Problem) -> NDArray:
    """The columns that hold a near-tie, ``(G, m)``, with the allowance as it was made."""
    hit = np.zeros((len(problem.cases), problem.shape.m), dtype=bool)
    for Z, bar in zip(problem.forward().Z[:-1], magnitudes_of(problem).Z[:-1], strict=True):
        hit |= ((bar > 0) & (np.abs(Z) <= WIDE * problem.unit * bar)).any(axis=-2)
    return hit


CASES = [Case((3, 4, 3, 2), 6, seed=k) for k in range(40)]


def test_columns_with_near_ties_are_redrawn_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = draw(CASES)
    hit = near(plain)
    assert plain.nudged == 0
    assert 5 < hit.any(axis=-1).sum() < 35, "near-ties are neither rare nor everywhere: nothing is tested"
    monkeypatch.setattr(problem_module, "ALLOWANCE", WIDE)
    nudged = draw(CASES)
    moved = (nudged.X != plain.X).any(axis=-2)
    assert np.array_equal(moved, hit)  # those columns, and no other
    assert all(draw([case]).nudged >= columns.sum() for case, columns in zip(CASES, hit, strict=True))
    assert hit.sum(axis=-1).max() > 1
    assert not near(nudged).any()
    for a, b in zip(list(arrays(nudged))[1:], list(arrays(plain))[1:], strict=True):
        assert np.array_equal(a, b)


def test_a_tie_that_no_X_removes_is_drawn_anew_as_a_whole() -> None:
    """The one unit of layer 1 is dropped in some columns: what lies above sees biases alone there."""
    cut_off = Case((2, 1, 22, 20, 21), 14, keep_prob=0.667, dtype="float32", seed=631919250)
    problem, again = draw([cut_off]), draw([cut_off])
    assert problem.nudged > 0
    for Z, bar in zip(problem.forward().Z[:-1], magnitudes_of(problem).Z[:-1], strict=True):
        assert not ((bar > 0) & (np.abs(Z) <= problem.C * problem.unit * bar)).any()
    assert all(np.array_equal(a, b) for a, b in zip(arrays(problem), arrays(again), strict=True))


@pytest.mark.usefixtures("near_ties_are_common")
def test_a_nudged_stack_is_its_nudged_singles() -> None:
    stack, singles = draw(CASES), [draw([case]) for case in CASES]
    assert stack.nudged == sum(single.nudged for single in singles) > 0
    assert all(same_bits(stack.at(k), single) for k, single in enumerate(singles))
    assert all(np.array_equal(stack.forward().Z[0][k], single.forward().Z[0][0]) for k, single in enumerate(singles))


@pytest.mark.usefixtures("near_ties_are_common")
@each("hidden", ["tanh", "sigmoid", "softplus", "identity"])
def test_smooth_networks_have_no_ties(hidden: str) -> None:
    assert draw([Case((3, 4, 3, 2), 6, hidden, seed=k) for k in range(20)]).nudged == 0


@pytest.mark.usefixtures("near_ties_are_common")
def test_exact_ties_are_kept() -> None:
    """Zero biases and a dropped column: Z and Z̄ are both zero, and no rounding can move them."""
    problem = draw([Case((3, 4, 3, 2), 6, keep_prob=0.3, bias="zero", seed=k) for k in range(20)])
    ties = [(Z == 0) & (bar == 0) for Z, bar in zip(problem.forward().Z, magnitudes_of(problem).Z, strict=True)]
    assert ties[1].any()
    assert not near(problem).any()


def test_without_ties_being_made_common_there_are_none() -> None:
    assert draw([Case((3, 4, 3, 2), 6, seed=k) for k in range(500)]).nudged == 0


def test_a_case_that_stays_near_a_tie_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problem_module, "ALLOWANCE", 1e20)
    monkeypatch.setattr(problem_module, "NUDGES", 3)
    with pytest.raises(ValueError, match=r"3 new draws .* kink: dims=2,2,1 m=2 .* seed=1"):
        draw([Case((2, 2, 1), 2, seed=1)])


def test_unit_and_allowance_are_the_dtypes_and_the_shapes() -> None:
    assert draw([Case((2, 1), 3)]).unit == np.finfo(np.float64).eps
    problem = draw([Case((2, 100, 1), 3, dtype="float32")])
    assert problem.unit == np.finfo(np.float32).eps
    assert problem.C == 164
