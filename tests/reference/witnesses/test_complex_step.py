"""The complex step is the truth, so it stands against what subtracts, what differentiates, and its own naive forms.

No derivative is written here: long-double differences with Richardson's extrapolation come from a forward pass
written a second time.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from reference.cases.case import HIDDENS, OUTPUTS, Case
from reference.cases.problem import Problem, draw
from reference.judging.tolerance import magnitudes_of, project
from reference.witnesses import complex_step as step
from reference.witnesses.autodiff import autodiff
from tests.folding import each
from tests.strategies import drawn, seeds, with_arrays

REAL = np.longdouble
LONG = np.finfo(REAL).eps < np.finfo(np.float64).eps
wider = pytest.mark.skipif(not LONG, reason="long double is no wider than double here")


# --- a second forward pass, in long double -------------------------------------------------------------------


def logistic(Z: NDArray) -> NDArray:
    return (1 + np.tanh(Z / 2)) / 2


ACTIVATIONS: dict[str, Callable[[NDArray], NDArray]] = {
    "relu": lambda Z: np.maximum(Z, 0),
    "leaky_relu": lambda Z: np.maximum(Z, REAL(0.01) * Z),
    "tanh": np.tanh,
    "sigmoid": logistic,
    "softplus": lambda Z: np.logaddexp(Z, REAL(0)),
    "identity": lambda Z: Z,
}
LOSSES: dict[str, Callable[[NDArray, NDArray], NDArray]] = {
    "sigmoid": lambda Z, Y: (np.logaddexp(Z, REAL(0)) - Y * Z).sum(),
    "softmax": lambda Z, Y: np.logaddexp.reduce(Z, axis=0).sum() - (Y * Z).sum(),
    "identity": lambda Z, Y: ((Z - Y) ** 2).sum() / 2,
}


def cost(problem: Problem, g: int, t: Any, V: Any, s: int, *, data: bool = True) -> Any:
    """J at θ + t v in long double, for problem g and direction s."""
    A, m, squares = problem.X[g].astype(REAL), problem.shape.m, REAL(0)
    for l, ((W, b), (dW, db)) in enumerate(zip(problem.parameters, V, strict=True)):
        W_l, b_l = W[g] + t * dW[s, g], b[g] + t * db[s, g]
        squares = squares + (W_l * W_l).sum()
        Z = np.einsum("ij,jm->im", W_l, A) + b_l
        A = ACTIVATIONS[problem.shape.hidden](Z)
        if problem.masks is not None and l < len(problem.masks):
            A = A * problem.masks[l][g] / REAL(problem.keep_prob[g])
    if data:
        return LOSSES[problem.shape.output](Z, problem.Y[g].astype(REAL)) / m
    return REAL(problem.lambd[g]) / (2 * m) * squares


def richardson(problem: Problem, g: int, V: Any, s: int, **which: bool) -> Any:
    """Central differences at h, 2h and 4h, extrapolated twice: the error falls as h⁶."""
    D = []
    for h in (1e-3, 2e-3, 4e-3):
        D.append((cost(problem, g, h, V, s, **which) - cost(problem, g, -h, V, s, **which)) / (2 * REAL(h)))
    once = [(4 * D[0] - D[1]) / 3, (4 * D[1] - D[2]) / 3]
    return (16 * once[0] - once[1]) / 15


@wider
@each("output", OUTPUTS)
@each("hidden", HIDDENS)
def test_it_agrees_with_extrapolated_differences_in_long_double(hidden: str, output: str) -> None:
    cases = [Case((2, 3, 2, 2), 3, hidden, output, lambd=0.7, keep_prob=0.8, scale=0.5, seed=s) for s in (1, 2)]
    problem = draw(cases)
    probes = step.complex_step(problem, step.every_coordinate(problem))
    sizes = np.abs(probes.data).max(axis=0)
    smooth = np.abs(problem.forward().Z[0]).min() > 0.05 and np.abs(problem.forward().Z[1]).min() > 0.05
    checked = 0
    for g in range(2):
        for s in range(len(probes.data)):
            off = abs(richardson(problem, g, probes.V, s) - probes.data[s, g])
            if smooth or hidden not in ("relu", "leaky_relu"):
                assert off <= 1e-10 * sizes[g]
                checked += 1
            else:  # a step of 4e-3 may cross a kink: then differences say nothing
                checked += off <= 1e-10 * sizes[g]
            assert abs(richardson(problem, g, probes.V, s, data=False) - probes.l2[s, g]) <= 1e-12
    assert checked >= len(probes.data)


def flat(problem: Problem, blocks: Any) -> NDArray:
    """Per-layer (W, b) arrays ``(G, …)`` as coordinates in the order of ``every_coordinate``: ``(S, G)``."""
    parts = [block.reshape(len(problem.cases), -1) for pair in blocks for block in pair]
    return np.concatenate(parts, axis=-1).T


def bars(problem: Problem) -> NDArray:
    return flat(problem, zip(magnitudes_of(problem).dW, magnitudes_of(problem).db, strict=True))


@each("scale", [1e-3, 1.0, 30.0])
@each("output", OUTPUTS)
@each("hidden", HIDDENS)
def test_it_agrees_with_autodiff_to_rounding(hidden: str, output: str, scale: float) -> None:
    cases = [
        Case((2, 3, 2, 2), 4, hidden, output, lambd=0.7, keep_prob=0.7, bias="zero", scale=scale, seed=s)
        for s in range(4)
    ]
    problem = draw(cases)
    probes, ad = step.complex_step(problem, step.every_coordinate(problem)), autodiff(problem)
    assert probes.data.shape == probes.l2.shape == (23, 4)
    unit = 2.0**-52 * bars(problem) + np.finfo(float).tiny * magnitudes_of(problem).amplification
    assert (np.abs(probes.data - flat(problem, zip(ad.dW, ad.db, strict=True))) <= 16 * unit).all()
    l2 = flat(problem, [(dW, np.zeros_like(db)) for dW, db in zip(ad.l2, ad.db, strict=True)])
    assert (np.abs(probes.l2 - l2) <= 4e-16 * np.abs(l2)).all()


# --- directions ---------------------------------------------------------------------------------------------


@pytest.mark.slow
@each("hidden", HIDDENS)
@given(seed=seeds)
@drawn(10)
def test_sampled_directions_are_combinations_of_the_coordinates(hidden: str, seed: int) -> None:
    problem = draw([Case((2, 3, 2), 3, hidden, keep_prob=0.7, lambd=0.4, seed=(seed + k) % 2**32) for k in range(3)])
    every = step.complex_step(problem, step.every_coordinate(problem))
    V = step.sampled(problem, np.random.RandomState(0))
    some = step.complex_step(problem, V)
    for s in range(len(some.data)):
        v = flat(problem, [(W[s], b[s]) for W, b in V])
        for got, whole in ((some.data, every.data), (some.l2, every.l2)):
            terms = v * whole
            assert (np.abs(got[s] - terms.sum(axis=0)) <= 1e-15 * np.abs(v * bars(problem)).sum(axis=0) + 1e-16).all()


def test_every_coordinate_is_the_identity() -> None:
    problem = draw([Case((2, 3, 2), 3, seed=k) for k in range(2)])
    v = [flat(problem, [(W[s], b[s]) for W, b in step.every_coordinate(problem)]) for s in range(17)]
    assert np.array_equal(np.stack(v)[..., 0], np.eye(17))
    assert np.array_equal(np.stack(v)[..., 1], np.eye(17))


def test_sampled_directions_are_one_per_block_then_single_coordinates() -> None:
    problem = draw([Case((2, 3, 2), 3, seed=k) for k in range(5)])
    V = step.sampled(problem, np.random.RandomState(0))
    blocks = [block for pair in V for block in pair]
    assert all(block.shape[:2] == (4 + step.COORDINATES, 5) for block in blocks)
    for k, block in enumerate(blocks):
        for s in range(4):
            assert (block[s] != 0).all() == (s == k)
            assert (block[s] != 0).any() == (s == k)
    singles = sum((block[4:] != 0).sum(axis=(-2, -1)) for block in blocks)
    assert (singles == 1).all()
    assert all((block[4:] == (block[4:] != 0)).all() for block in blocks)


def test_every_block_is_hit_by_single_coordinates_in_time() -> None:
    problem = draw([Case((2, 3, 2), 3, seed=k) for k in range(200)])
    V = step.sampled(problem, np.random.RandomState(0))
    hits = [(block[4:] != 0).sum(axis=(0, 1)) for pair in V for block in pair]
    assert min(hit.min() for hit in hits) > 200 * step.COORDINATES / 17 / 2


def test_samples_depend_on_the_case_alone() -> None:
    problem = draw([Case((2, 3, 2), 3, seed=k) for k in range(3)])
    used = np.random.RandomState(5)
    used.standard_normal(3)
    one, other = step.sampled(problem, np.random.RandomState(0)), step.sampled(problem, used)
    assert all(np.array_equal(a, b) for x, y in zip(one, other, strict=True) for a, b in zip(x, y, strict=True))
    alone = step.sampled(problem.at(2), used)
    assert np.array_equal(alone[0][0][:, 0], one[0][0][:, 2])
    X_stream = draw([problem.cases[0]]).X[0].ravel()[:6]
    assert not np.isin(X_stream, one[0][0][0, 0].ravel().astype(float)).any()  # not the stream that drew the problem


# --- ties ---------------------------------------------------------------------------------------------------


def resting_on_a_kink() -> Problem:
    """Z_2 = 0 · A_1 = 0 exactly, above a first layer that is alive: only θ's own pattern decides."""
    problem, one = draw([Case((1, 1, 1, 1), 1, "relu", "identity", bias="zero", seed=0)]), np.ones((1, 1, 1))
    weights = (one, 0 * one, 2 * one)
    return with_arrays(problem, X=one, Y=3 * one, parameters=tuple((W, 0 * one) for W in weights))


