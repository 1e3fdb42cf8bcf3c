"""One stack before the court: what is counted, what is found, and what is done to the arguments."""

from __future__ import annotations

import numpy as np
import pytest

import reference.judging.hearing
import reference.judging.judge
from reference.cases.case import Case
from reference.cases.domain import ANY
from reference.cases.problem import draw
from reference.interface.entry import Entry
from reference.judging.judge import Tally, judge
from reference.judging.tolerance import magnitudes_of
from tests.folding import each
from tests.reference import mistakes
from tests.reference.mistakes import EQUIVALENT, RIGHT, run, with_outcome

CASE = Case((3, 4, 2), 5, "tanh", lambd=0.7, keep_prob=0.6)
SIBLINGS = [CASE, Case((3, 4, 2), 5, "tanh", lambd=0.0, keep_prob=0.5, seed=1)]


def entry(steps=RIGHT):
    return Entry("backward", ANY, lambda problem: run(steps, problem))


def judged(steps=RIGHT, cases=SIBLINGS, *, exhaustive=True):
    return judge(entry(steps), draw(cases), exhaustive=exhaustive, rng=np.random.RandomState())


def codes(judgement):
    return {(failure.output, failure.code) for failure in judgement.failures}


def changed(change):
    return with_outcome(lambda s, outcome: {name: change(name, a) for name, a in outcome.items()})


# --- counting -------------------------------------------------------------------------------------------------


@each("exhaustive", [True, False])
def test_every_coordinate_is_compared_with_autodiff_and_central_differences(exhaustive):
    judgement = judged(exhaustive=exhaustive)
    assert not judgement.failures
    assert not judgement.disputes
    sizes = {"dW1": 24, "db1": 8, "dW2": 16, "db2": 4}
    for output, size in sizes.items():
        tally = judgement.tallies[output]
        assert (tally.cases, tally.coordinates, tally.autodiff, tally.central_difference) == (2, size, size, size)
        assert tally.excluded == tally.unresolved == 0


def test_the_complex_step_is_asked_for_every_coordinate_or_for_samples():
    every, some = judged(exhaustive=True).tallies, judged(exhaustive=False).tallies
    assert all(every[name].complex_step == every[name].coordinates for name in ("dW1", "db1", "dW2", "db2"))
    assert all(0 < some[name].complex_step < every[name].complex_step for name in ("dW1", "dW2"))


def test_tallies_add_up_and_keep_the_worst_error():
    a, b = Tally(1, 2, 3, 4, 5.0, 6, 7, 8), Tally(10, 20, 30, 40, 0.5, 60, 70, 80)
    assert a + b == Tally(11, 22, 33, 44, 5.0, 66, 77, 88)
    assert b + a == a + b


def test_intermediates_are_compared_where_they_are_returned():
    names = set(judged(EQUIVALENT["intermediates too"]).tallies)
    assert names == {"cost", "Z1", "Z2", "A1", "A2", "dZ1", "dZ2", "dA1", "dW1", "dW2", "db1", "db2"}
    assert set(judged(EQUIVALENT["only the gradients"]).tallies) == {"dW1", "dW2", "db1", "db2"}


@each("output", ["Z1", "A1", "A2", "dZ1", "dA1", "dZ2"])
def test_an_intermediate_that_is_wrong_is_found(output):
    def returned(s, outcome):
        outcome = EQUIVALENT["intermediates too"].returned(s, outcome)
        return {**outcome, output: outcome[output] + outcome[output].dtype.type(0.01)}

    found = codes(judged(mistakes.edit(returned=returned)))
    assert found == {(output, "MB305" if output[0] == "d" else "MB199")}


def test_the_worst_error_is_counted_in_units_of_u_m():
    problem = draw([CASE])
    unit = np.finfo(np.float64).eps * magnitudes_of(problem).db[1]
    tally = judged(changed(lambda name, a: a + 40 * unit if name == "db2" else a), [CASE]).tallies["db2"]
    assert 35 < tally.worst_error < 45
    assert judged(cases=[CASE]).tallies["db2"].worst_error < 5


# --- finding --------------------------------------------------------------------------------------------------


