"""M bounds what rounding really does, and every term of it is needed.

The real rounding error is a difference between two dtypes: float32 against float64, float64 against long double.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from manual_backprop import magnitudes as magnitudes_module
from manual_backprop import network
from manual_backprop.magnitudes import SLOPES, Magnitudes, Slopes, allowance, magnitudes
from manual_backprop.primitives import affine, affine_backward
from reference.cases.case import Case
from reference.cases.domain import Domain
from reference.cases.generation import random_stacks
from reference.cases.problem import Problem, draw
from reference.judging.tolerance import magnitudes_of
from tests.folding import each, slow_after
from tests.strategies import HIDDEN, OUTPUTS, drawn, drawn_in_tiers, float64_of, small_cases, with_arrays

LONG = np.finfo(np.longdouble).eps < np.finfo(np.float64).eps
wider = pytest.mark.skipif(not LONG, reason="long double is no wider than double here")
SLACK = 16  # the largest ratio seen is 2.5; a quarter of the allowance leaves room for other machines


def quantities(problem: Problem, dtype: type | str) -> dict[str, NDArray]:
    """The cost's data term and every quantity of both passes, computed in ``dtype``."""
    X, Y = problem.X.astype(dtype), problem.Y.astype(dtype)
    parameters = [(W.astype(dtype), b.astype(dtype)) for W, b in problem.parameters]
    forward = network.forward_propagation(X, parameters, **problem.architecture())
    gradients = network.backward_propagation(Y, parameters, forward, **problem.architecture())
    J = network.compute_cost(forward.Z[-1], Y, parameters, output=problem.shape.output)
    found = {"cost": J, **named(forward._asdict()), **named(gradients._asdict())}
    assert all(value.dtype == dtype for value in found.values())
    return found


def named(lists: dict[str, list]) -> dict[str, NDArray]:
    return {f"{kind}{l}": value for kind, values in lists.items() for l, value in enumerate(values)}


def ratios(problem: Problem, M: Magnitudes | None = None) -> dict[str, NDArray]:
    """|computed − truth| / (u M + tiny · amplification), for each quantity and problem of a stack: (G,)."""
    M = magnitudes_of(problem) if M is None else M
    info = np.finfo(problem.shape.dtype)
    bars = {"cost": M.cost, **named({k: getattr(M, k) for k in ("Z", "H", "A", "dW", "db", "dZ", "dA")})}
    with np.errstate(all="ignore"):
        got = quantities(problem, problem.shape.dtype)
        truth = quantities(problem, np.longdouble if problem.shape.dtype == "float64" else "float64")
        result = {}
        for name, bar in bars.items():
            spread = (-1, *(1,) * (bar.ndim - 1))
            unit = float(info.eps) * bar + float(info.tiny) * M.amplification.reshape(spread)
            inside = bar * problem.C < float(info.max)
            off = np.where(inside, np.abs(got[name].astype(truth[name].dtype) - truth[name]) / unit, 0)
            result[name] = off.reshape(len(off), -1).max(axis=-1)
    return result


def stacks(count: int, **domain: tuple) -> Iterator[Problem]:
    rng, scratch = np.random.RandomState(0), np.random.RandomState(0)
    for cases in random_stacks(Domain(**domain), rng, count):
        yield draw(cases, scratch)


def accused(count: int, **domain: tuple) -> dict[str, int]:
    """How many correct draws differ from the truth by more than C · u · M, by kind of quantity."""
    hits: dict[str, int] = {}
    for problem in stacks(count, **domain):
        for name, ratio in ratios(problem).items():
            kind = name.rstrip("0123456789")
            hits[kind] = hits.get(kind, 0) + int((ratio > problem.C).sum())
    return hits


@drawn_in_tiers(50, 250, case=small_cases(dtype=st.just("float32")))
def test_float32_differs_from_float64_by_less_than_M_allows(case: Case) -> None:
    for name, ratio in ratios(draw([case])).items():
        assert ratio.max() <= SLACK, f"{name} is off by {ratio.max():.3g} u M"


@wider
@drawn_in_tiers(50, 250, case=small_cases())
def test_float64_differs_from_long_double_by_less_than_M_allows(case: Case) -> None:
    for name, ratio in ratios(draw([case])).items():
        assert ratio.max() <= SLACK, f"{name} is off by {ratio.max():.3g} u M"


@wider
@pytest.mark.parametrize("output", slow_after(1, OUTPUTS))
@each("hidden", HIDDEN)
def test_no_correct_draw_is_accused(hidden: str, output: str) -> None:
    for problem in stacks(160, hiddens=(hidden,), outputs=(output,)):
        worst = {name: ratio.max() for name, ratio in ratios(problem).items()}
        assert max(worst.values()) <= SLACK, f"{worst} in {problem.cases[0]}"


def test_M_is_no_larger_than_what_happens_by_orders_of_magnitude() -> None:
    """A bound of infinity would pass every test above: most draws come within 1000 of it."""
    worst = [max(r.max() for n, r in ratios(p).items() if n[:2] in ("dW", "db")) for p in stacks(320)]
    assert np.median(worst) > 1e-3