def up_at_second_order(problem: Problem) -> Any:
    """Along this direction Z_2 = (−ih)(1 + ih): its real part is +h²."""
    V = [(np.zeros((1, *W.shape)), np.zeros((1, *b.shape))) for W, b in problem.parameters]
    V[0][0][...], V[1][0][...] = 1.0, -1.0
    return V


def test_a_step_squared_is_zero_so_that_ties_stay_ties() -> None:
    for real in (REAL, np.float64):
        assert step.step_of(real) > 0
        assert step.step_of(real) ** 2 == 0
    problem = resting_on_a_kink()
    assert (problem.forward().Z[1] == 0).all()
    V = up_at_second_order(problem)
    assert step.complex_step(problem, V).data == 0  # relu'(0) = 0: nothing passes
    assert carried_whole(problem, V, step.step_of(REAL)) == 0
    assert abs(carried_whole(problem, V, REAL(1e-30))) > 1


def carried_whole(problem: Problem, V: Any, h: Any) -> Any:
    """Im J(θ + ihv) / h of the data term, every function evaluated at every direction's own complex argument."""
    A = problem.X.astype(np.clongdouble)
    for l, ((W, b), (dW, db)) in enumerate(zip(problem.parameters, V, strict=True)):
        Z = (W + 1j * (h * dW.astype(REAL))) @ A + (b + 1j * (h * db.astype(REAL)))
        A = step.ACTIVATIONS[problem.shape.hidden](Z)
        if problem.masks is not None and l < len(problem.masks):
            A = A * (problem.masks[l] / problem.keep_prob.astype(REAL)[:, None, None])
    return step.LOSSES[problem.shape.output](Z, problem.Y).sum(axis=(-2, -1)).imag / problem.shape.m / h


