"""Random cases stay in their ranges and reach their ends; shrinking finds the smallest case of the same fault."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys

import hypothesis
import numpy as np
import pytest

from reference.cases.case import BIASES, DTYPES, HIDDENS, OUTPUTS, Case
from reference.cases.domain import ANY, COURSE, Domain
from reference.cases.generation import STACK, explore, nothing_written, random_stacks, shrink
from tests.folding import each

MANY = 4000


def drawn(domain=ANY, seed=0, count=MANY):
    return list(random_stacks(domain, np.random.RandomState(seed), count))


@pytest.fixture(scope="module")
def cases():
    return [case for stack in drawn() for case in stack]


@each("count", [1, STACK - 1, STACK, STACK + 1, 1000])
def test_there_are_as_many_cases_as_were_asked_for_in_stacks_of_one_shape(count):
    stacks = drawn(count=count)
    assert sum(map(len, stacks)) == count
    assert all(len(stack) <= STACK and len({case.shape for case in stack}) == 1 for stack in stacks)


def test_no_case_is_outside_the_ranges(cases):
    for case in cases:
        assert 2 <= len(case.dims) <= 6
        assert all(1 <= n <= 24 for n in case.dims)
        assert 1 <= case.m <= 48
        assert case.lambd == 0 or 1e-4 <= case.lambd <= 1e4
        assert case.keep_prob == 1 or 0.05 <= case.keep_prob <= 0.99
        assert 1e-3 <= case.scale <= 1e2
        assert not (case.output == "softmax" and case.dims[-1] == 1)


def test_every_kind_of_case_comes_up(cases):
    assert {len(case.dims) - 1 for case in cases} == {1, 2, 3, 4, 5}
    assert {case.hidden for case in cases} == set(HIDDENS)
    assert {case.output for case in cases} == set(OUTPUTS)
    assert {case.bias for case in cases} == set(BIASES)
    assert {case.dtype for case in cases} == set(DTYPES)
    assert {n for case in cases for n in case.dims} == set(range(1, 25))
    assert min(case.m for case in cases) == 1
    assert max(case.m for case in cases) > 40
    assert {case.lambd == 0 for case in cases} == {case.keep_prob == 1 for case in cases} == {True, False}
    decayed = [case.lambd for case in cases if case.lambd]
    kept = [case.keep_prob for case in cases if case.keep_prob < 1]
    scaled = [case.scale for case in cases if case.scale != 1]
    for values, low, high in ((decayed, 2e-4, 5e3), (kept, 0.06, 0.97), (scaled, 2e-3, 50)):
        assert min(values) < low
        assert max(values) > high
    assert len({case.seed for case in cases}) > 0.99 * len(cases)


def test_cases_of_one_stack_differ_in_more_than_their_seed(cases):
    stacks = drawn(count=10 * STACK)
    assert any(len({case.lambd for case in stack}) > 1 for stack in stacks)
    assert any(len({case.scale for case in stack}) > 1 for stack in stacks)


def test_the_stream_belongs_to_its_seed():
    assert drawn(seed=3, count=100) == drawn(seed=3, count=100)
    assert drawn(seed=3, count=100) != drawn(seed=4, count=100)


@each(
    "domain",
    [COURSE, COURSE._replace(l2=True), COURSE._replace(dropout=True), Domain(hiddens=("tanh",), outputs=("softmax",))],
)
def test_no_case_is_outside_its_domain(domain):
    assert all(domain.accepts(case) for stack in drawn(domain, count=500) for case in stack)


# --- Hypothesis -----------------------------------------------------------------------------------------------


def explored(seed, domain=ANY, examples=60):
    found = []
    explore(domain, found.append, examples=examples, seed=seed)
    return found


def test_exploring_visits_cases_of_the_domain_and_the_same_ones_for_the_same_seed():
    first = explored(7)
    assert 30 <= len(first) <= 60
    assert all(ANY.accepts(case) for case in first)
    assert first == explored(7)
    assert first != explored(8)
    assert all(COURSE.accepts(case) for case in explored(7, COURSE, 20))


def test_exploring_raises_what_its_visitor_raises():
    class Stop(Exception):
        pass

    def visit(case):
        raise Stop

    with pytest.raises(Stop):
        explore(ANY, visit, examples=5, seed=0)


def test_exploring_nothing_is_possible():
    assert explored(0, examples=0) == []


LARGE = Case((9, 14, 7, 8, 3), 31, "tanh", "softmax", 12.3, 0.7, "zero", 17.0, "float32", 123456)

FAULTS = {
    "anything": (lambda case: True, Case((1, 2), 1, "tanh", "softmax", dtype="float32")),
    "m ≥ 2": (lambda case: case.m >= 2, Case((1, 2), 2, "tanh", "softmax", dtype="float32")),
    "λ > 0": (lambda case: case.lambd > 0, Case((1, 2), 1, "tanh", "softmax", lambd=1.0, dtype="float32")),
    "dropout": (lambda case: case.keep_prob < 1, Case((1, 2), 1, "tanh", "softmax", keep_prob=0.5, dtype="float32")),
    "depth ≥ 3": (lambda case: len(case.dims) >= 4, Case((1, 1, 1, 2), 1, "tanh", "softmax", dtype="float32")),
    "n_0 ≥ 4 and λ > 0": (
        lambda case: case.dims[0] >= 4 and case.lambd > 0,
        Case((4, 2), 1, "tanh", "softmax", lambd=1.0, dtype="float32"),
    ),
}


@each("name", FAULTS)
def test_shrinking_reaches_the_smallest_case(name):
    fails, smallest = FAULTS[name]
    found = shrink(ANY, LARGE, fails, seed=0)
    assert fails(found)
    assert (found.dims, found.m, found.lambd, found.keep_prob) == (
        smallest.dims, smallest.m, smallest.lambd, smallest.keep_prob,
    )  # fmt: skip
    assert found.scale == 1
    assert found.seed in range(10)


def test_shrinking_never_grows_a_case_nor_changes_its_kind():
    asked = []

    def fails(case):
        asked.append(case)
        return case.dims[0] >= 5

    shrink(ANY, LARGE, fails, seed=1)
    assert len(asked) > 10
    for case in asked:
        assert (case.hidden, case.output, case.dtype) == (LARGE.hidden, LARGE.output, LARGE.dtype)
        assert len(case.dims) <= len(LARGE.dims)
        assert case.m <= LARGE.m
        assert case.dims[-1] <= LARGE.dims[-1]


def test_a_case_that_fails_alone_is_kept():
    assert shrink(ANY, LARGE, lambda case: case == LARGE, seed=0) == LARGE
    assert shrink(ANY, LARGE, lambda case: False, seed=0) == LARGE


def test_shrinking_stays_in_the_domain():
    case = Case((9, 8, 7, 5), 12, lambd=3.0)
    domain = COURSE._replace(l2=True)
    found = shrink(domain, case, lambda case: domain.accepts(case) and case.lambd > 0, seed=0)
    assert domain.accepts(found)
    assert found.dims == (1, 1, 1, 1)


def test_shrinking_is_the_same_for_the_same_seed():
    fails = lambda case: case.m >= 3 and sum(case.dims) > 11
    assert shrink(ANY, LARGE, fails, seed=5) == shrink(ANY, LARGE, fails, seed=5)


def test_a_fault_that_comes_and_goes_does_not_stop_the_search():
    calls = iter(range(100_000))
    assert isinstance(shrink(ANY, LARGE, lambda case: next(calls) % 7 == 6, seed=0), Case)


SEARCHING = """
from pathlib import Path
from hypothesis import settings
from reference.cases.case import Case
from reference.cases.domain import ANY
from reference.cases.generation import explore, nothing_written, shrink
from local_module import MARK