# --- each term is needed ------------------------------------------------------------------------------------


def without_curvature(slopes: Slopes) -> Slopes:
    return slopes._replace(curvature=0.0)


def true_slope_alone(slopes: Slopes) -> Slopes:
    return slopes._replace(computed=slopes.slope)


def nothing_passed_on(slopes: Slopes) -> Slopes:
    return slopes._replace(slope=np.zeros_like(slopes.slope))


@pytest.mark.slow
@wider
@pytest.mark.parametrize(
    ("fault", "hidden", "kind"),
    slow_after(
        3,
        [
            (without_curvature, "softplus", "dZ"),
            (true_slope_alone, "tanh", "dW"),
            (nothing_passed_on, "relu", "dW"),
            (true_slope_alone, "sigmoid", "dW"),
            *((nothing_passed_on, hidden, "dW") for hidden in HIDDEN if hidden != "relu"),
        ],
    ),
)
def test_without_this_term_of_a_slope_correct_draws_are_accused(
    fault: Callable, hidden: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = {"hiddens": (hidden,)}
    assert accused(960, **domain)[kind] == 0
    right = SLOPES[hidden]
    monkeypatch.setitem(SLOPES, hidden, lambda Z, H: fault(right(Z, H)))
    assert accused(960, **domain)[kind] > 0


@wider
def test_without_the_outputs_Z_bar_correct_draws_are_accused(monkeypatch: pytest.MonkeyPatch) -> None:
    right = magnitudes_module._output
    monkeypatch.setattr(magnitudes_module, "_output", lambda output, Z, A, Y, Z_bar: right(output, Z, A, Y, 0 * Z_bar))
    assert accused(960)["dZ"] > 0


# --- what M is --------------------------------------------------------------------------------------------


def bars(problem: Problem) -> dict[str, NDArray]:
    M = magnitudes_of(problem)
    return named({k: getattr(M, k) for k in ("dW", "db", "dZ", "dA")}) | {"cost": M.cost}


@given(case=small_cases(hidden=st.sampled_from(["relu", "leaky_relu", "identity"]), output=st.just("identity")))
@drawn(60)
def test_M_scales_with_the_cost(case: Case) -> None:
    """Scaling the last layer and the labels by c scales the error by c, and the cost by c²: powers of two are exact."""
    problem, c = draw([case]), 2.0**20
    *below, (W, b) = problem.parameters
    scaled = with_arrays(problem, Y=c * problem.Y, parameters=(*below, (c * W, c * b)))
    last = len(problem.parameters) - 1
    for name, bar in bars(problem).items():
        power = {"cost": 2, f"dW{last}": 1, f"db{last}": 1, f"dZ{last}": 1}.get(name, 2)
        np.testing.assert_allclose(bars(scaled)[name], c**power * bar, rtol=1e-12)


@pytest.mark.parametrize("output", OUTPUTS)
def test_M_is_zero_behind_a_dead_layer_and_so_is_the_gradient(output: str) -> None:
    problem = draw([Case((3, 4, 3, 2), 5, output=output, seed=1)])
    (W1, b1), (W2, b2), last = problem.parameters
    dead = with_arrays(problem, parameters=((W1, b1), (W2, b2 - 1e3), last))
    gradients = quantities(dead, "float64")
    for name in ("dW0", "db0", "dZ0", "dA0", "dW1", "db1", "dZ1", "dW2"):
        assert not bars(dead)[name].any(), f"M of {name} is not zero"
        assert not gradients[name].any(), f"{name} is not zero"
    assert bars(dead)["db2"].all()


def test_M_takes_one_constant_per_problem_of_a_stack() -> None:
    cases = [Case((3, 4, 2), 5, lambd=lambd, keep_prob=keep, seed=7) for lambd, keep in ((0.0, 0.5), (2.0, 0.9))]
    problem = draw(cases)
    for g in range(2):
        single = draw([cases[g]])
        for name, bar in bars(single).items():
            np.testing.assert_allclose(bars(problem)[name][g], bar[0], rtol=1e-13)
        np.testing.assert_allclose(magnitudes_of(problem).l2[0][g], magnitudes_of(single).l2[0][0], rtol=1e-13)
    assert not magnitudes_of(problem).l2[0][0].any()
    assert magnitudes_of(problem).l2[0][1].all()


def test_the_l2_magnitudes_are_the_sizes_of_the_l2_term() -> None:
    problem = draw([Case((3, 4, 2), 5, lambd=0.7, seed=7)])
    weights = [W for W, b in problem.parameters]
    penalty = network.compute_cost(
        problem.forward().Z[-1], problem.Y, problem.parameters, lambd=problem.lambd
    ) - network.compute_cost(problem.forward().Z[-1], problem.Y, problem.parameters)
    np.testing.assert_allclose(magnitudes_of(problem).l2_cost, penalty)
    for W, bar in zip(
        weights, magnitudes_of(problem).l2, strict=True
    ):  # l2_cost is a square: its slope along W is twice it
        assert (np.sign(bar) == np.abs(np.sign(W))).all()
    np.testing.assert_allclose(
        sum((np.abs(W) * bar).sum(axis=(-2, -1)) for W, bar in zip(weights, magnitudes_of(problem).l2, strict=True)),
        2 * penalty,
    )


def test_allowance_grows_with_the_longest_sum() -> None:
    assert allowance(5, (3, 4, 2)) == 69
    assert allowance(5, (3, 400, 2)) == 464
    assert allowance(2000, (3, 4, 2)) == 2064


# --- underflow ----------------------------------------------------------------------------------------------


def flushed(A: NDArray) -> NDArray:
    return np.where(np.abs(A) < np.finfo(A.dtype).tiny, 0, A).astype(A.dtype)


def linear_network(problem: Problem, keep: Callable[[NDArray], NDArray]) -> dict[str, NDArray]:
    """Z_l, dA_l and dW_l of a network of identities, each result passed through ``keep``."""
    A, found = [problem.X], {}
    for l, (W, b) in enumerate(problem.parameters):
        A.append(keep(affine(A[-1], W, b)))
        found[f"Z{l}"] = A[-1]
    dZ = keep(A[-1] - problem.Y)
    for l in reversed(range(len(problem.parameters))):
        dA, dW, _ = map(keep, affine_backward(dZ, A[l], problem.parameters[l][0]))
        found[f"dW{l}"] = keep(dW / np.float32(problem.shape.m))
        dZ = dA
        if l:
            found[f"dA{l - 1}"] = dA
    return found


def check_flushing(exponents: tuple[int, ...], seed: int) -> None:
    problem = draw([Case((3, 3, 3, 2), 4, "identity", "identity", bias="zero", dtype="float32", seed=seed)])
    sizes = [np.float32(10.0**e) for e in exponents]
    parameters = tuple((W * size, b) for (W, b), size in zip(problem.parameters, sizes, strict=True))
    problem = with_arrays(problem, parameters=parameters, Y=np.zeros_like(problem.Y))
    info, M = np.finfo(np.float32), magnitudes_of(problem)
    kept, gone = linear_network(problem, lambda A: A), linear_network(problem, flushed)
    bars = named({"Z": M.Z, "dW": M.dW, "dA": M.dA})
    for name, value in kept.items():
        unit = float(info.eps) * bars[name] + float(info.tiny) * M.amplification[:, None, None]
        assert (np.abs(value.astype(float) - gone[name]) <= problem.C * unit).all(), f"{name} in {problem.cases[0]}"


@each("exponents", [(-42, 6, 0), (-39, 0, 0), (-20, -22, 0), (0, -20, -20)])
@given(seed=st.integers(0, 999))
@drawn(15)
def test_amplification_covers_a_program_that_flushes_subnormals(exponents: tuple, seed: int) -> None:
    check_flushing(exponents, seed)


@pytest.mark.parametrize("exponents", [(-30, -10, 12), (-20, -22, 20)])
def test_amplification_covers_what_goes_up_through_the_last_layer_and_back_down(exponents: tuple) -> None:
    """What was flushed below W_L reaches dZ_L through W_L, and dA through W_Lᵀ once more: the gain counts twice."""
    for seed in range(5):
        check_flushing(exponents, seed)


def test_an_amplification_of_one_would_not_cover_it() -> None:
    problem = draw([Case((1, 1, 1), 1, "identity", "identity", bias="zero", dtype="float32", seed=0)])
    one = np.ones((1, 1, 1), np.float32)
    zero = np.zeros_like(one)
    problem = with_arrays(
        problem, X=one, Y=zero, parameters=((np.float32(1e-39) * one, zero), (np.float32(1e6) * one, zero))
    )
    info, off = np.finfo(np.float32), np.abs(linear_network(problem, lambda A: A)["Z1"] - 0)
    assert linear_network(problem, flushed)["Z1"] == 0
    assert off > problem.C * (float(info.eps) * magnitudes_of(problem).Z[1] + float(info.tiny))
    assert off <= problem.C * float(info.tiny) * magnitudes_of(problem).amplification[0]


def test_magnitudes_are_float64_and_do_not_write_into_their_arguments() -> None:
    problem = draw([Case((3, 4, 2), 5, dtype="float32", keep_prob=0.5, seed=3)])
    X, Y, parameters = float64_of(problem)
    for array in (X, Y, *(a for pair in parameters for a in pair)):
        array.flags.writeable = False
    forward = network.forward_propagation(X, parameters, **problem.architecture())
    given = (X, Y, parameters, forward)
    M = magnitudes(*given, lambd=problem.lambd, unit=problem.unit, **problem.architecture())
    alone = magnitudes(*given, lambd=problem.lambd, **problem.architecture())
    told = magnitudes(*given, lambd=problem.lambd, unit=2.0**-52, **problem.architecture())
    assert all(np.array_equal(a, b) for a, b in zip(alone.dW, told.dW, strict=True))
    assert {a.dtype for a in (M.cost, *M.dW, *M.db, *M.Z, *M.forward.Z)} == {np.dtype("float64")}
    assert all((bar >= 0).all() for bar in (M.cost, *M.dW, *M.db, *M.dZ, *M.dA, *M.Z, *M.H, *M.A, *M.differences))
