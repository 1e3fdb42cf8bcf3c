"""The truth stands against autodiff, and against itself in fifty digits; what was not asked for is NaN, and said so."""

from __future__ import annotations

import functools
from importlib import import_module
from itertools import groupby
from typing import Any

import numpy as np
import pytest

from reference.cases.battery import battery
from reference.cases.case import HIDDENS, OUTPUTS, Case
from reference.cases.problem import Problem, draw
from reference.comparison.conventions import KINKED
from reference.comparison.truth import EXTENDED, SAMPLED, Truth, truth
from reference.interface.outcome import named
from reference.judging.tolerance import magnitudes_of
from reference.witnesses import arbitrary_precision as arbitrary
from reference.witnesses.autodiff import autodiff
from tests.folding import each
from tests.strategies import with_arrays

module: Any = import_module("reference.comparison.truth")
wider = pytest.mark.skipif(not EXTENDED, reason="long double is no wider than double here")
LARGE = Case((12, 20, 10, 3), 5, "tanh", "softmax", lambd=0.7, keep_prob=0.8, seed=3)  # 503 parameters
HUGE = Case((60, 60), 20, output="identity", seed=3)  # beyond what fifty digits are asked for


def single(**fields: Any) -> Problem:
    return draw([Case(**{"dims": (2, 3, 2), "m": 3, "lambd": 0.7, "keep_prob": 0.6, "seed": 3, **fields})])


def tied(**fields: Any) -> Problem:
    """Z_1 = 0 for an example that is zero, Z_2 = 0 for one of which nothing is kept; what lies above is alive."""
    problem = single(dims=(2, 2, 2, 2), m=4, bias="zero", **fields)
    X, kept = problem.X.copy(), [np.ones((1, 2, 4), dtype=bool), np.ones((1, 2, 4), dtype=bool)]
    X[..., 0], kept[0][..., 1] = 0, False
    problem = with_arrays(problem, X=X).masked(tuple(kept))
    assert (problem.forward().Z[0][..., 0] == 0).all()
    assert (problem.forward().Z[1][..., 1] == 0).all()
    return problem


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(np.array_equal(one[name], other[name], equal_nan=True) for name in one.keys() | other.keys())


def alike(one: Truth, other: Truth) -> bool:
    """Bit for bit, NaN for NaN."""
    return same(one.data, other.data) and same(one.l2, other.l2)


# --- beside autodiff -------------------------------------------------------------------------------------------


@functools.cache
def tried() -> list[tuple[Problem, Truth, dict[str, Any], dict[str, Any]]]:
    """Every case of the battery with its truth, and with autodiff of the data term and of the L2 term."""
    found = []
    for _, group in groupby(sorted(battery(), key=lambda case: str(case.shape)), key=lambda case: case.shape):
        stack = draw(list(group))
        ad = autodiff(stack)
        for g in range(len(stack.cases)):
            problem = stack.at(g)
            data = {**named("dW", [dW[g] for dW in ad.dW]), **named("db", [db[g] for db in ad.db])}
            l2 = {**named("dW", [dW[g] for dW in ad.l2]), **named("db", [0 * db[g] for db in ad.db])}
            true = truth(problem)
            assert true is not None
            found.append((problem, true, data, l2))
    return found


def distance(problem: Problem, got: dict[str, Any], want: dict[str, Any]) -> float:
    """The worst entry, in units of what double precision may do."""
    worst = 0.0
    for name, block in got.items():
        M = getattr(magnitudes_of(problem), name[:2])[int(name[2:]) - 1][0]
        unit = 2.0**-52 * M + np.finfo(float).tiny * magnitudes_of(problem).amplification[0]
        worst = max(worst, float((np.abs(block - want[name]) / unit).max()))
    return worst


def test_it_agrees_with_autodiff_to_rounding_over_the_battery() -> None:
    assert len(tried()) == len(battery())
    assert max(distance(problem, true.data, data) for problem, true, data, _ in tried()) <= 16
    for _, true, _, l2 in tried():
        for name, block in l2.items():
            assert (np.abs(true.l2[name] - block) <= 4e-16 * np.abs(block)).all(), name


def test_it_would_not_agree_with_anything_else() -> None:
    """A digit too few, and the slope ½ at a tie, are both seen."""
    beside, at_ties = 0, 0
    for problem, true, data, _ in tried():
        beside += distance(problem, {name: block * (1 + 1e-9) for name, block in true.data.items()}, data) > 16
        if any((Z == 0).any() for Z in problem.forward().Z[:-1]):
            other = truth(problem, at_zero=0.5)
            assert other is not None
            at_ties += distance(problem, other.data, data) > 16
    assert beside > 0.9 * len(battery())
    assert at_ties >= 10


