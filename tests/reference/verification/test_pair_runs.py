"""Pairs of one target in two processes: the same answers in the same order, and nothing left behind."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent
from threading import Barrier, get_ident

import pytest

from reference.interface.entry import Implementation
from reference.interface.pair import OpenPair, PairKind, Proposal
from reference.pairs import judge
from reference.pairs.result import PairResult
from reference.settings.profiles import PROFILES
from reference.targets import resolve
from reference.verification import pair_runs
from reference.verification.known import Run
from reference.verification.options import Options
from reference.verification.threads import beside_one_another

OPTIONS = Options(PROFILES["quick"], seed=3)
LAYERS = "import numpy as np\n" + "".join(
    dedent(f"""
    def scale{k}_forward(x):
        return np.tanh(x) * {k}, x

    def scale{k}_backward(dout, x):
        return dout * (1 - np.tanh(x) ** 2) * {k + (k == 3)}
    """)
    for k in range(1, 7)
)


def judged(implementation, *, processes, out_of_time=lambda: False, **options):
    run = Run()
    pair_runs.judge_pairs(implementation, replace(OPTIONS, processes=processes, **options), run, out_of_time)
    return run


def test_two_processes_say_what_one_says(tmp_path):
    (tmp_path / "layers.py").write_text(LAYERS, encoding="utf-8")
    alone, both = (resolve(str(tmp_path / "layers.py"))() for _ in range(2))
    try:
        one, two = judged(alone, processes=1), judged(both, processes=2)
        asked_beside = both.pairs[0].beside().ask("pair_proposals")
    finally:
        alone.close()
        both.close()
    assert [r.check for r in two.pairs] == [f"scale{k}_backward" for k in range(1, 7)]
    assert two.pairs == one.pairs
    assert [r.check for r in two.pairs if any(row.findings for row in r.rows)] == ["scale3_backward"]
    assert len(asked_beside) == 6


def target(count):
    """Pairs that tell in which process they were asked; nothing is judged."""

    def opened(k):
        proposal = Proposal(f"p{k}", PairKind.FUNCTION, f"f{k}", f"p{k}", (), ())
        return OpenPair(proposal, lambda ask, **_: "here", "a.py", "a.py", lambda ask, **_: "beside")

    return Implementation("a.py", (), pairs=tuple(opened(k) for k in range(count)))


@pytest.fixture
def asked(monkeypatch):
    """Where each pair was asked, and from which thread."""
    seen = {}

    def judge_pair(opened, *, seed, case):
        seen[opened.proposal.check] = (opened.ask("where"), get_ident())
        return PairResult(opened.proposal.check, disputes=(f"of {opened.proposal.check}",))

    monkeypatch.setattr(judge, "judge_pair", judge_pair)
    return seen


@pytest.mark.parametrize(("count", "processes"), [(3, 2), (8, 1)])
def test_few_pairs_or_one_processor_are_one_process(asked, count, processes):
    judged(target(count), processes=processes)
    assert {where for where, _ in asked.values()} == {"here"}
    assert {thread for _, thread in asked.values()} == {get_ident()}


def test_what_is_said_is_in_the_order_of_the_file(asked, monkeypatch):
    both, quick = Barrier(2, timeout=20), judge.judge_pair

    def judge_pair(opened, **options):
        if opened.proposal.check in ("p0", "p1"):
            both.wait()  # each process has one of the first two
        return quick(opened, **options)

    monkeypatch.setattr(judge, "judge_pair", judge_pair)
    run = judged(target(9), processes=2)
    assert [r.check for r in run.pairs] == [f"p{k}" for k in range(9)]
    assert run.disputes == [f"of p{k}" for k in range(9)]
    assert {asked["p0"][0], asked["p1"][0]} == {"here", "beside"}


def test_a_run_that_is_cut_short_says_what_is_left(asked):
    brief = OPTIONS.profile._replace(max_time=5.0)
    run = judged(target(6), processes=2, out_of_time=lambda: len(asked) >= 2, profile=brief)
    assert 2 <= len(run.pairs) <= 3
    left = 6 - len(run.pairs)
    assert run.notes == [f"the time limit of 5 s left {left} of 6 pairs unjudged"]


def test_what_either_raises_is_raised():
    def work(beside, *, at):
        if beside is at:
            raise ValueError("here" if not beside else "beside")

    for at in (False, True):
        with pytest.raises(ValueError, match="beside" if at else "here"):
            beside_one_another(lambda beside, at=at: work(beside, at=at), several=True)
