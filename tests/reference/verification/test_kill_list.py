"""Proof that the gate can fail: every planted mistake is found, every right twin passes, and no name is wrong.

The tests of the tests stand at the end: a court that has stopped comparing loses this list.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np
import pytest

import reference.judging.hearing
import reference.judging.judge
import reference.judging.panel
import reference.witnesses.autodiff
from reference.cases.battery import battery
from reference.cases.case import Case
from reference.cases.domain import Domain
from reference.cases.generation import random_stacks
from reference.cases.problem import draw
from reference.findings.verdicts import EXIT_CODES
from reference.interface.entry import Entry, Implementation
from reference.judging.execution import Failure
from reference.judging.tolerance import Deviations
from reference.report.models.verification import Target
from tests.reference import mistakes
from tests.reference.court import ask_witnesses_anew, findings, remember_witnesses, shrink_nothing, try_out
from tests.reference.mistakes import EQUIVALENT, MISTAKES, Mistake, implementation

EXAMPLES = 32  # beside the battery
SIXTH = 6  # of the list: for the default tier, and for the tests of the tests
UNDECIDED = {"MB305", "MB402"}  # whether these are red is for the whole gate to say
NAMED_BY_DEFAULT = {
    "dW × 2", "1/m forgotten in db", "L2 missing", "L2 on biases", "1/keep_prob twice in the backward", "dZ_L = Y − A",
    "db of shape (n,)", "X changed in place", "the cost × 2", "raises for one example",
}  # fmt: skip


def listed(mistakes=MISTAKES):
    return [pytest.param(mistake, id=mistake.name) for mistake in mistakes]


def some_by_default(params, *, chosen=NAMED_BY_DEFAULT):
    """Those that are chosen belong to the default tier; the others are slow."""
    return [p if p.id in chosen else pytest.param(*p.values, id=p.id, marks=pytest.mark.slow) for p in params]


@pytest.fixture(autouse=True)
def _court(monkeypatch):
    remember_witnesses(monkeypatch)
    shrink_nothing(monkeypatch)


@functools.cache
def tried(name: str) -> Target:
    """The whole gate: every case, and every finding named."""
    mistake = next(m for m in MISTAKES if m.name == name)
    return try_out(implementation(mistake.steps, domain=mistake.domain), examples=EXAMPLES)


@functools.cache
def stacks(domain: Domain) -> list[list[Case]]:
    """The battery by shapes, and random cases after it."""
    by_shape: dict = {}
    for case in filter(domain.accepts, battery()):
        by_shape.setdefault(case.shape, []).append(case)
    return [*by_shape.values(), *random_stacks(domain, np.random.RandomState([0, 0]), EXAMPLES)]


def failures(mistake: Mistake) -> Iterator[Failure]:
    """What the court finds, stack after stack: nothing is judged beyond what is asked for."""
    (entry,) = implementation(mistake.steps, domain=mistake.domain).entries
    rng = np.random.RandomState(0)
    for stack in stacks(entry.domain):
        problem = draw(stack)
        yield from reference.judging.judge.judge(entry, problem, exhaustive=False, rng=rng).failures


def is_killed(mistake: Mistake, target: Target) -> bool:
    if mistake.found == "warn":
        found = findings(target)
        return target.verdict == "pass" and bool(found) and all(f.severity == "warning" for f in found)
    return target.verdict == "fail"


def turns_red(mistake: Mistake) -> bool:
    """By the first failure that is one whatever else is found; else as the whole gate says."""
    if mistake.found == "fail" and any(failure.code not in UNDECIDED for failure in failures(mistake)):
        return True
    return is_killed(mistake, tried(mistake.name))


def wrong_names(mistake: Mistake, target: Target) -> set[str]:
    """The names that are given with certainty and are not the mistake's."""
    return {f.code for f in findings(target) if f.certainty == "exactly"} - {*mistake.codes, "MB199"}


def test_there_are_forty_mistakes_or_more_and_each_has_its_own_name():
    assert len(MISTAKES) >= 40
    assert len({m.name for m in MISTAKES}) == len(MISTAKES)
    assert {m.name for m in MISTAKES} >= NAMED_BY_DEFAULT