@wider
@each("output", OUTPUTS)
@each("hidden", HIDDENS)
def test_one_evaluation_serves_all_directions(hidden: str, output: str) -> None:
    """Im f(x + ihy) = y Im f(x + ih), to the rounding of long double."""
    cases = [
        Case((4, 5, 3, 2), 6, hidden, output, keep_prob=keep, scale=scale, bias=bias, seed=seed)
        for seed, (keep, scale, bias) in enumerate(itertools.product((1.0, 0.5), (1.0, 30.0), ("random", "zero")))
    ]
    for case in cases:
        problem = draw([case])
        V = step.sampled(problem, np.random.RandomState())
        got, whole = step.complex_step(problem, V).data, carried_whole(problem, V, step.step_of(REAL))
        M = project(
            [
                np.concatenate([a, b], -1)
                for a, b in zip(magnitudes_of(problem).dW, magnitudes_of(problem).db, strict=True)
            ],
            [np.abs(np.concatenate(pair, -1)) for pair in V],
        )
        assert (np.abs(got - whole) <= 16 * np.finfo(REAL).eps * M + np.finfo(np.float64).tiny).all()


@each("output", OUTPUTS)
def test_the_slope_at_ties_is_the_left_one(output: str) -> None:
    """A leaky unit at Z = 0 passes α; a relu passes nothing."""
    for hidden, slope in (("relu", 0.0), ("leaky_relu", REAL(0.01)), ("identity", 1.0)):
        Z = np.zeros((1, 1, 1)) + 1j * REAL(1)
        assert step.ACTIVATIONS[hidden](Z.astype(np.clongdouble)).imag == slope


def test_another_slope_at_ties_can_be_asked_for() -> None:
    problem = tied()
    V = step.every_coordinate(problem)
    none, half, one = (step.complex_step(problem, V, at_zero=s).data for s in (0.0, 0.5, 1.0))
    assert np.array_equal(none, step.complex_step(problem, V).data)
    assert (half != none).any()
    assert (one != half).any()


def test_the_precision_can_be_asked_for() -> None:
    problem = large("tanh", "softmax", 3.0)
    V = step.every_coordinate(problem)
    wide, double = step.complex_step(problem, V).data, step.complex_step(problem, V, number=np.complex128).data
    assert double.dtype == np.float64
    assert np.abs(double - wide).max() <= 1e-13 * np.abs(wide).max()