def test_the_failure_points_at_the_entry_that_is_wrong_in_the_case_that_is_wrong():
    def spoil(s, outcome):
        outcome["dW1"][1, 2, 1] += 0.25

    (failure,) = judged(with_outcome(spoil)).failures
    assert (failure.output, failure.at, failure.case) == ("dW1", (2, 1), SIBLINGS[1])
    assert failure.got - failure.want == pytest.approx(0.25)
    assert failure.share == pytest.approx(1 / 12)


def test_an_error_at_the_edge_of_the_tolerance_passes_and_one_beyond_it_does_not():
    problem = draw([CASE])
    width = 64 * np.finfo(np.float64).eps * (magnitudes_of(problem).dW[0] + magnitudes_of(problem).l2[0])

    def off_by(share):
        return judged(changed(lambda name, a: a + share * width if name == "dW1" else a), [CASE]).failures

    assert not off_by(0.9)
    assert off_by(1.3 * problem.C / 64)


def test_a_data_term_that_is_wrong_is_seen_behind_a_strong_regulariser():
    hidden = Case((4, 3, 2, 1), 6, lambd=1e12)
    found = codes(judged(mistakes.times("dW", lambda s: 1 + 1e-4), [hidden]))
    assert {output for output, _ in found} >= {"dW3"}


def test_an_l2_term_that_is_wrong_is_seen_behind_a_strong_data_term():
    hidden = Case((4, 3, 2, 1), 6, lambd=1e-9)
    assert {output for output, _ in codes(judged(mistakes.times("l2", lambda s: 2), [hidden]))} == {"dW1", "dW2", "dW3"}


def test_an_l2_term_that_is_wrong_behind_a_strong_data_term_is_not_called_lost_digits():
    hidden = Case((4, 3, 2, 1), 6, lambd=1e-9)
    assert codes(judged(mistakes.times("l2", lambda s: 2), [hidden])) == {(f"dW{l}", "MB202") for l in (1, 2, 3)}


def test_values_that_are_not_finite_are_mb401():
    def with_nan(name, a):
        return np.where(np.arange(a.shape[-1]) == 0, np.nan, a) if name == "dW2" else a

    assert codes(judged(changed(with_nan))) >= {("dW2", "MB401")}


def test_an_infinite_gradient_is_mb401():
    found = judged(changed(lambda name, a: np.full_like(a, np.inf) if name == "db1" else a), [CASE]).failures
    assert ("db1", "MB401") in {(f.output, f.code) for f in found}


@each(
    ("change", "code"),
    [
        (lambda name, a: a[..., 0] if name == "db1" else a, "MB501"),
        (lambda name, a: a.mT if name == "dW1" else a, "MB501"),
        (lambda name, a: a.astype(np.float32) if name == "dW1" else a, "MB502"),
        (lambda name, a: a.astype(complex) if name == "dW1" else a, "MB502"),
    ],
)
def test_what_is_malformed_is_not_compared_and_the_rest_is(change, code):
    judgement = judged(changed(change))
    ((output, found),) = codes(judgement)
    assert found == code
    assert output not in judgement.tallies
    assert {"dW2", "db2"} <= judgement.tallies.keys()


def test_every_gradient_that_is_missing_is_named():
    found = codes(judged(with_outcome(lambda s, outcome: {"dW1": outcome["dW1"]})))
    assert found == {(name, "MB702") for name in ("db1", "dW2", "db2")}


def test_a_layer_that_is_not_there_does_not_stop_the_court():
    judged(with_outcome(lambda s, outcome: {**outcome, "dW9": outcome["dW1"]}))


@each("name", ["D1", "W1", "J"])
def test_what_nobody_asked_for_is_not_accused(name):
    of = {"D1": lambda s: s.D[1], "W1": lambda s: s.W[1], "J": lambda s: s.Y.sum(axis=(-2, -1))}[name]
    assert not judged(mistakes.edit(returned=lambda s, outcome: {**outcome, name: of(s)}), [CASE]).failures


# --- what is done to the arguments ----------------------------------------------------------------------------


@each("name", ["X", "Y", "W", "b"])
def test_a_changed_argument_is_named(name):
    owner = {"X": "X", "Y": "Y", "W": "W1", "b": "b1"}[name]
    assert (owner, "MB601") in codes(judged(mistakes.mutating(name)))


