"""Asked ahead by a process beside this one, or here: what the witnesses say is the same, and so is the run."""

from __future__ import annotations

from typing import Any

import pytest

from reference.judging import hearing
from reference.settings.profiles import Profile
from reference.verification import ahead
from reference.verification.ahead import asking_ahead
from reference.verification.known import Run
from reference.verification.options import Options
from reference.verification.run import verify
from tests.reference import mistakes
from tests.reference.pools import Pool

PLAN = Profile(examples=64, explore=0)


def run(monkeypatch: pytest.MonkeyPatch, *, processes: int, fewest: int = 1, plan: Profile = PLAN, **how: Any) -> Run:
    monkeypatch.setattr(ahead, "FEWEST", fewest)
    if how:
        monkeypatch.setattr(ahead, "processes_beside", type("Fake", (Pool,), how))
    Pool.made.clear()
    found = Run()
    wrong = mistakes.implementation(mistakes.times("dW", lambda s: 1.001 if s.hidden == "tanh" else 1.0), name="wrong")
    verify(wrong, Options(plan, processes=processes), found)
    return found


@pytest.mark.parametrize("how", [{"left": 10**6}, {"left": 3}, {"left": 0}, {"broken": True}])
def test_the_run_is_the_same(monkeypatch: pytest.MonkeyPatch, how: dict[str, Any]) -> None:
    alone = run(monkeypatch, processes=1)
    assert Pool.made == []
    assert alone.failures
    assert run(monkeypatch, processes=2, **how) == alone
    (pool,) = Pool.made
    assert pool.closed


def test_a_witness_that_lies_ahead_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked ahead is what is judged by: else the test above would show nothing."""
    asked = ahead._ask

    def lies(stack: Any, exhaustive: bool) -> Any:
        key, (report, disputes) = asked(stack, exhaustive)
        doubled = report.autodiff._replace(dW=[2 * dW for dW in report.autodiff.dW])
        return key, (report._replace(autodiff=doubled), disputes)

    alone = run(monkeypatch, processes=1)
    monkeypatch.setattr(ahead, "_ask", lies)
    assert run(monkeypatch, processes=2, left=10**6).failures != alone.failures


def test_what_hypothesis_will_find_is_asked_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """And only that: who judges finds the same cases, and asks about none of them again."""
    plan = PLAN._replace(explore=12)
    heard, ask, answers = hearing.heard, ahead._ask_about, list[Any]()

    def counted(problem: Any, *how: Any) -> Any:
        asked.append(problem.cases)
        return heard(problem, *how)

    def about(sought: Any) -> Any:
        answers.extend(ask(sought))
        return answers

    asked: list[Any] = []
    monkeypatch.setattr(ahead, "_ask_about", about)
    monkeypatch.setattr(hearing, "heard", counted)
    alone = run(monkeypatch, processes=1, plan=plan)
    sought = [cases for cases in asked if len(cases) == 1][-12:]
    asked.clear()
    assert run(monkeypatch, processes=2, plan=plan, left=10**6) == alone
    assert [key[0] for key, _ in answers] == sought
    assert not set(asked) & set(sought)


def test_what_depends_on_what_was_found_is_not_asked_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_ask_about", lambda sought: 1 / 0)
    plan = PLAN._replace(explore=3)
    assert run(monkeypatch, processes=2, plan=plan._replace(climb=True), left=10**6).failures
    with pytest.raises(ZeroDivisionError):
        run(monkeypatch, processes=2, plan=plan, left=10**6)


def test_a_process_is_begun_only_where_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, processes=2, fewest=10**4, left=1)
    assert Pool.made == []


@pytest.mark.slow
def test_a_real_process_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = PLAN._replace(explore=8)
    assert run(monkeypatch, processes=2, plan=plan) == run(monkeypatch, processes=1, plan=plan)


def test_without_stacks_there_is_nothing_to_fetch() -> None:
    with asking_ahead([], {}) as nothing:
        nothing.fetch((), True)
    assert nothing.cache == {}