def test_single_coordinates_are_those_of_the_whole() -> None:
    problem = large("tanh", "softmax", 3.0)
    whole = step.complex_step(problem, step.every_coordinate(problem)).data
    chosen = np.array([3, 0, len(whole) - 1])
    assert np.array_equal(step.complex_step(problem, step.coordinates(problem, chosen)).data, whole[chosen])


def tied() -> Problem:
    problem = draw([Case((2, 3, 3, 2), 4, keep_prob=0.4, bias="zero", seed=s) for s in range(6)])
    assert any((Z == 0).any() for Z in problem.forward().Z[:-1])
    return problem


def wrong(problem: Problem) -> bool:
    """Does the complex step, as it is now, differ from autodiff, or say nothing?"""
    with np.errstate(all="ignore"):
        data = step.complex_step(problem, step.every_coordinate(problem)).data
    ad = autodiff(problem)
    off = np.abs(data - flat(problem, zip(ad.dW, ad.db, strict=True)))
    return not bool((off <= 2.0**-52 * problem.C * bars(problem) + 1e-300).all())


# --- each naive form fails ----------------------------------------------------------------------------------


def large(hidden: str, output: str, size: float) -> Problem:
    problem = draw([Case((2, 3, 2), 4, hidden, output, seed=s) for s in range(3)])
    return with_arrays(problem, parameters=tuple((W * size, b) for W, b in problem.parameters))


def comparing_lexicographically(z: NDArray) -> NDArray:
    return np.maximum(z, 0)


def without_imaginary_parts(z: NDArray) -> NDArray:
    e = np.exp(-np.abs(z))
    return np.where(z.real > 0, 1, e) / (1 + e)


def overflowing(z: NDArray) -> NDArray:
    return 1 / (1 + np.exp(-z))


NAIVE = [
    ("relu", comparing_lexicographically, tied),
    ("sigmoid", without_imaginary_parts, lambda: large("sigmoid", "sigmoid", 1.0)),
    ("sigmoid", overflowing, lambda: large("sigmoid", "identity", 3e4)),
]


@pytest.mark.parametrize(("hidden", "naive", "build"), NAIVE, ids=[naive.__name__ for _, naive, _ in NAIVE])
def test_naive_forms_fail_where_ours_do_not(
    hidden: str, naive: Callable, build: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = build()
    assert not wrong(problem)
    monkeypatch.setitem(step.ACTIVATIONS, hidden, naive)
    assert wrong(problem)


def test_logaddexp_refuses_complex_numbers() -> None:
    with pytest.raises(TypeError, match="logaddexp"):
        np.logaddexp(0, np.array([1 + 1j]))


def test_abs_in_the_softplus_of_the_loss_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = large("tanh", "sigmoid", 1.0)
    assert not wrong(problem)
    monkeypatch.setattr(step, "_magnitude", np.abs)
    assert wrong(problem)


def test_the_real_part_of_a_complex_logarithm_is_poor_near_one() -> None:
    """Why the cost's value comes from real arithmetic, and softplus takes its real part apart."""
    z = np.array([-30.0], dtype=np.clongdouble)
    exact = np.log1p(np.exp(REAL(-30)))
    assert abs(step.ACTIVATIONS["softplus"](z).real[0] / exact - 1) < 1e-17 + 4 * float(np.finfo(REAL).eps)
    assert abs(np.log(1 + np.exp(z)).real[0] / exact - 1) > 1e-9


@each("size", [1.0, 30.0, 800.0, 3e4, -3e4])
@each("output", OUTPUTS)
@each("hidden", HIDDENS)
def test_saturation_gives_no_nan(hidden: str, output: str, size: float) -> None:
    problem = large(hidden, output, size)
    probes = step.complex_step(problem, step.every_coordinate(problem))
    assert np.isfinite(probes.data).all()


@each("name", ["sigmoid", "softplus", "tanh"])
@given(z=st.floats(-600, 600))
@drawn(100)
def test_smooth_forms_are_those_of_real_arithmetic(name: str, z: float) -> None:
    got = step.ACTIVATIONS[name](np.array([z], dtype=np.clongdouble)).real[0]
    want = ACTIVATIONS[name](np.array([z], dtype=REAL))[0]
    assert abs(got - want) <= 8 * np.finfo(REAL).eps * max(abs(want), 1 if name == "sigmoid" and z < 0 else abs(want))


def test_it_works_where_long_double_is_no_wider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "REAL", np.float64)
    monkeypatch.setattr(step, "COMPLEX", np.complex128)
    for problem in (tied(), large("softplus", "sigmoid", 1.0), large("tanh", "softmax", 3.0)):
        assert step.complex_step(problem, step.every_coordinate(problem)).data.dtype == np.float64
        assert not wrong(problem)