def test_the_total_is_the_data_term_and_the_penalty() -> None:
    problem = single()
    true = truth(problem)
    assert true is not None
    for name, block in true.total().items():
        assert np.array_equal(block, true.data[name] + true.l2[name])
        assert block.shape == (problem.parameters[int(name[2:]) - 1]["Wb".index(name[1])].shape[1:])
    assert all((true.l2[name] == 0).all() == name.startswith("db") for name in true.l2)


def test_it_is_computed_from_the_numbers_of_the_case_not_from_rounded_ones() -> None:
    problem = single(dtype="float32")
    true, whole = truth(problem), truth(single())
    assert true is not None
    assert whole is not None
    assert true.data["dW2"].dtype == np.longdouble
    off = np.abs(true.data["dW2"] - whole.data["dW2"]) / np.abs(whole.data["dW2"]).max()
    assert 1e-10 < off.max() < 1e-6  # the arrays were rounded once, and nothing after that


# --- a part of a large case ------------------------------------------------------------------------------------


def test_a_small_case_is_asked_whole() -> None:
    true = truth(single())
    assert true is not None
    assert not any(np.isnan(block).any() for block in true.total().values())


def test_of_a_large_case_so_many_entries_of_each_block_are_asked_and_the_rest_is_nan() -> None:
    true = truth(draw([LARGE]))
    assert true is not None
    for part in (true.data, true.l2, true.total()):
        for name, block in part.items():
            assert (~np.isnan(block)).sum() == min(SAMPLED, block.size), name
    for name, block in true.data.items():
        assert np.array_equal(np.isnan(block), np.isnan(true.l2[name]))