def test_a_changed_mask_is_named():
    def flip(s, outcome):
        s.D[1][...] = ~s.D[1]
        return outcome

    assert ("D1", "MB601") in codes(judged(mistakes.edit(returned=flip)))


def test_the_problem_that_is_judged_is_never_what_the_entry_can_write_to():
    problem = draw(SIBLINGS)
    before = [a.copy() for a in (problem.X, problem.Y, *problem.parameters[0])]
    judge(entry(mistakes.mutating("X")), problem, exhaustive=False, rng=np.random.RandomState())
    after = (problem.X, problem.Y, *problem.parameters[0])
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_two_calls_that_differ_are_found_even_in_the_last_bit():
    calls = iter(range(100))

    def last_bit(name, a):
        return np.nextafter(a, np.inf) if name == "dW1" and next(calls) % 2 else a

    assert ("dW1", "MB602") in codes(judged(changed(last_bit)))


def test_nan_twice_is_not_called_nondeterminism():
    found = codes(judged(changed(lambda name, a: a * np.nan if name == "db1" else a)))
    assert "MB602" not in {code for _, code in found}


def test_an_exception_is_a_finding_that_says_what_was_raised():
    (failure,) = judged(mistakes.raising(lambda s: True)).failures
    assert (failure.output, failure.code) == ("*", "MB701")
    assert "RuntimeError: cannot do this one" in failure.text


def test_an_exception_says_where_in_the_users_file():
    (failure,) = judged(mistakes.raising(lambda s: True)).failures
    assert "mistakes.py" in failure.text


def test_an_exception_outside_our_folders_says_where(tmp_path):
    source = "def run(problem):\n    return helper()\n\ndef helper():\n    raise KeyError('dW1')\n"
    path = tmp_path / "mine.py"
    path.write_text(source)
    scope = {}
    exec(compile(source, str(path), "exec"), scope)
    (failure,) = judge(
        Entry("mine", ANY, scope["run"]), draw([CASE]), exhaustive=False, rng=np.random.RandomState()
    ).failures
    assert f"{path}:5 in helper" in failure.text
    assert "judge.py" not in failure.text


def test_a_target_that_exits_is_a_finding():
    def leave(s, outcome):
        raise SystemExit(0)

    assert judged(mistakes.edit(returned=leave)).failures


def test_ctrl_c_inside_the_target_is_not_taken_for_a_finding():
    def interrupted(s, outcome):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judged(mistakes.edit(returned=interrupted))


def test_the_complex_step_alone_can_find_a_fault(monkeypatch):
    """Autodiff and differences made to say what the entry says; the directions still contradict."""
    doubled = mistakes.times("dW", lambda s: 2)
    ask_witnesses = reference.judging.hearing.ask_witnesses

    def agreeing(problem, **how):
        said = ask_witnesses(problem, **how)
        D = [np.concatenate([2 * d[..., :-1], d[..., -1:]], axis=-1) for d in said.central.D]
        ad = said.autodiff._replace(dW=[2 * dW for dW in said.autodiff.dW])
        return said._replace(autodiff=ad, central=said.central._replace(D=D))

    monkeypatch.setattr(reference.judging.hearing, "ask_witnesses", agreeing)
    monkeypatch.setattr(reference.judging.hearing, "compare_witnesses", lambda problem, witness_report, **how: [])
    for exhaustive in (True, False):
        assert {output for output, _ in codes(judged(doubled, exhaustive=exhaustive))} >= {"dW1", "dW2"}


def test_central_differences_alone_can_find_a_fault(monkeypatch):
    ask_witnesses = reference.judging.hearing.ask_witnesses

    def spoilt(problem, **how):
        said = ask_witnesses(problem, **how)
        return said._replace(central=said.central._replace(D=[1.5 * D for D in said.central.D]))

    monkeypatch.setattr(reference.judging.hearing, "ask_witnesses", spoilt)
    monkeypatch.setattr(reference.judging.hearing, "compare_witnesses", lambda problem, witness_report, **how: [])
    assert {output for output, _ in codes(judged())} == {"dW1", "db1", "dW2", "db2"}