@pytest.mark.parametrize(
    "mistake", some_by_default(listed(), chosen=NAMED_BY_DEFAULT | {m.name for m in MISTAKES[::SIXTH]})
)
def test_the_mistake_is_found(mistake):
    assert turns_red(mistake), f"{mistake.name} survives"


def test_what_is_right_turns_nothing_red():
    """Without this, a court that finds fault with everything would pass the list."""
    assert not list(failures(Mistake("right", mistakes.RIGHT, ())))


@pytest.mark.parametrize("mistake", some_by_default(listed()))
def test_the_mistake_is_never_given_a_wrong_name(mistake):
    target = tried(mistake.name)
    assert findings(target), "nothing was found"
    assert not wrong_names(mistake, target)


@pytest.mark.parametrize(
    "steps",
    some_by_default([pytest.param(steps, id=name) for name, steps in EQUIVALENT.items()], chosen=[*EQUIVALENT][::4]),
)
def test_what_is_right_by_other_arithmetic_passes_without_a_finding(steps):
    target = try_out(implementation(steps))
    assert (target.verdict, findings(target)) == ("pass", [])


@pytest.mark.slow
def test_the_kill_table_is_complete():
    survivors = []
    for mistake in MISTAKES:
        target = tried(mistake.name)
        codes = ", ".join(sorted({f"{f.code} {f.certainty}" for f in findings(target)}))
        print(f"{mistake.name:55} {target.verdict:5} {codes}")
        if not is_killed(mistake, target):
            survivors.append(mistake.name)
    assert not survivors


NAMED = {
    "dW × 2": "MB101", "db × 2": "MB101", "dZ_L = Y − A": "MB101", "every gradient is zero": "MB101",
    "1/m forgotten in dW": "MB102", "1/m forgotten in db": "MB102", "1/m in dZ_L as well": "MB102",
    "L2 missing": "MB201", "L2 doubled": "MB202", "λ for λ/m": "MB202", "L2 on biases": "MB202",
    "1/keep_prob missing in the backward": "MB302", "1/keep_prob twice in the backward": "MB302",
    "db of shape (n,)": "MB501", "dW in float32": "MB502", "X changed in place": "MB601",
    "noise from NumPy's global generator": "MB602", "raises for one example": "MB701", "db1 not returned": "MB702",
    "the cost × 2": "MB802", "A clipped at 1e-7 in dA_L": "MB402", "an intermediate wrong, no gradient": "MB305",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "code"), some_by_default([pytest.param(name, code, id=name) for name, code in NAMED.items()])
)
def test_the_common_mistakes_are_named(name, code):
    assert code in {f.code for f in findings(tried(name))}


@pytest.mark.slow
def test_lost_digits_are_a_failure_where_accuracy_says_so():
    (mistake,) = (m for m in MISTAKES if m.name == "A clipped at 1e-7 in dA_L")
    assert tried(mistake.name).verdict == "pass"
    strict = try_out(implementation(mistake.steps, domain=mistake.domain), accuracy="fail")
    assert strict.verdict == "fail"
    assert {f.code for f in findings(strict)} == {"MB402"}


# --- the tests of the tests -----------------------------------------------------------------------------------


def agrees_with_anything(got, want, allowed, *, extra=0.0):
    return Deviations(np.zeros(got.shape), np.zeros(got.shape, dtype=bool), np.ones(got.shape, dtype=bool))


@pytest.mark.slow
def test_a_court_that_compares_nothing_loses_the_list(monkeypatch):
    monkeypatch.setattr(reference.judging.judge, "compare", agrees_with_anything)
    seen_otherwise = {"MB501", "MB502", "MB601", "MB602", "MB701", "MB702"}  # without any comparison
    numerical = [m for m in MISTAKES if m.found == "fail" and not seen_otherwise & {*m.codes}][::SIXTH]
    assert len(numerical) > 8
    for mistake in numerical:
        target = try_out(implementation(mistake.steps), examples=16)
        assert target.verdict == "pass"
        assert not is_killed(mistake, target), "the list would not notice that nothing is compared"


