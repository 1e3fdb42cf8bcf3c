"""What autodiff said is recalled bit by bit, from this tool and these versions alone, and never against a witness."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from reference.cases.case import Case
from reference.cases.domain import ANY
from reference.cases.problem import Problem, draw
from reference.interface.entry import Entry
from reference.judging.judge import judge
from reference.verification.target import prepared
from reference.witnesses import kept_answers as answers
from reference.witnesses.autodiff import Autodiff, autodiff, gradients

CASES = [Case((2, 3, 1), 5, lambd=0.7, keep_prob=0.6, seed=seed) for seed in (1, 2)]
SHAPES = [
    CASES,
    [Case((4, 3), 2)],
    [Case((3, 5, 4, 2), 6, "tanh", "softmax", 0.3, 1.0, seed=4)],
    [Case((2, 4, 1), 3, dtype="float32")],
]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(answers.VARIABLE, str(tmp_path / "answers"))
    return tmp_path / "answers"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Problem]:
    """Every problem that autodiff itself is asked."""
    heard: list[Problem] = []

    def listening(problem: Problem) -> Autodiff:
        heard.append(problem)
        return autodiff(problem)

    monkeypatch.setattr(answers.witness, "autodiff", listening)
    return heard


def same(first: Autodiff, second: Autodiff) -> bool:
    flat = [[a for field in said for a in (field if isinstance(field, list) else [field])] for said in (first, second)]
    return all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(*flat, strict=True))


@pytest.mark.parametrize("cases", SHAPES, ids=lambda cases: str(cases[0].shape.dims))
def test_an_answer_is_recalled_to_the_last_bit(place: Path, asked: list[Problem], cases: list[Case]) -> None:
    problem = draw(cases)
    first = answers.recalled(problem)
    assert same(answers.recalled(problem), first)
    assert same(first, autodiff(problem))
    assert len(asked) == 1
    assert len(list(place.iterdir())) == 1


def test_nothing_is_kept_where_nobody_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(answers.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    answers.recalled(draw(CASES))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.masked(tuple(~D for D in p.masks)),
        lambda p: draw([Case((2, 3, 1), 5, lambd=0.7, keep_prob=0.6, seed=seed) for seed in (1, 9)]),
        lambda p: p.at(0),
        lambda p: draw([Case((2, 3, 1), 5, "tanh", lambd=0.7, keep_prob=0.6, seed=seed) for seed in (1, 2)]),
    ],
    ids=["masks", "values", "part", "activation"],
)
def test_another_problem_is_another_answer(place: Path, asked: list[Problem], change) -> None:
    problem = draw(CASES)
    answers.recalled(problem)
    other = change(problem)
    assert same(answers.recalled(other), autodiff(other))
    assert len(asked) == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[:-8],
        lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:],
        lambda data: bytes([data[0] ^ 1]) + data[1:],
        lambda data: data + b"\0" * 8,
        lambda data: b"no answer at all",
    ],
)
def test_what_is_broken_is_asked_again_and_mended(place: Path, asked: list[Problem], spoil) -> None:
    problem = draw(CASES)
    first = answers.recalled(problem)
    (path,) = place.iterdir()
    path.write_bytes(spoil(path.read_bytes()))
    assert same(answers.recalled(problem), first)
    assert same(answers.recalled(problem), first)
    assert len(asked) == 2


def test_many_that_write_at_once_leave_whole_answers(place: Path) -> None:
    problems = [draw([case]) for case in CASES]
    wanted = [autodiff(problem) for problem in problems]

    def ask(k: int) -> bool:
        if k % 3 == 0:
            return same(answers.asked_anew(problems[k % 2]), wanted[k % 2])
        return same(answers.recalled(problems[k % 2]), wanted[k % 2])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(60)))
    assert len(list(place.iterdir())) == 2


def test_a_folder_that_cannot_be_written_costs_nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(answers.VARIABLE, str(tmp_path / "file" / "answers"))
    problem = draw(CASES)
    assert same(answers.recalled(problem), autodiff(problem))


def test_another_text_of_the_witness_has_another_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = answers.folder()
    (tmp_path / "autodiff.py").write_text("# changed")
    monkeypatch.setattr(answers.witness, "__file__", str(tmp_path / "autodiff.py"))
    assert answers.folder() != before


def test_an_answer_that_two_witnesses_contradict_is_asked_anew(place: Path, asked: list[Problem]) -> None:
    problem = draw(CASES)
    right = autodiff(problem)
    answers._write(answers._path(problem), right._replace(dW=[2 * right.dW[0], *right.dW[1:]]))
    entry = Entry("right", ANY, lambda problem: gradients(autodiff(problem)))
    judgement = judge(entry, problem, exhaustive=True, rng=np.random.RandomState(0))
    assert judgement.disputes == []
    assert judgement.failures == []
    assert any(one is problem for one in asked)
    assert same(answers.recalled(problem), right)


def test_a_witness_that_is_wrong_now_is_still_the_odd_one(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(problem: Problem) -> Autodiff:
        said = autodiff(problem)
        return said._replace(dW=[2 * said.dW[0], *said.dW[1:]])

    monkeypatch.setattr(answers.witness, "autodiff", wrong)
    entry = Entry("right", ANY, lambda problem: gradients(autodiff(problem)))
    judgement = judge(entry, draw(CASES), exhaustive=True, rng=np.random.RandomState(0))
    assert {dispute.odd for dispute in judgement.disputes} == {"autodiff"}


@pytest.mark.parametrize("anew", [False, True])
def test_a_run_recalls_unless_all_is_to_be_asked_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, anew: bool
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv(answers.VARIABLE, raising=False)
    with prepared(anew=anew):
        assert answers.is_recalling() == (not anew)
        answers.recalled(draw(CASES))
    assert answers.VARIABLE not in os.environ
    assert any(tmp_path.rglob("autodiff-*/*")) == (not anew)
