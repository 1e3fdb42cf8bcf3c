"""The self-test plants forward passes and costs too; what it planted is red, and what it could not plant says so."""

from __future__ import annotations

import numpy as np
import pytest

from reference.cases.quantities import split
from reference.diagnosis.mistakes import LINES
from reference.interface.entry import Implementation
from reference.judging.judge import Judgement
from reference.report.kills import render
from reference.selftest import planting
from reference.selftest.planting import NOWHERE, selftest
from reference.targets.builtin.ours import manual_backprop

FORWARD = {kind: line for kind, line in LINES.items() if kind in ("Z", "A", "A_L", "cost")}


def entry():
    return manual_backprop().entries[0]


def planted(monkeypatch, lines, target=None):
    """What the numbers of some lines alone give."""
    monkeypatch.setattr(planting, "LINES", lines)
    return planting._of_numbers(target or entry(), {})


def test_every_mistake_of_a_forward_pass_and_of_a_cost_is_killed_and_named(monkeypatch):
    kills = planted(monkeypatch, FORWARD)
    assert len(kills) > 50
    assert [kill for kill in kills if kill.survived or kill.equivalent] == []
    assert [kill for kill in kills if kill.named != kill.code or kill.certainty != "exactly"] == []
    reds = {output for kill in kills for output in kill.red}
    assert reds >= {"Z2", "A2", "A3", "cost", "dZ3", "dW1", "db1"}
    assert all(kill.red == ("cost",) for kill in kills if kill.code == "MB802")
    shown = render("manual_backprop", kills)
    assert f"{len(kills)} of {len(kills)} killed" in shown
    assert "cost: the cost without its L2 term" in shown


def test_a_forward_mistake_moves_everything_after_it_and_nothing_before():
    problem = planting._cases(entry())[0]
    outcome = entry().run(problem)
    part, filling = LINES["Z"].mistakes()[0]
    moved = planting._with_mistake(problem, outcome, "Z2", part, filling)
    for name, array in outcome.items():
        before = name in ("Z1", "A1")
        assert np.array_equal(moved[name], array) == before, name


def test_a_cost_that_is_not_returned_is_nowhere_to_be_planted(monkeypatch):
    def without_cost(problem):
        return {name: a for name, a in entry().run(problem).items() if name != "cost"}

    kills = planted(monkeypatch, {"cost": LINES["cost"]}, entry()._replace(run=without_cost))
    assert kills
    assert all(kill.equivalent and kill.certainty == NOWHERE for kill in kills)


def with_one_mistake(**changes):
    """The line of Z with one mistake on it."""
    line = LINES["Z"]
    part, filling = line.mistakes()[0]
    right, _ = line.parts[part]
    filling = filling._replace(**changes) if changes else filling
    return {"Z": line._replace(parts={**line.parts, part: (right, (filling,))}, more=lambda s: ())}


def test_a_mistake_that_changes_no_number_is_shown_to_be_equivalent(monkeypatch):
    lines = with_one_mistake(text="b{} is added", value=lambda s: s.b[s.l])
    (kill,) = planted(monkeypatch, lines)
    assert (kill.equivalent, kill.survived, kill.certainty) == (True, False, "no number changes")


def test_a_mistake_that_nobody_sees_survives_and_is_said_to(monkeypatch):
    monkeypatch.setattr(planting, "judge", lambda *args, **how: Judgement({}, [], []))
    (kill,) = planted(monkeypatch, with_one_mistake())
    assert kill.survived
    assert "SURVIVED" in render("blind", [kill])


@pytest.mark.slow
def test_all_that_is_planted_in_our_own_network_is_killed():
    kills = selftest(Implementation("network", (entry(),)))
    assert len([kill for kill in kills if not kill.equivalent]) >= 320
    assert [kill for kill in kills if kill.survived] == []
    assert {split(output)[0] for kill in kills for output in kill.red} >= {"Z", "A", "cost", "dZ", "dA", "dW", "db"}
