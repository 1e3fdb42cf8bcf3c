"""Differences are those of the cost, their bounds hold, and no value from beyond a kink is ever used.

The truth is the complex step: it subtracts nothing, and shares no formula with differences.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from manual_backprop import differences as differences_module
from manual_backprop import network, nudges
from manual_backprop.differences import Differences, network_differences
from manual_backprop.loss_differences import LOSS_DIFFERENCES
from manual_backprop.nudges import KINKED, LEAVES, REACH
from manual_backprop.primitives import ACTIVATIONS, OUTPUTS
from reference.cases.case import Case
from reference.cases.domain import Domain
from reference.cases.generation import random_stacks
from reference.cases.problem import Problem, draw
from reference.judging.panel import central_differences
from reference.judging.tolerance import magnitudes_of
from reference.witnesses.complex_step import complex_step, every_coordinate
from tests.folding import each
from tests.strategies import HIDDEN, drawn, drawn_in_tiers, float64_of, seeds, small_cases, soft_labels, with_arrays
from tests.strategies import OUTPUTS as OUTPUT_NAMES

UNIT = float(np.finfo(np.float64).eps)
TINY = float(np.finfo(np.float64).tiny)


def differences(problem: Problem) -> Differences:
    return central_differences(problem, magnitudes_of(problem))


def truth(problem: Problem) -> list[NDArray]:
    """dJ/d[W_l b_l] of the data term by the complex step, shaped as ``Differences`` has it."""
    data = complex_step(problem, every_coordinate(problem)).data
    result, start = [], 0
    for W, b in problem.parameters:
        parts = []
        for block in (W, b):
            size = block[0].size
            parts.append(np.moveaxis(data[start : start + size], 0, -1).reshape(block.shape))
            start += size
        result.append(np.concatenate(parts, axis=-1))
    return result


def rounding(problem: Problem) -> list[NDArray]:
    """C · u · M of the gradient: how far the rounding of Z alone may take any float64 witness."""
    underflow = TINY * magnitudes_of(problem).amplification[:, None, None]
    bars = zip(magnitudes_of(problem).dW, magnitudes_of(problem).db, strict=True)
    return [problem.C * (UNIT * np.concatenate(pair, axis=-1) + underflow) for pair in bars]


def worst_ratio(problem: Problem, found: Differences) -> float:
    """The largest |D − truth| / bound, over every coordinate that was not left out."""
    worst = 0.0
    for D, bound, T, slack in zip(found.D, found.bound, truth(problem), rounding(problem), strict=True):
        known = np.isfinite(bound)
        worst = max(worst, float(np.max(np.abs(D - T)[known] / (bound + slack)[known], initial=0)))
    return worst


def cost(problem: Problem, parameters: Any) -> NDArray:
    Z = network.forward_propagation(problem.X, parameters, **problem.architecture()).Z
    return network.compute_cost(Z[-1], problem.Y, parameters, output=problem.shape.output)


def plain_differences(problem: Problem, h: float) -> list[NDArray]:
    """(J(θ + h) − J(θ − h)) / 2h for every parameter of a stack of one: the loop that everybody writes."""
    result = []
    for l, pair in enumerate(problem.parameters):
        blocks = []
        for which, block in enumerate(pair):
            D = np.zeros(block.shape[1:])
            for index in np.ndindex(D.shape):
                J = []
                for step in (h, -h):
                    moved = [[W.copy(), b.copy()] for W, b in problem.parameters]
                    moved[l][which][(0, *index)] += step
                    J.append(cost(problem, moved)[0])
                D[index] = (J[0] - J[1]) / (2 * h)
            blocks.append(D)
        result.append(np.concatenate(blocks, axis=-1)[None])
    return result


# --- the same numbers as the plain loop ---------------------------------------------------------------------


@each("output", OUTPUT_NAMES)
@each("hidden", HIDDEN)
def test_differences_are_those_of_compute_cost(hidden: str, output: str) -> None:
    seen = False
    for seed in range(3):
        problem = draw([Case((2, 3, 2, 2), 3, hidden, output, keep_prob=0.7, seed=seed)])
        h, found = 1e-5, differences(problem)
        fine, coarse = plain_differences(problem, h), plain_differences(problem, 2 * h)
        noise = 4 * problem.C * UNIT * float(magnitudes_of(problem).cost[0]) / h
        for D, bound, one, two in zip(found.D, found.bound, fine, coarse, strict=True):
            assert np.isfinite(bound).all()
            assert (np.abs(D - one) <= bound + 2 * np.abs(one - two) + noise).all()
            seen |= noise + np.abs(one - two).max() < 1e-4 * np.abs(D).max()
    assert seen, "the plain loop resolves nothing"


# --- the bound ----------------------------------------------------------------------------------------------


@drawn_in_tiers(40, 300, case=small_cases())
def test_the_bound_holds(case: Case) -> None:
    problem = draw([case])
    assert worst_ratio(problem, differences(problem)) <= 1


@drawn_in_tiers(40, 200, case=small_cases(hidden=st.sampled_from(sorted(KINKED)), bias=st.just("zero")))
def test_the_bound_holds_at_exact_ties(case: Case) -> None:
    problem = draw([case])
    assert worst_ratio(problem, differences(problem)) <= 1


@pytest.mark.slow
def test_the_bound_holds_and_is_narrow_over_many_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reference.cases.generation.WIDTH", 6)
    monkeypatch.setattr("reference.cases.generation.EXAMPLES", 8)
    narrow = total = 0
    for cases in random_stacks(Domain(dtypes=("float64",)), np.random.RandomState(1), 1600):
        problem = draw(cases)
        found = differences(problem)
        assert worst_ratio(problem, found) <= 1, problem.cases[0]
        for D, bound in zip(found.D, found.bound, strict=True):
            narrow += int((bound <= 1e-3 * np.abs(D).max(axis=(-2, -1), keepdims=True)).sum())
            total += D.size
    assert narrow / total > 0.98


def test_the_bound_holds_where_the_truncation_error_turns() -> None:
    """Between the sizes at which ε² and the saturation of three tanh layers rule, D(ε) − D(2ε) passes zero."""
    line = "dims=2,1,19,14,3,20 m=3 hidden=tanh output=identity keep_prob=0.235 bias=zero scale=65.1 seed=4138585456"
    problem = draw([Case.parse(line)])
    assert worst_ratio(problem, differences(problem)) <= 1


def test_a_difference_that_is_a_little_off_breaks_its_bound() -> None:
    problem = draw([Case((3, 4, 2), 5, "tanh", seed=2)])
    found = differences(problem)
    off = found._replace(D=[D * (1 + 1e-6) for D in found.D])
    assert worst_ratio(problem, off) > 1


# --- the loss's difference --------------------------------------------------------------------------------


def plainly(output: str, Z: NDArray, d: NDArray, Y: NDArray) -> tuple[NDArray, NDArray]:
    """loss(Z + δ) − loss(Z) in long double, and the size of what was subtracted; the columns are examples."""
    loss = OUTPUTS[output].loss
    Z, d, Y = (a.astype(np.longdouble) for a in (Z, d, Y))
    after, before = loss(Z + d, Y), loss(Z, Y)
    largest = np.abs(Z).max(axis=-2) + np.abs(d).max(axis=-2)
    return after - before, np.abs(after) + np.abs(before) + largest * np.abs(Y).sum(axis=-2)


@each("output", OUTPUT_NAMES)
@each(("reach", "logits"), [(REACH, 3.0), (REACH, 40.0), (1e-12, 3.0), (1e-12, 40.0), (30.0, 0.5)])
def test_the_losses_difference_is_exact(output: str, reach: float, logits: float) -> None:
    rng, K = np.random.RandomState(0), 400
    for n in (2, 4):
        Z, d = logits * rng.standard_normal((n, K)), reach * rng.uniform(-1, 1, (n, K))
        Y = soft_labels(rng, (n, K), output=output)
        got = LOSS_DIFFERENCES[output](Z[None, ..., None], d[None, ..., None], Y[None, ..., None])[0, :, 0]
        want, size = plainly(output, Z, d, Y)
        terms = np.abs(d).sum(axis=0) * (1 if output != "identity" else np.abs(Z).sum(axis=0) + np.abs(Y).sum(axis=0))
        terms = terms + (d * d).sum(axis=0)
        allowed = 64 * (UNIT * terms + np.finfo(np.longdouble).eps * size)
        assert (np.abs(got - want) <= allowed).all()


@each(("reach", "logits"), [(REACH, 3.0), (REACH, 40.0), (1e-12, 3.0), (30.0, 0.5)])
def test_labels_of_0_and_1_take_one_logarithm_and_give_the_same(reach: float, logits: float) -> None:
    rng = np.random.RandomState(1)
    Z, d = (size * rng.standard_normal((1, 3, 5, 40)) for size in (logits, reach))
    Y = (rng.random_sample(Z.shape) < 0.5).astype(float)
    binary, general = (LOSS_DIFFERENCES[name](Z, d, Y) for name in ("binary", "sigmoid"))
    assert (np.abs(binary - general) <= 16 * UNIT * (np.abs(d) * np.minimum(1, np.exp(np.abs(d)))).sum(axis=1)).all()


@pytest.mark.parametrize("output", OUTPUT_NAMES)
def test_the_losses_difference_keeps_its_digits_where_the_plain_one_has_none(output: str) -> None:
    Z, Y, d = np.array([[1.0], [-2.0]]), np.array([[1.0], [0.0]]), np.array([[1e-13], [-2e-13]])

    def slope(scale: float) -> float:
        up, down = (
            LOSS_DIFFERENCES[output](Z[None, ..., None], s * d[None, ..., None], Y[None, ..., None]).item()
            for s in (scale, -scale)
        )
        return (up - down) / (2 * scale)

    assert abs(slope(1.0) - slope(1e8)) <= 1e-8 * abs(slope(1e8))
    plain = OUTPUTS[output].loss(Z + d, Y)[0] - OUTPUTS[output].loss(Z, Y)[0]
    assert abs(plain - slope(1e8)) > 1e-5 * abs(slope(1e8))


# --- what cancels -------------------------------------------------------------------------------------------

# Zero biases and large weights: most examples rest at Z = 0, and a nudge carries them further than they lie from Y
BOTH_SIDES_RISE = [
    "dims=1,1,2,1,2 m=37 hidden=identity output=identity keep_prob=0.114 bias=zero scale=63.5 seed=472065651",
    "dims=22,2,3,11,11,1 m=25 hidden=identity output=identity keep_prob=0.102 scale=82.6 seed=1492257229",
    "dims=3,7,11,1,21,3 m=4 hidden=identity output=identity keep_prob=0.517 bias=zero scale=39.7 seed=393482882",
    "dims=1,1,8,1,3,2 m=16 hidden=identity output=identity keep_prob=0.309 bias=zero scale=84.8 seed=4285781570",
]


@each("line", BOTH_SIDES_RISE)
def test_the_bound_holds_where_both_sides_rise(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = draw([Case.parse(line)])
    assert worst_ratio(problem, differences(problem)) <= 1
    monkeypatch.setattr(differences_module, "_cancelled", lambda first, second: np.zeros_like(first))
    assert worst_ratio(problem, differences(problem)) > 1


# --- kinks --------------------------------------------------------------------------------------------------


def chain(X: Any, weights: list, biases: list, *, hidden: str = "relu", Y: Any = None, masks: Any = None) -> Problem:
    """A stack of one network with these arrays, identity output."""
    X = np.array(X, dtype=float)
    weights = [np.array(W, dtype=float) for W in weights]
    dims = (X.shape[0], *(W.shape[0] for W in weights))
    keep_prob = 1.0 if masks is None else 0.5
    problem = draw([Case(dims, X.shape[1], hidden, "identity", keep_prob=keep_prob, seed=0)])
    parameters = tuple((W[None], np.array(b, dtype=float)[None]) for W, b in zip(weights, biases, strict=True))
    arrays = {"X": X[None], "parameters": parameters}
    arrays |= {} if Y is None else {"Y": np.array(Y, dtype=float)[None]}
    arrays |= {} if masks is None else {"masks": tuple(np.array(D, dtype=bool)[None] for D in masks)}
    return with_arrays(problem, **arrays)


NEAR = {"X": [[1.0, 1e-7]], "weights": [[[1.0]], [[2.0]]], "biases": [[[0.0]], [[0.5]]], "Y": [[0.3, -0.4]]}
BELOW = NEAR | {"X": [[1.0, -1e-7]]}
TIE = NEAR | {"X": [[1.0, 0.0]]}


def poison(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every cost difference that crossed a kink becomes NaN; the list counts them."""
    right, hits = nudges._cost_difference, [0]

    def spoilt(*args: Any) -> tuple:
        delta, crossed = right(*args)
        hits[0] += int(crossed.sum())
        return np.where(crossed, np.nan, delta), crossed

    monkeypatch.setattr(nudges, "_cost_difference", spoilt)
    return hits


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    return poison(monkeypatch)


