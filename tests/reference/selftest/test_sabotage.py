"""Nothing is green for nothing: the canary, the sabotaged gate, what must have run, what must fail again."""

from __future__ import annotations

import numpy as np
import pytest

import reference.judging.judge
import reference.selftest.sabotage
import reference.verification.target
from reference.interface.entry import Implementation
from reference.judging.judge import Judgement
from reference.report.models.verification import CheckResult, Target
from reference.selftest.canary import canary
from reference.selftest.sabotage import sabotage
from reference.settings.profiles import Profile
from reference.verification.conclusion import Conclusion
from reference.verification.options import Options
from reference.verification.repeat import Again, repeated
from reference.verification.reported import invoked, run_report
from reference.verification.required import not_run
from reference.verification.target import judge_target
from tests.reference.mistakes import RIGHT, implementation, times

CASE = "dims=3,4,2 m=5 hidden=tanh lambd=0.7 keep_prob=0.6"


def test_a_sound_gate_has_a_living_canary():
    assert canary() is None


def test_a_judge_that_finds_nothing_kills_the_canary():
    assert "not verified" in (canary(judge=lambda *args, **how: Judgement({}, [], [])) or "")


def test_a_comparison_that_finds_nothing_kills_the_canary(monkeypatch):
    honest = reference.judging.judge.compare

    def blind(*args, **how):
        found = honest(*args, **how)
        return found._replace(wrong=np.zeros_like(found.wrong))

    monkeypatch.setattr(reference.judging.judge, "compare", blind)
    assert "a doubled gradient was planted, and not found" in (canary() or "")


@pytest.mark.slow
def test_every_sabotage_turns_the_gate_red():
    trials = sabotage()
    assert len(trials) >= 12
    assert [trial.broken for trial in trials if not trial.red] == []
    assert {trial.exit_code for trial in trials} == {1, 2, 3}
    assert all(trial.said for trial in trials)


def test_a_gate_that_stays_green_is_seen(monkeypatch):
    """Without its canary, a comparison that finds nothing is green for nothing: the trial must show it."""
    monkeypatch.setattr(reference.selftest.sabotage, "canary", lambda **gate: None)
    assert any(not trial.red for trial in sabotage())


def test_a_gate_that_is_red_by_itself_proves_nothing(monkeypatch):
    monkeypatch.setattr(reference.selftest.sabotage, "canary", lambda **gate: "planted")
    with pytest.raises(ValueError, match="with nothing broken"):
        sabotage()


# --- what must have run ------------------------------------------------------------------------------------------


def target(*rows: tuple[str, str, int], verdict: str = "pass") -> Target:
    checks = [CheckResult(check=check, output=output, verdict="pass", coordinates=n) for check, output, n in rows]
    return Target(target="a.py", verdict=verdict, checks=checks)


@pytest.mark.parametrize("name", ["backward", "backward::dW1", "a.py::backward", "a.py::backward::dW1"])
def test_a_required_check_that_ran_is_fine_and_one_that_did_not_is_named(name):
    assert not_run([name], [target(("backward", "dW1", 4))]) == []
    assert not_run([name], [target(("backward", "dW1", 0))]) == [f"the required check {name} did not run"]
    assert not_run([name], [target(("other", "dW1", 4))]) == [f"the required check {name} did not run"]


def exit_code(*targets: Target, **reasons: list[str]) -> int:
    return run_report(targets, invoked(), seed=0, profile="ci", **reasons).exit_code


def test_reasons_change_the_verdict_as_far_as_they_go():
    right = target(("backward", "dW1", 4))
    assert exit_code(right) == 0
    assert exit_code(right, inconclusive=["planted"]) == 3
    assert exit_code(right, wrong=["planted"]) == 2
    assert exit_code(target(verdict="fail"), inconclusive=["planted"]) == 1
    assert exit_code() == 3  # no target at all


# --- what fails must fail again ----------------------------------------------------------------------------------


def found(candidate: Implementation, again: Again | None = None) -> Conclusion:
    return judge_target(candidate, Options(Profile(8, 0)), kept=False, again=again)


@pytest.mark.slow
def test_what_fails_in_a_fresh_process_too_keeps_its_name():
    wrong = implementation(times("dW", lambda s: 2), name="wrong")
    before = found(wrong)
    assert before.verdict == "fail"
    assert found(wrong, again=lambda: wrong) == before


@pytest.mark.slow
def test_what_does_not_fail_again_is_two_calls_that_differ_and_stays_red():
    wrong = implementation(times("dW", lambda s: 2), name="wrong")
    before, after = found(wrong), found(wrong, again=lambda: implementation(RIGHT, name="wrong"))
    codes = {one.cause.code for row in after.rows for one in row.findings}
    assert codes == {"MB602"}
    assert after.verdict == "fail"
    assert [row.verdict for row in after.rows] == [row.verdict for row in before.rows]


@pytest.mark.slow
def test_a_built_in_target_is_asked_in_a_process_of_its_own(monkeypatch):
    before = [one for row in found(implementation(times("dW", lambda s: 2), name="wrong")).rows for one in row.findings]
    assert repeated(before, "wrong", "by command", 0) == before  # a name unknown there is no proof of innocence
    assert {one.cause.code for one in repeated(before, "manual_backprop", "by command", 0)} == {"MB602"}


@pytest.mark.slow
def test_a_target_that_passes_is_not_opened_again():
    def open_again():
        raise AssertionError("opened")

    assert found(implementation(RIGHT), again=open_again) == found(implementation(RIGHT))
