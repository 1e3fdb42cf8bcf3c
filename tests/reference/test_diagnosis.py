"""A name is given only where it holds on every probe; what cannot be told apart is listed, not chosen."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from reference.case import HIDDENS, OUTPUTS, Case
from reference.diagnosis import FACTORS, diagnose, probes
from reference.execution import Failure
from reference.implementations import ANY, COURSE, Entry
from tests.reference import mistakes
from tests.reference.court import remember_witnesses
from tests.reference.mistakes import MISTAKES, run, scaled, times

SMALLEST = Case((1, 1, 1, 1), 1)  # where nothing can be told apart
DEPTH = 3


@pytest.fixture(autouse=True)
def _court(monkeypatch):
    remember_witnesses(monkeypatch)


def cause(steps, output="dW2", code="MB199", domain=ANY, case=SMALLEST):
    entry = Entry("backward", domain, lambda problem: run(steps, problem))
    return diagnose(entry, Failure("backward", output, code, case))


def mistake(name):
    return next(m.steps for m in MISTAKES if m.name == name)


EXAMPLES_OF_FACTORS = {
    "2": 2.0, "1/2": 0.5, "−1": -1.0, "0": 0.0, "4": 4.0,
    "m": lambda s: s.m, "1/m": lambda s: 1 / s.m, "keep_prob": lambda s: s.keep, "1/keep_prob": lambda s: 1 / s.keep,
    "keep_prob²": lambda s: s.keep**2, "1/keep_prob²": lambda s: 1 / s.keep**2,
}  # fmt: skip


def factor(name):
    value = EXAMPLES_OF_FACTORS[name]
    return value if callable(value) else lambda s: value


def test_every_factor_has_an_example():
    assert EXAMPLES_OF_FACTORS.keys() == FACTORS.keys()


@pytest.mark.parametrize("name", FACTORS)
@pytest.mark.parametrize("output", ["dW1", "dW2", "dW3", "db1", "db2", "db3"])
def test_a_constant_factor_is_named_in_every_layer(name, output):
    found = cause(times(output[:2], factor(name)), output)
    code = "MB302" if "keep_prob" in name else {"m": "MB102", "1/m": "MB102"}.get(name, "MB101")
    assert (found.code, found.certainty) == (code, "exactly")
    assert f"× {name}" in found.text
    assert "3 of 3 probes" in found.text
    assert not found.candidates


@pytest.mark.parametrize("name", [name for name in FACTORS if name != "0"])
def test_a_factor_of_the_l2_term_is_mb202(name):
    found = cause(times("l2", factor(name)))
    assert (found.code, found.certainty) == ("MB202", "exactly")
    assert f"× {name} " in found.text
    assert "data term is right" in found.text


def test_an_l2_term_that_is_missing_is_mb201():
    found = cause(times("l2", lambda s: 0))
    assert (found.code, found.certainty) == ("MB201", "exactly")


def test_data_and_l2_term_off_together_are_the_whole_gradient_off():
    found = cause(scaled("dW", 2))
    assert (found.code, found.certainty) == ("MB101", "exactly")
    assert found.text.startswith("the gradient × 2,")


@pytest.mark.parametrize(
    "name",
    ["L1 for L2", "Z for A in dW", "the batch in another order", "n_0 for m", "dZ_L = A",
     "db of the first example only", "the mask drawn anew for the backward", "tanh' from Z: 1 − Z²"],
)  # fmt: skip
@pytest.mark.parametrize("output", ["dW1", "dW2", "db2"])
def test_what_is_no_constant_factor_stays_unexplained(name, output):
    assert cause(mistake(name), output, case=Case((1, 1, 1, 1), 1, "tanh")).certainty == "unexplained"


@pytest.mark.parametrize("output", ["db1", "db2", "db3"])
def test_a_decay_of_the_biases_is_named(output):
    found = cause(mistake("L2 on biases"), output)
    assert (found.code, found.certainty) == ("MB202", "exactly")
    assert "biases are not decayed" in found.text


@pytest.mark.parametrize("output", ["dW1", "dW2", "dW3", "db3"])
def test_a_right_gradient_gets_no_name(output):
    assert cause(mistakes.RIGHT, output).certainty == "unexplained"


def test_a_factor_that_holds_on_two_probes_of_three_is_not_a_cause():
    found = cause(times("dW", lambda s: 2 if s.m != 9 else 2.001))
    assert found.certainty == "unexplained"
    assert "2" not in found.candidates


@pytest.mark.parametrize("factor", [2 + 2e-9, 2 - 1e-12, -1 - 1e-9, 1e-9])
def test_a_factor_that_is_nearly_one_of_ours_is_not_that_one(factor):
    assert cause(times("dW", lambda s: factor)).certainty == "unexplained"


def test_two_mistakes_at_once_are_not_given_one_name():
    both = mistakes.edit(dW=lambda s: 2 * mistakes.RIGHT.dW(s), l2=lambda s: 0 * s.W[s.l])
    assert cause(both).certainty == "unexplained"


def test_probes_that_raise_leave_the_cause_unexplained():
    found = cause(mistakes.raising(lambda s: s.m == 7))
    assert found.certainty == "unexplained"
    assert "RuntimeError" in found.text


def test_a_forgotten_lambda_is_not_called_a_factor_of_keep_prob():
    assert "keep_prob" not in cause(mistake("1/m for λ/m")).text


@pytest.mark.parametrize("code", ["MB401", "MB501", "MB601", "MB701", "MB802"])
def test_what_is_already_plain_keeps_its_code(code):
    assert cause(mistakes.RIGHT, code=code)[:2] == (code, "exactly")


@pytest.mark.parametrize("domain", [ANY, COURSE, COURSE._replace(l2=True), COURSE._replace(dropout=True)])
@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_probes_are_three_and_degenerate_in_nothing(domain, depth):
    found = list(probes(Entry("e", domain, dict), Case((1,) * (depth + 1), 1, seed=5)))
    cases = [problem.cases[0] for problem in found]
    assert len(cases) == 3
    assert len({case.m for case in cases}) == 3
    for case in cases:
        assert all(a != b for a, b in itertools.pairwise(case.dims))
        assert case.m > 1
        assert min(case.dims) > 1
        assert (case.lambd > 0) == domain.l2
        assert (case.keep_prob < 1) == domain.dropout
        if depth in domain.depths:
            assert domain.accepts(case)


@pytest.mark.parametrize("hidden", HIDDENS)
@pytest.mark.parametrize("output", OUTPUTS)
def test_on_the_probes_no_layer_is_dead(hidden, output):
    case = Case((1,) * (DEPTH + 1), 1, hidden, output)
    for problem in probes(Entry("e", ANY, dict), case):
        outcome = run(mistakes.RIGHT, problem)
        assert all(np.all(np.any(outcome[f"db{l}"], axis=(-2, -1))) for l in range(1, DEPTH + 1))
