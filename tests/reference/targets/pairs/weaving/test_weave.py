"""Woven functions do what they did, and tell who looks on where they are."""

from __future__ import annotations

import ast

from reference.targets.pairs.weaving.watch import TurnIsOver, watched_by
from reference.targets.pairs.weaving.weave import Woven, is_woven, loops_of, rewoven, weave


def total(numbers, start=0):
    """A sum."""
    found = start
    for n in numbers:
        if n < 0:
            continue
        found += n
    return found


class Recorder:
    site = "total"

    def __init__(self, found=None, leaves=False):
        self.events, self.found, self.leaves = [], found, leaves

    def begins(self, turn, frame):
        self.events.append(("begins", turn))

    def given(self, turn, name, value):
        return self.found if turn == 0 and name == "found" and self.found is not None else value

    def before(self, statement, frame):
        self.events.append(("before", statement))

    def ends(self, turn, frame):
        self.events.append(("ends", turn))
        if self.leaves and turn == 0:
            raise TurnIsOver


def test_nothing_changes_where_nobody_looks_on():
    before = total([1, -2, 3])
    weave(total, Woven("total", ("found",)))
    assert is_woven(total.__code__)
    assert total([1, -2, 3]) == before == 4
    assert total([], 7) == 7


def test_turns_and_statements_are_told_in_their_order():
    weave(total, Woven("total", ("found",)))
    recorder = Recorder()
    with watched_by(recorder):
        assert total([5]) == 5
    turns = [event for event in recorder.events if event[0] != "before"]
    assert turns == [("begins", -1), ("begins", 0), ("ends", 0), ("ends", -1)]
    assert [number for what, number in recorder.events if what == "before"] == [0, 1, 2, 3, 5, 6]


def test_a_local_variable_is_given_another_value_where_a_turn_begins():
    weave(total, Woven("total", ("found",)))
    with watched_by(Recorder(found=10)):
        assert total([1]) == 11


def test_an_observer_of_another_function_is_told_nothing():
    weave(total, Woven("total", ("found",)))
    recorder = Recorder(found=10)
    recorder.site = "another"
    with watched_by(recorder):
        assert total([1]) == 1
    assert recorder.events == []


def test_an_edited_text_is_woven_as_what_it_stands_for():
    weave(total, Woven("total", ("found",)))
    tree = rewoven(ast.parse("pass\ndef total(numbers, start=0):\n    return start\n"), total.__code__)
    assert "'ends'" in ast.unparse(tree)
    assert len(loops_of(ast.parse("for a in b:\n    while c:\n        pass\n").body)) == 2
