"""The plan, carried out: what must be tried is tried, what was cut is said, and the same seed is the same run."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import reference.verification.conclude
import reference.verification.run
from reference.cases.battery import battery
from reference.cases.case import HIDDENS, OUTPUTS, Case
from reference.cases.domain import ANY, COURSE, Domain
from reference.cases.problem import draw
from reference.findings.verdicts import EXIT_CODES
from reference.interface.entry import Entry, Implementation, Law, Violation
from reference.judging.judge import Tally
from reference.verification.conclude import conclude
from reference.verification.known import Run
from reference.verification.options import Options
from reference.verification.reported import target_report
from reference.verification.run import judge_case, verify
from tests.reference import mistakes
from tests.reference.court import findings, plan, remember_witnesses, shrink_nothing, try_out
from tests.reference.mistakes import EQUIVALENT, RIGHT, implementation, run, times

CASE = Case((3, 4, 2), 5, "tanh", lambd=0.7, keep_prob=0.6)


@pytest.fixture(autouse=True)
def _court(monkeypatch):
    remember_witnesses(monkeypatch)


@pytest.fixture
def unshrunk(monkeypatch):
    shrink_nothing(monkeypatch)


# --- the battery ----------------------------------------------------------------------------------------------

CASES = list(battery())

COVERED = {
    "one example": lambda c: c.m == 1,
    "width 1": lambda c: 1 in c.dims[1:-1],
    "one input": lambda c: c.dims[0] == 1,
    "one output": lambda c: c.dims[-1] == 1,
    "many outputs": lambda c: c.dims[-1] > 1,
    "λ = 0": lambda c: c.lambd == 0,
    "λ > 0": lambda c: c.lambd > 0,
    "keep_prob = 1": lambda c: c.keep_prob == 1,
    "keep_prob < 1": lambda c: c.keep_prob < 1,
    "L2 and dropout together": lambda c: c.lambd > 0 and c.keep_prob < 1,
    "zero biases": lambda c: c.bias == "zero",
    "square layers": lambda c: any(a == b > 1 for a, b in itertools.pairwise(c.dims)),
    "layers that are not square": lambda c: all(a != b for a, b in itertools.pairwise(c.dims)),
    "no hidden layer": lambda c: len(c.dims) == 2,
    "deep and narrow": lambda c: len(c.dims) >= 6 and max(c.dims) <= 3,
    "float32": lambda c: c.dtype == "float32",
    "the gradient-checking assignment's shape": lambda c: c.dims == (4, 5, 3, 1),
    "an L2 term that hides the data term": lambda c: c.lambd >= 1e3,
    "a data term that hides the L2 term": lambda c: 0 < c.lambd <= 1e-3,
    "large weights": lambda c: c.scale > 10,
    "small weights": lambda c: c.scale < 0.1,
}


@pytest.mark.parametrize("name", COVERED)
def test_the_battery_holds(name):
    assert any(COVERED[name](case) for case in CASES)


@pytest.mark.parametrize(("hidden", "output"), list(itertools.product(HIDDENS, OUTPUTS)))
def test_the_battery_holds_every_activation_with_every_output_with_and_without_dropout_and_l2(hidden, output):
    found = {(c.lambd > 0, c.keep_prob < 1) for c in CASES if (c.hidden, c.output) == (hidden, output)}
    assert found == set(itertools.product((False, True), repeat=2))


def forwards():
    for case in CASES:
        yield case, draw([case]).forward()


def test_the_battery_holds_a_dead_layer_and_a_column_whose_every_unit_is_dropped():
    dead = dropped = False
    for case, forward in forwards():
        if case.hidden == "relu":
            dead |= any(not A.any() for A in forward.A[1:])
        dropped |= any((~D.any(axis=-2)).any() for D in draw([case]).masks or ())
    assert dead
    assert dropped


def test_the_battery_holds_exact_ties_of_relu():
    assert any((Z == 0).any() for case, forward in forwards() for Z in forward.Z[:-1] if case.hidden == "relu")


def test_the_battery_holds_exact_ties_of_leaky_relu():
    assert any((Z == 0).any() for case, forward in forwards() for Z in forward.Z[:-1] if case.hidden == "leaky_relu")


@pytest.mark.parametrize(
    ("output", "sign"),
    [
        ("sigmoid", -1),
        ("sigmoid", 1),
        ("softmax", 1),
    ],
)
def test_the_battery_holds_logits_whose_exponential_overflows(output, sign):
    assert any((sign * forward.Z[-1] > 710).any() for case, forward in forwards() if case.output == output)


def test_the_battery_is_always_the_same_and_holds_no_case_twice():
    assert list(battery()) == CASES
    assert len(set(CASES)) == len(CASES)


@pytest.mark.parametrize("domain", [COURSE, COURSE._replace(l2=True), COURSE._replace(dropout=True)])
def test_a_narrow_domain_gets_a_part_of_the_battery(domain):
    kept = [case for case in CASES if domain.accepts(case)]
    assert len(kept) >= 5
    assert all(case.dims[1:] and case.hidden == "relu" and case.output == "sigmoid" for case in kept)


# --- the run --------------------------------------------------------------------------------------------------


def asked_of(domain=ANY, **options):
    """The cases that the code under test is given."""
    seen = []

    def record(problem):
        seen.extend(problem.cases)
        return run(RIGHT, problem)

    target = try_out(Implementation("mine", (Entry("backward", domain, record),)), **options)
    return seen, target


def test_the_battery_runs_before_anything_random_and_the_random_cases_are_as_many_as_asked():
    seen, target = asked_of(examples=40)
    known = set(CASES)
    first_random = next(k for k, case in enumerate(seen) if case not in known)
    assert set(seen[:first_random]) == known
    assert 40 <= len(set(seen) - known) <= 42
    assert target.verdict == "pass"


def test_three_witnesses_take_part_in_every_output():
    target = try_out(implementation(RIGHT), examples=16)
    rows = [row for row in target.checks if row.output != "cost"]
    assert {row.output for row in rows} >= {"dW1", "db1", "dW5", "db5"}
    for row in rows:
        assert row.witnesses.autodiff >= row.coordinates > 0  # what was explored beside the draws is not coverage
        assert row.witnesses.central_difference > 0.9 * row.witnesses.autodiff
        assert row.witnesses.complex_step > 0
    assert target.distinct_cases > 160


def test_every_single_case_hears_all_three():
    for case in (*CASES[::10], CASE):
        judgement = judge_case(Entry("backward", ANY, lambda problem: run(RIGHT, problem)), case)
        total = sum((t for name, t in judgement.tallies.items() if name[:2] in ("dW", "db")), Tally())
        assert total.autodiff > 0
        assert total.complex_step > 0
        assert total.central_difference + total.excluded > 0


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    first, again, other = (try_out(implementation(RIGHT), examples=32, seed=seed) for seed in (4, 4, 5))
    assert first == again
    assert first != other


def test_one_case_alone_is_judged_when_one_is_given():
    seen, target = asked_of(case=CASE)
    assert set(seen) == {CASE}
    assert (target.verdict, target.distinct_cases) == ("pass", 1)
    assert {row.output for row in target.checks} == {"cost", "dW1", "db1", "dW2", "db2"}


def test_a_case_that_no_function_takes_is_inconclusive_and_says_so():
    seen, target = asked_of(COURSE, case=CASE)
    assert not seen
    assert target.verdict == "inconclusive"
    assert any(str(CASE) in note for note in target.notes)


# --- what is cut ----------------------------------------------------------------------------------------------


def clock(monkeypatch, seconds):
    """Time that passes by ``seconds`` at every look."""
    ticks = itertools.count(0.0, seconds)
    monkeypatch.setattr(reference.verification.run.time, "monotonic", lambda: next(ticks))


def test_a_time_limit_before_the_floor_is_inconclusive(monkeypatch):
    clock(monkeypatch, 1.0)
    target = try_out(implementation(RIGHT), profile=plan(64, max_time=5))
    assert (target.verdict, EXIT_CODES[target.verdict]) == ("inconclusive", 3)
    assert "5 s" in target.error
    assert target.distinct_cases < len(CASES)


@pytest.mark.slow
def test_a_time_limit_after_the_floor_ends_the_random_cases_and_passes(monkeypatch):
    clock(monkeypatch, 1.0)
    target = try_out(implementation(RIGHT), profile=plan(1600, max_time=110))
    assert target.verdict == "pass"
    assert len(CASES) < target.distinct_cases < len(CASES) + 1600
    assert any("early" in note for note in target.notes)


@pytest.mark.slow
def test_a_time_limit_before_the_second_function_is_inconclusive(monkeypatch):
    entries = tuple(Entry(name, ANY, lambda problem: run(RIGHT, problem)) for name in ("first", "second"))
    clock(monkeypatch, 1.0)
    target = try_out(Implementation("two", entries), profile=plan(1600, max_time=110))
    assert target.verdict == "inconclusive"


def test_a_mistake_that_was_found_before_the_limit_is_a_failure(monkeypatch, unshrunk):
    clock(monkeypatch, 1.0)
    assert try_out(implementation(times("dW", lambda s: 2)), profile=plan(64, max_time=5)).verdict == "fail"


def test_an_interrupted_run_says_what_was_verified(monkeypatch):
    calls = itertools.count()

    def stop(problem):
        if next(calls) > 30:
            raise KeyboardInterrupt
        return run(RIGHT, problem)

    mine, options, so_far = Implementation("mine", (Entry("backward", ANY, stop),)), Options(plan()), Run()
    with pytest.raises(KeyboardInterrupt):
        verify(mine, options, so_far)
    found = conclude(mine, options, so_far, interrupted=True)
    target = target_report(found)
    assert (target.verdict, EXIT_CODES[target.verdict]) == ("interrupted", 130)
    assert 0 < target.distinct_cases < len(CASES)
    assert all(row.verdict == "pass" for row in target.checks)
    assert not found.stored


def test_an_interrupted_run_neither_shrinks_nor_runs_the_code_again():
    calls = []

    def counted(problem):
        calls.append(problem)
        return run(times("dW", lambda s: 2), problem)

    mine, options, so_far = Implementation("mine", (Entry("backward", ANY, counted),)), Options(plan(1)), Run()
    verify(mine, options, so_far)
    before = len(calls)
    target = target_report(conclude(mine, options, so_far, interrupted=True))
    assert len(calls) == before
    assert findings(target)


# --- laws -----------------------------------------------------------------------------------------------------


def test_a_law_that_is_kept_passes_and_one_that_is_broken_fails():
    kept = Law("kept", lambda seed: (10, []))
    broken = Law("broken", lambda seed: (10, [Violation("D", "MB303", "keeps too few")]))
    assert try_out(Implementation("laws", (), (kept,)), examples=1).verdict == "pass"
    target = try_out(Implementation("laws", (), (kept, broken)), examples=1)
    assert target.verdict == "fail"
    assert [(f.code, f.text) for f in findings(target)] == [("MB303", "keeps too few")]


def test_a_law_is_given_the_seed_of_the_run():
    seen = []
    law = Law("law", lambda seed: (1, seen.append(seed) or []))
    try_out(Implementation("laws", (), (law,)), examples=1, seed=99)
    assert seen == [99]


def test_a_law_that_looked_at_nothing_is_inconclusive():
    assert try_out(Implementation("laws", (), (Law("law", lambda seed: (0, [])),))).verdict == "inconclusive"


# --- what is said ---------------------------------------------------------------------------------------------


def test_the_smallest_case_is_printed_and_fails_for_the_same_reason():
    domain = Domain(depths=(3,), hiddens=("relu",), outputs=("sigmoid",), dtypes=("float64",))
    mine = implementation(times("dW", lambda s: s.m if s.l == 2 else 1), domain=domain)
    asked, so_far = Options(plan(16)), Run()
    verify(mine, asked, so_far)
    found = conclude(mine, asked, so_far)
    (stored,), (finding,) = found.stored, findings(target_report(found))
    smallest = Case.parse(finding.smallest)
    assert finding.code == "MB102"
    assert (smallest.dims, smallest.m) == ((1, 1, 1, 1), 2)
    assert (smallest.lambd, smallest.keep_prob, smallest.scale) == (0, 1, 1)
    assert (stored.id, stored.case) == (finding.replay, finding.smallest)
    (again,) = judge_case(mine.entries[0], smallest).failures
    assert (again.output, again.got, again.want) == ("dW2", finding.got, finding.want)


def test_two_mistakes_at_once_are_both_found(unshrunk):
    both = mistakes.edit(
        dW=lambda s: RIGHT.dW(s) * (2 if s.l == s.L else 1), db=lambda s: RIGHT.db(s) * (s.m if s.l == 1 else 1)
    )
    found = {(row.output, f.code) for row in try_out(implementation(both)).checks for f in row.findings}
    assert {code for output, code in found if output == "db2"} <= set()
    assert {("dW3", "MB101"), ("db1", "MB102")} <= found or {("dW5", "MB101"), ("db1", "MB102")} <= found


def test_a_witness_that_disagrees_outweighs_a_mistake(monkeypatch, unshrunk):
    from reference.judging.panel import Dispute

    monkeypatch.setattr(
        reference.judging.hearing,
        "compare_witnesses",
        lambda problem, witness_report, **how: [Dispute(str(CASE), "autodiff", "")],
    )
    target = try_out(implementation(times("dW", lambda s: 2)), case=CASE)
    assert target.verdict == "error"
    assert str(CASE) in target.error


def with_intermediates(steps):
    from dataclasses import replace

    return replace(steps, returned=EQUIVALENT["intermediates too"].returned)


@pytest.mark.slow
def test_lost_digits_are_a_warning_however_many_outputs_lose_them(unshrunk, monkeypatch):
    monkeypatch.setattr(reference.verification.conclude, "MAX_SHRUNK", 2)
    mine = implementation(with_intermediates(mistakes.clipped(1e-7)), domain=ANY._replace(dropout=False))
    target = try_out(mine)
    assert {f.code for f in findings(target)} == {"MB402"}
    assert target.verdict == "pass"


@pytest.mark.slow
def test_lost_digits_are_a_warning_with_dropout_too(unshrunk):
    target = try_out(implementation(mistakes.clipped(1e-9)))
    assert {f.code for f in findings(target)} == {"MB402"}
    assert target.verdict == "pass"


def test_a_product_in_float32_is_no_matter_of_saturation(unshrunk):
    (mistake,) = (m for m in mistakes.MISTAKES if m.name == "a product in float32")
    target = try_out(implementation(mistake.steps), case=Case((3, 2, 2, 2, 2, 2), 4, keep_prob=0.6, seed=41))
    assert {f.code for f in findings(target)} <= {"MB199", "MB402"}
    assert {f.severity for f in findings(target)} == {"error"}


def test_a_target_that_fails_now_and_then_is_a_finding():
    calls = itertools.count()
    target = try_out(implementation(mistakes.raising(lambda s: next(calls) % 7 == 6)), examples=16)
    assert target.verdict == "fail"


@pytest.mark.slow
def test_exploring_is_part_of_the_plan_and_its_cases_are_counted():
    none, some = (try_out(implementation(RIGHT), profile=plan(1)._replace(explore=n)) for n in (1, 30))
    assert some.distinct_cases > none.distinct_cases + 10


@pytest.mark.slow
def test_the_rng_of_numpy_and_of_python_are_left_as_they_were():
    import random

    np.random.seed(5)
    random.seed(5)
    before = np.random.get_state()[1].tolist(), random.getstate()
    try_out(implementation(times("db", lambda s: 2)), examples=16)
    assert (np.random.get_state()[1].tolist(), random.getstate()) == before