before = settings.default
with nothing_written():
    explore(ANY, lambda case: None, examples=5, seed=0)
    shrink(ANY, Case((2, 3, 1), 9), lambda case: case.m > MARK, seed=0)
assert settings.default is before
print(sorted(path.name for path in Path().iterdir() if path.name != "__pycache__"))
"""


@pytest.mark.slow
def test_nothing_is_written_and_no_profile_is_touched(tmp_path):
    (tmp_path / "local_module.py").write_text("MARK = 1 + 123_456 - 123_456\n")  # Hypothesis keeps such constants
    done = subprocess.run(
        [sys.executable, "-c", SEARCHING], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
    )  # fmt: skip
    assert done.stdout.strip() == "['local_module.py']"


def test_a_seed_means_the_same_cases_whatever_else_is_loaded(tmp_path, monkeypatch):
    def visited() -> list[Case]:
        seen: list[Case] = []
        explore(ANY, lambda case: seen.append(case), examples=60, seed=3)
        return seen

    before = visited()
    numbers = ", ".join(str(n) for n in (*range(1, 48), *(x / 16 for x in range(-63, 64)), *range(10**6, 10**6 + 300)))
    (tmp_path / "other_numbers.py").write_text(f"NUMBERS = ({numbers})\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("other_numbers")
    assert visited() == before


@pytest.mark.slow
def test_it_climbs_towards_larger_errors_where_it_is_told_to():
    """λ × scale stands for a case's error: with ``climb`` it is larger on the whole, by orders of magnitude."""

    def typical(climb: bool) -> float:
        seen: list[float] = []

        def visit(case):
            seen.append(max(1e-9, case.lambd * case.scale))
            return seen[-1]

        for seed in range(3):
            explore(ANY, visit, examples=60, seed=seed, climb=climb)
        return float(np.log10(seen).mean())

    assert typical(climb=True) > typical(climb=False) + 1


def test_the_home_of_hypothesis_is_what_it_was():
    def place():
        found = hypothesis.configuration.storage_directory(intent_to_write=False)
        return str(getattr(found, "home_directory", found))  # older releases return the folder itself

    before = place()
    with nothing_written():
        assert place() != before
        explored(0, examples=5)
    assert place() == before