def test_a_court_that_finds_everything_wrong_rejects_the_right_twin(monkeypatch):
    def disagrees(got, want, allowed, *, extra=0.0):
        return agrees_with_anything(got, want, allowed)._replace(wrong=np.ones(got.shape, dtype=bool))

    monkeypatch.setattr(reference.judging.judge, "compare", disagrees)
    assert try_out(implementation(mistakes.RIGHT), examples=16).verdict == "fail"


@pytest.mark.slow
def test_zero_gradients_are_rejected_in_every_output():
    (mistake,) = (m for m in MISTAKES if m.name == "every gradient is zero")
    rows = {row.output: row.verdict for row in tried(mistake.name).checks}
    assert {output for output, verdict in rows.items() if verdict == "fail"} == set(rows) - {"cost"}


@pytest.mark.parametrize(
    "empty",
    [
        Implementation("exports nothing", ()),
        Implementation("takes no such case", (Entry("backward", Domain(hiddens=("tanh",)), lambda problem: {}),)),
    ],
    ids=lambda implementation: implementation.name,
)
def test_a_run_that_checks_nothing_is_inconclusive(empty):
    target = try_out(empty, case=Case((2, 1), 1) if empty.entries else None)
    assert (target.verdict, target.error) == ("inconclusive", "nothing was checked")
    assert EXIT_CODES[target.verdict] == 3


def test_a_run_whose_every_coordinate_is_unresolved_is_inconclusive(monkeypatch):
    def sees_nothing(got, want, allowed, *, extra=0.0):
        return agrees_with_anything(got, want, allowed)._replace(resolved=np.zeros(got.shape, dtype=bool))

    monkeypatch.setattr(reference.judging.judge, "compare", sees_nothing)
    target = try_out(implementation(mistakes.RIGHT), examples=16)
    assert target.verdict == "inconclusive"
    assert "coverage" in target.error
    assert {row.verdict for row in target.checks} == {"inconclusive"}


def test_a_run_whose_every_coordinate_is_excluded_is_inconclusive(monkeypatch):
    ask_witnesses = reference.judging.hearing.ask_witnesses

    def straddling(problem, **how):
        witness_report = ask_witnesses(problem, **how)
        central = witness_report.central
        everything = [np.ones(D.shape, dtype=bool) for D in central.D]
        silent = [np.full(D.shape, np.inf) for D in central.D]
        return witness_report._replace(central=central._replace(bound=silent, straddles=everything))

    monkeypatch.setattr(reference.judging.hearing, "ask_witnesses", straddling)
    monkeypatch.setattr(reference.judging.hearing, "compare_witnesses", lambda problem, witness_report, **how: [])
    target = try_out(implementation(mistakes.RIGHT), examples=16)
    assert target.verdict == "inconclusive"
    assert all(row.excluded == row.coordinates for row in target.checks if row.output != "cost")


def wrong_autodiff(autodiff):
    def wrong(problem):
        said = autodiff(problem)
        return said._replace(dW=[2 * dW for dW in said.dW])

    return wrong


def wrong_central(network_differences):
    def wrong(*args, **how):
        said = network_differences(*args, **how)
        return said._replace(D=[2 * D for D in said.D])

    return wrong


def wrong_step(complex_step):
    def wrong(problem, V):
        said = complex_step(problem, V)
        return said._replace(data=2 * said.data)

    return wrong


@pytest.mark.slow
@pytest.mark.parametrize(
    ("odd", "module", "name", "spoil"),
    [
        ("autodiff", reference.witnesses.autodiff, "autodiff", wrong_autodiff),
        ("central_difference", reference.judging.panel, "network_differences", wrong_central),
        ("complex_step", reference.judging.panel.step, "complex_step", wrong_step),
    ],
)
@pytest.mark.parametrize("steps", [mistakes.RIGHT, mistakes.times("dW", lambda s: 2)], ids=["right", "wrong"])
def test_a_witness_that_is_wrong_is_an_error_of_ours_that_names_it(monkeypatch, odd, module, name, spoil, steps):
    ask_witnesses_anew(monkeypatch)
    monkeypatch.setattr(module, name, spoil(getattr(module, name)))
    target = try_out(implementation(steps), case=Case((3, 4, 2), 5, "tanh", lambd=0.7))
    assert (target.verdict, EXIT_CODES[target.verdict]) == ("error", 2)
    assert "MB901" in target.error
    assert f"{odd} is the odd one out" in target.error