@each("net", [NEAR, BELOW, TIE])
@each("hidden", sorted(KINKED))
def test_steps_that_cross_a_kink_are_never_used(hidden: str, net: dict, poisoned: list[int]) -> None:
    problem = chain(**net, hidden=hidden)
    found = differences(problem)
    assert poisoned[0] > 0, "no step crossed: nothing was tested"
    assert not any(left_out.any() for left_out in found.straddles)
    assert all(np.isfinite(D).all() and np.isfinite(bound).all() for D, bound in zip(found.D, found.bound, strict=True))
    assert worst_ratio(problem, found) <= 1
    assert all((bound <= 1e-5 * np.abs(D).max()).all() for D, bound in zip(found.D, found.bound, strict=True))


@pytest.mark.parametrize("hidden", sorted(KINKED))
@given(seed=seeds)
@drawn(40)
def test_steps_that_cross_a_kink_are_never_used_in_random_networks(hidden: str, seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        poison(patch)
        problem = draw([Case((3, 3, 3, 2), 5, hidden, keep_prob=0.4, bias="zero", seed=seed)])
        found = differences(problem)
    for D, bound, left_out in zip(found.D, found.bound, found.straddles, strict=True):
        assert np.isfinite(D).all()
        assert (np.isinf(bound) == left_out).all()


@pytest.mark.parametrize("hidden", sorted(KINKED))
def test_an_exact_tie_takes_the_side_with_its_own_pattern(hidden: str) -> None:
    """At Z = 0 the slope is the left one: a nudge upwards of b_1 would count the second example as alive."""
    problem = chain(**TIE, hidden=hidden)
    found, wanted = differences(problem), truth(problem)
    alone = chain(**(TIE | {"X": [[1.0, -1.0]]}), hidden=hidden)  # the second example dead beyond doubt
    if hidden == "relu":
        assert abs(found.D[0][0, 0, 1] - differences(alone).D[0][0, 0, 1]) <= 1e-6
    assert abs(found.D[0][0, 0, 1] - wanted[0][0, 0, 1]) <= found.bound[0][0, 0, 1] <= 1e-4
    assert abs(plain_differences(problem, 1e-5)[0][0, 0, 1] - wanted[0][0, 0, 1]) > 0.1


BOTH = {
    "X": [[1.0, 0.0]],
    "weights": [[[1.0]], [[-1.0]], [[2.0]]],
    "biases": [[[0.0]], [[0.0]], [[0.5]]],
    "Y": [[0.3, -0.4]],
}


def test_a_coordinate_that_straddles_both_ways_is_left_out_and_counted(poisoned: list[int]) -> None:
    """Upwards the first unit of the dropped example comes alive; downwards the second does, through −1 · α ε."""
    found = differences(chain(**BOTH, hidden="leaky_relu"))
    assert found.straddles[0].tolist() == [[[False, True]]]
    assert sum(int(left_out.sum()) for left_out in found.straddles) == 1
    assert np.isinf(found.bound[0][0, 0, 1])
    assert np.isfinite(found.bound[0][0, 0, 0])
    assert poisoned[0] > 0


def test_a_relu_does_not_straddle_there() -> None:
    problem = chain(**BOTH, hidden="relu")
    found = differences(problem)
    assert not any(left_out.any() for left_out in found.straddles)
    assert worst_ratio(problem, found) <= 1


@each("z", [1e-12, -1e-12, 0.0])
@each("hidden", sorted(KINKED))
def test_without_the_logic_of_kinks_the_bound_breaks(hidden: str, z: float, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = chain(**(NEAR | {"X": [[1.0, z]]}), hidden=hidden)
    assert worst_ratio(problem, differences(problem)) <= 1
    monkeypatch.setitem(LEAVES, hidden, lambda before, moved, by: np.zeros(by.shape, dtype=bool))
    assert worst_ratio(problem, differences(problem)) > 100


def test_naive_differences_reject_correct_code_at_ties() -> None:
    wrong = 0
    for seed in range(20):
        problem = draw([Case((2, 3, 3, 1), 4, keep_prob=0.5, bias="zero", seed=seed)])
        pairs = zip(plain_differences(problem, 1e-5), truth(problem), strict=True)
        wrong += any((np.abs(D - T) > 1e-3 * np.abs(T).max()).any() for D, T in pairs)
        assert worst_ratio(problem, differences(problem)) <= 1
    assert wrong >= 5


def test_coverage_at_ties_is_above_the_floor() -> None:
    left_out = total = 0
    for seed in range(100):
        found = differences(draw([Case((3, 4, 3, 1), 6, keep_prob=0.6, bias="zero", seed=seed)]))
        left_out += sum(int(s.sum()) for s in found.straddles)
        total += sum(s.size for s in found.straddles)
    assert left_out / total < 0.005


def test_a_step_that_carries_a_smooth_nonlinearity_too_far_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """tanh sees a step of 2 as flat on both sides: D(ε) − D(2ε) would say that nothing is wrong."""
    long = lambda net, l: np.full((1, net.Z[l].shape[-2], net.A[l].shape[-2]), 50.0)
    monkeypatch.setattr(differences_module, "_first_step", long)
    for hidden in ("tanh", "sigmoid", "softplus"):
        problem = draw([Case((2, 2, 1), 3, hidden, seed=4)])
        assert worst_ratio(problem, differences(problem)) <= 1
        with monkeypatch.context() as patch:
            patch.setattr(nudges, "REACH", np.inf)
            patch.setattr(differences_module, "ROUNDS", 0)
            assert worst_ratio(problem, differences(problem)) > 1


def test_the_step_that_is_told_is_the_one_that_was_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Differences with that step from the start, and no other, are the same."""
    problem = draw([Case((3, 4, 2), 5, "tanh", seed=1)])
    found = differences(problem)
    monkeypatch.setattr(differences_module, "_first_step", lambda net, l: found.eps[l])
    monkeypatch.setattr(differences_module, "ROUNDS", 0)
    for D, again in zip(found.D, differences(problem).D, strict=True):
        assert np.array_equal(D, again)
    monkeypatch.setattr(differences_module, "_first_step", lambda net, l: 2 * found.eps[l])
    assert not np.array_equal(found.D[0], differences(problem).D[0])


# --- the shape of a call ------------------------------------------------------------------------------------


def assert_same(one: Differences, other: Differences) -> None:
    """To rounding: another order of a sum may move the last digits of D, and so the error estimate a little."""
    fields = (one.D, other.D, one.bound, other.bound, one.straddles, other.straddles)
    for D, D2, bound, bound2, s, s2 in zip(*fields, strict=True):
        assert (s == s2).all()
        known = ~s
        assert (np.abs(D - D2)[known] <= np.minimum(bound, bound2)[known] + 1e-9 * np.abs(D).max(initial=0)).all()


@each("hidden", HIDDEN)
def test_leading_axes_are_a_loop(hidden: str) -> None:
    cases = [
        Case((3, 3, 2, 2), 4, hidden, "softmax", keep_prob=k, bias="zero", seed=s) for s, k in enumerate((0.4, 0.9))
    ]
    problem = draw(cases)
    together = differences(problem)
    for g in range(2):
        part = Differences(*([a[g : g + 1] for a in field] for field in together))
        assert_same(part, differences(problem.at(g)))


@each("hidden", HIDDEN)
def test_chunks_change_nothing(hidden: str, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = draw([Case((3, 3, 2, 2), 4, hidden, keep_prob=0.5, bias="zero", seed=s) for s in range(3)])
    calls: list[int] = []
    right = nudges._cost_difference
    monkeypatch.setattr(nudges, "_cost_difference", lambda *args: (calls.append(args[-1].shape[-1]), right(*args))[1])
    whole, widest = differences(problem), max(calls)
    calls.clear()
    monkeypatch.setattr(nudges, "ELEMENTS", 1)
    assert_same(differences(problem), whole)
    assert max(calls) <= 6 < widest  # the six rungs of one coordinate


def test_only_float64_is_differenced() -> None:
    problem = draw([Case((3, 4, 2), 5, seed=1)])
    _, Y, parameters = float64_of(problem)
    with pytest.raises(TypeError, match=r"Y is float32.*float64"):
        network_differences(Y.astype(np.float32), parameters, magnitudes_of(problem), **problem.architecture())
    narrow = magnitudes_of(problem)._replace(forward=network.forward_propagation(
        problem.X.astype(np.float32), [(W.astype(np.float32), b.astype(np.float32)) for W, b in parameters]
    ))  # fmt: skip
    with pytest.raises(TypeError, match="Z_1 float32"):
        network_differences(Y, parameters, narrow, **problem.architecture())


@each("output", OUTPUT_NAMES)
@each("hidden", HIDDEN)
def test_no_derivative_is_called(hidden: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*args: Any) -> Any:
        raise AssertionError("a derivative was called")

    problem = draw([Case((3, 4, 2), 5, hidden, output, keep_prob=0.8, seed=1)])
    monkeypatch.setitem(ACTIVATIONS, hidden, ACTIVATIONS[hidden]._replace(backward=forbidden))
    monkeypatch.setitem(OUTPUTS, output, OUTPUTS[output]._replace(backward=forbidden))
    for name in ("dW", "db", "dZ", "dA", "differences"):  # magnitudes that know slopes decide no value of D
        spoilt = magnitudes_of(problem)._replace(
            **{name: [np.full_like(bar, 1e-3) for bar in getattr(magnitudes_of(problem), name)]}
        )
        _, Y, parameters = float64_of(problem)
        found = network_differences(Y, parameters, spoilt, **problem.architecture())
        for D, T in zip(found.D, truth(problem), strict=True):
            assert (np.abs(D - T) <= 1e-4 * np.abs(T).max()).all()


def test_arguments_are_read_only_and_two_calls_give_the_same_bits() -> None:
    problem = draw([Case((3, 4, 2), 5, keep_prob=0.5, bias="zero", seed=1)])
    one, other = differences(problem), differences(problem)
    assert all(a.tobytes() == b.tobytes() for x, y in zip(one, other, strict=True) for a, b in zip(x, y, strict=True))
