"""Of three witnesses that are right none is accused; of three with one corrupted, that one is, by name."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from reference.cases.case import HIDDENS, OUTPUTS, Case
from reference.cases.problem import Problem, draw
from reference.judging import panel
from reference.judging.panel import WITNESSES, ask_witnesses, compare_witnesses, odd_one_out
from reference.judging.tolerance import magnitudes_of
from reference.witnesses import autodiff as by_jax
from tests.folding import each
from tests.strategies import drawn, small_cases

AC, AS, CS = ("autodiff", "central_difference"), ("autodiff", "complex_step"), ("central_difference", "complex_step")


def asked(problem: Problem, *, exhaustive: bool = False) -> panel.WitnessReport:
    return ask_witnesses(problem, exhaustive=exhaustive, rng=np.random.RandomState(0))


# --- the logic ----------------------------------------------------------------------------------------------

ODD = {
    (True, True, True): None,
    (True, True, False): None,
    (True, False, True): None,
    (False, True, True): None,
    (True, False, False): "complex_step",
    (False, True, False): "central_difference",
    (False, False, True): "autodiff",
    (False, False, False): None,
}


@each("pattern", list(itertools.product([True, False], repeat=3)), ids=str)
def test_the_odd_one_is_whom_both_others_contradict_while_they_agree(pattern: tuple[bool, bool, bool]) -> None:
    assert odd_one_out(dict(zip((AC, AS, CS), pattern, strict=True))) == ODD[pattern]
    assert odd_one_out(dict(zip((CS, AS, AC), reversed(pattern), strict=True))) == ODD[pattern]


# --- right witnesses ----------------------------------------------------------------------------------------


@each("exhaustive", [False, True])
@each("output", OUTPUTS)
@each("hidden", HIDDENS)
def test_right_witnesses_agree(hidden: str, output: str, exhaustive: bool) -> None:
    cases = [
        Case((2, 3, 3, 2), 4, hidden, output, lambd=0.7, keep_prob=0.5, bias=("zero", "random")[s % 2], seed=s)
        for s in range(8)
    ]
    problem = draw(cases)
    assert compare_witnesses(problem, asked(problem, exhaustive=exhaustive)) == []


@given(case=small_cases())
@drawn(60)
def test_right_witnesses_agree_on_any_case(case: Case) -> None:
    problem = draw([case])
    assert compare_witnesses(problem, asked(problem)) == []


# --- corrupted ones -----------------------------------------------------------------------------------------

Corruption = Callable[[np.ndarray], np.ndarray]


def scaled(a: np.ndarray) -> np.ndarray:
    return a * (1 + 1e-4)


def negated(a: np.ndarray) -> np.ndarray:
    return -a


def zeroed(a: np.ndarray) -> np.ndarray:
    return np.zeros_like(a)


def one_entry(a: np.ndarray) -> np.ndarray:
    a = a.copy()
    a[..., 0, 0] *= 1.01
    return a


def not_a_number(a: np.ndarray) -> np.ndarray:
    return np.full_like(a, np.nan)


def corrupt(monkeypatch: pytest.MonkeyPatch, witness: str, how: Corruption) -> None:
    """The witness says the same wrong thing whenever it is asked."""
    if witness == "autodiff":
        right = by_jax.autodiff

        def ask(problem: Problem) -> Any:
            ad = right(problem)
            return ad._replace(dW=[how(a) for a in ad.dW], db=[how(a) for a in ad.db])

        monkeypatch.setattr(by_jax, "autodiff", ask)
    elif witness == "central_difference":
        differences = panel.network_differences

        def difference(*args: Any, **more: Any) -> Any:
            found = differences(*args, **more)
            return found._replace(D=[how(a) for a in found.D])

        monkeypatch.setattr(panel, "network_differences", difference)
    else:
        take = panel.step.complex_step

        def probe(problem: Problem, V: Any) -> Any:
            probes = take(problem, V)
            return probes._replace(data=how(probes.data))

        monkeypatch.setattr(panel.step, "complex_step", probe)


STACK = [Case((2, 3, 2), 4, "tanh", seed=s) for s in range(3)]


@pytest.mark.parametrize("exhaustive", [False, True])
@pytest.mark.parametrize("how", [scaled, negated, zeroed, one_entry, not_a_number], ids=lambda how: how.__name__)
@pytest.mark.parametrize("witness", WITNESSES)
def test_a_corrupted_witness_is_named(
    witness: str, how: Corruption, exhaustive: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = draw(STACK)
    corrupt(monkeypatch, witness, how)
    disputes = compare_witnesses(problem, asked(problem, exhaustive=exhaustive))
    assert disputes, "no dispute"
    if (how, witness) != (one_entry, "complex_step"):  # the first probe of the first problem alone
        assert [d.case for d in disputes] == [str(case) for case in STACK]
    for dispute in disputes:
        assert dispute.odd == witness
        pairs = dispute.text.removesuffix(" disagree").split(", ")
        assert len(pairs) == 2
        assert all(witness in pair for pair in pairs)


@pytest.mark.parametrize("good", WITNESSES)
def test_where_two_are_corrupted_nobody_is_named(good: str, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = draw(STACK)
    for witness, how in zip([w for w in WITNESSES if w != good], (scaled, negated), strict=True):
        corrupt(monkeypatch, witness, how)
    disputes = compare_witnesses(problem, asked(problem))
    assert [d.odd for d in disputes] == [None] * 3
    assert all(d.text.count(" and ") == 3 for d in disputes)


def test_one_case_of_a_stack_is_disputed_and_no_other() -> None:
    problem = draw(STACK)
    witness_report = asked(problem)
    dW = [a.copy() for a in witness_report.autodiff.dW]
    dW[0][1] *= 1.001
    disputes = compare_witnesses(problem, witness_report._replace(autodiff=witness_report.autodiff._replace(dW=dW)))
    assert [d.case for d in disputes] == [str(STACK[1])]


@each("witness", WITNESSES)
def test_a_dispute_that_does_not_repeat_names_nobody(witness: str) -> None:
    """The testimony was spoilt on its way; asked anew, all three agree. It is reported all the same."""
    problem = draw(STACK)
    witness_report = asked(problem)
    spoilt = {
        "autodiff": witness_report._replace(
            autodiff=witness_report.autodiff._replace(dW=[a * 2 for a in witness_report.autodiff.dW])
        ),
        "central_difference": witness_report._replace(
            central=witness_report.central._replace(D=[a * 2 for a in witness_report.central.D])
        ),
        "complex_step": witness_report._replace(
            probes=witness_report.probes._replace(data=witness_report.probes.data * 2)
        ),
    }[witness]
    disputes = compare_witnesses(problem, spoilt)
    assert [d.odd for d in disputes] == [None] * 3
    assert {d.text for d in disputes} == {"two of them disagree"}


def test_an_error_that_only_the_exhaustive_probe_sees_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """One coordinate is off by more than its own tolerance, and less than that of any sampled direction through it."""
    problem = draw([Case((2, 3, 2), 4, "tanh", seed=s) for s in range(1)])
    right = by_jax.autodiff
    quiet = np.argmin(magnitudes_of(problem).dW[0][0])
    at = (0, *np.unravel_index(quiet, magnitudes_of(problem).dW[0][0].shape))

    def ask(problem: Problem) -> Any:
        ad = right(problem)
        dW = [a.copy() for a in ad.dW]
        dW[0][at] += 1e-3 * np.abs(dW[0]).max()
        return ad._replace(dW=dW)

    monkeypatch.setattr(by_jax, "autodiff", ask)
    witness_report = asked(problem)
    V = [(np.zeros_like(W), np.zeros_like(b)) for W, b in witness_report.probes.V]  # samples that miss the coordinate
    for (W, b), (W0, b0) in zip(V, witness_report.probes.V, strict=True):
        W[...], b[...] = W0, b0
    V[0][0][(slice(None), *at)] = 0
    blind = witness_report._replace(probes=panel.step.complex_step(problem, V))
    agree = panel._agreement(problem, blind)
    assert agree[AS].all(), "the samples saw it"
    assert not agree[AC].any()
    assert odd_one_out({pair: bool(ok[0]) for pair, ok in agree.items()}) is None
    assert [d.odd for d in compare_witnesses(problem, blind)] == ["autodiff"]


def test_what_central_differences_leave_out_is_no_dispute() -> None:
    """A leaky unit that straddles: central differences say nothing of it, and neither do directions through it."""
    cases = [Case((2, 2, 2, 2, 1), 4, "leaky_relu", keep_prob=0.4, bias="zero", seed=s) for s in range(60)]
    problem = draw(cases)
    witness_report = asked(problem, exhaustive=True)
    left_out = sum(int(s.sum()) for s in witness_report.central.straddles)
    assert left_out > 0
    assert compare_witnesses(problem, witness_report) == []
    believed = witness_report.central._replace(
        bound=[np.where(np.isinf(b), 0.0, b) for b in witness_report.central.bound]
    )
    assert compare_witnesses(problem, witness_report._replace(central=believed)) != []


def test_the_l2_term_is_not_what_the_witnesses_are_compared_on() -> None:
    problem = draw([Case((2, 3, 2), 4, "tanh", lambd=1e6, seed=1)])
    assert compare_witnesses(problem, asked(problem)) == []


def test_hearing_writes_into_nothing() -> None:
    problem = draw(STACK)  # read-only
    one, other = asked(problem), asked(problem)
    assert all(np.array_equal(a, b) for a, b in zip(one.central.D, other.central.D, strict=True))
    assert np.array_equal(one.probes.data, other.probes.data)