@wider
def test_what_is_asked_of_a_large_case_is_what_the_whole_has_there(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = draw([LARGE])
    some = truth(problem)
    monkeypatch.setattr(module, "WHOLE", 10_000)
    whole = truth(problem)
    assert some is not None
    assert whole is not None
    for name, block in some.total().items():
        there = ~np.isnan(block)
        assert np.array_equal(block[there], whole.total()[name][there])
        if block.size > SAMPLED:  # a shuffled block would be seen
            turned = np.roll(whole.total()[name].ravel(), 1).reshape(block.shape)
            assert not np.array_equal(block[there], turned[there])


def test_the_entries_that_are_asked_depend_on_the_case_alone() -> None:
    one, again = truth(draw([LARGE])), truth(draw([LARGE]))
    other = truth(draw([Case(LARGE.dims, LARGE.m, "tanh", "softmax", lambd=0.7, keep_prob=0.8, seed=4)]))
    assert one is not None
    assert again is not None
    assert other is not None
    assert alike(one, again)
    assert not np.array_equal(np.isnan(one.data["dW1"]), np.isnan(other.data["dW1"]))


@wider
def test_it_is_the_same_however_many_directions_are_asked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = single()
    whole = truth(problem)
    monkeypatch.setattr(module, "CHUNK", 7)
    assert whole is not None
    for name, block in (truth(problem) or whole).total().items():
        off = np.abs(block - whole.total()[name])
        assert (off <= 4 * np.finfo(np.longdouble).eps * np.abs(whole.total()[name]).max()).all()
        assert (block != 0).any()


# --- another slope at a tie ------------------------------------------------------------------------------------


def test_another_slope_at_zero_changes_only_cases_with_ties() -> None:
    changed, at_ties = 0, 0
    for problem, true, *_ in tried():
        other = truth(problem, at_zero=1.0)
        assert other is not None
        ties = any((Z == 0).any() for Z in problem.forward().Z[:-1])
        assert alike(other, true) or ties, problem.cases[0]
        assert same(other.l2, true.l2)
        at_ties += ties and problem.shape.hidden in KINKED
        changed += not alike(other, true)
    assert at_ties >= changed >= 10


def test_the_slope_that_it_has_anyway_changes_nothing() -> None:
    """relu'(0) = 0, and leaky relu's is α: asked for by name, they are the truth itself."""
    seen = 0
    for problem, true, *_ in tried():
        own = {"relu": 0.0, "leaky_relu": 0.01}.get(problem.shape.hidden)
        if own is None or not any((Z == 0).any() for Z in problem.forward().Z[:-1]):
            continue
        other = truth(problem, at_zero=own)
        assert other is not None
        assert alike(other, true)
        seen += 1
    assert seen >= 10


# --- beside fifty digits ---------------------------------------------------------------------------------------


def flat(true: Truth, part: str) -> Any:
    blocks = getattr(true, part)
    layers = range(1, len(blocks) // 2 + 1)
    return np.concatenate([blocks[f"{kind}{l}"].ravel() for l in layers for kind in ("dW", "db")])


def size(problem: Problem) -> Any:
    pairs = zip(magnitudes_of(problem).dW, magnitudes_of(problem).db, strict=True)
    return np.concatenate([block[0].ravel() for pair in pairs for block in pair])


def apart(problem: Problem, true: Truth, digits: tuple[Any, Any]) -> float:
    """The worst relative distance of two truths; where terms cancel, extended precision rounds at M, not at |g|."""
    worst = 0.0
    for want, part in zip(digits, ("data", "l2"), strict=True):
        got = flat(true, part)
        rounding = np.finfo(np.longdouble).eps * (size(problem) if part == "data" else 0)
        off = np.maximum(np.abs(got - want) - 16 * rounding, 0)
        worst = max(worst, float(np.max(off / np.where(want == 0, 1, np.abs(want)))))
    return worst


def asked_in_digits(problem: Problem, at_zero: float | None = None) -> tuple[Any, Any]:
    return arbitrary.complex_step(problem, np.arange(len(size(problem))), at_zero=at_zero)


@pytest.mark.slow
@wider
@each("output", OUTPUTS)
@each("hidden", HIDDENS)
def test_fifty_digits_say_the_same(hidden: str, output: str) -> None:
    """With dropout and the penalty on; saturated, and not."""
    for scale in (1.0, 8.0):
        problem = single(hidden=hidden, output=output, scale=scale)
        true = truth(problem)
        assert true is not None
        digits = asked_in_digits(problem)
        assert apart(problem, true, digits) <= 1e-15
        other = truth(problem.masked(tuple(~D for D in problem.masks or ())))
        assert other is not None
        assert apart(problem, other, digits) > 1e-6  # the masks are in it
        assert apart(problem, true, (digits[0], 2 * digits[1])) > 0.1  # and so is λ
        assert apart(problem, true, (digits[0] * (1 + 1e-14), digits[1])) > 1e-15


@pytest.mark.slow
@wider
@each("at_zero", [None, 0.0, 0.5, 1.0])
@each("hidden", HIDDENS)
def test_fifty_digits_say_the_same_at_ties(hidden: str, at_zero: float | None) -> None:
    problem = tied(hidden=hidden, output="softmax")
    true = truth(problem, at_zero=at_zero)
    assert true is not None
    assert apart(problem, true, asked_in_digits(problem, at_zero)) <= 1e-15
    other = 0.75 if at_zero is None else at_zero + 0.25
    assert apart(problem, true, asked_in_digits(problem, other)) > 1e-6


@wider
def test_fewer_digits_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = single(hidden="tanh", output="softmax", scale=8.0)
    true = truth(problem)
    assert true is not None
    assert apart(problem, true, asked_in_digits(problem)) <= 1e-15
    monkeypatch.setattr(arbitrary, "DIGITS", 12)
    assert apart(problem, true, asked_in_digits(problem)) > 1e-13


def test_single_coordinates_are_asked_in_their_order() -> None:
    problem = single()
    data, l2 = asked_in_digits(problem)
    chosen = np.array([11, 0, 7])
    some = arbitrary.complex_step(problem, chosen)
    assert np.array_equal(some[0], data[chosen])
    assert np.array_equal(some[1], l2[chosen])


# --- where long double is no wider -----------------------------------------------------------------------------


@pytest.fixture
def asked_arbitrarily(monkeypatch: pytest.MonkeyPatch) -> list[Problem]:
    """A machine whose long double is a double; the problems that mpmath was asked for."""
    problems: list[Problem] = []
    carry_out = arbitrary.complex_step

    def asked(problem: Problem, *given: Any, **how: Any) -> Any:
        problems.append(problem)
        return carry_out(problem, *given, **how)

    monkeypatch.setattr(module, "EXTENDED", False)
    monkeypatch.setattr(arbitrary, "complex_step", asked)
    return problems


def test_mpmath_speaks_of_small_cases(asked_arbitrarily: list[Problem]) -> None:
    problem = tied()
    true, other = truth(problem), truth(problem, at_zero=0.5)
    assert asked_arbitrarily == [problem, problem]
    assert true is not None
    assert other is not None
    assert true.data["dW1"].shape == (2, 2)
    assert np.array_equal(flat(true, "data"), asked_in_digits(problem)[0])
    assert np.array_equal(flat(other, "data"), asked_in_digits(problem, 0.5)[0])
    assert not alike(true, other)


def test_nobody_speaks_of_large_ones(asked_arbitrarily: list[Problem]) -> None:
    assert truth(draw([HUGE])) is None
    assert asked_arbitrarily == []


@wider
def test_extended_precision_speaks_of_large_ones() -> None:
    assert truth(draw([HUGE])) is not None
