"""What is consistent with itself at one shape must be so in the shape in which it fails."""

from __future__ import annotations

from reference.cases.case import Case
from reference.cases.domain import COURSE
from reference.interface.entry import Entry, Implementation, OwnDerivative
from reference.judging.execution import Failure
from reference.verification.conclude import _where_it_fails
from tests.reference.court import findings, try_out
from tests.reference.mistakes import RIGHT, edit, run

CONSISTENT, INCONSISTENT = (OwnDerivative(held, "", "forward", "cost") for held in (True, False))
EQUAL, UNEQUAL = Case((3, 3, 3, 1), 5), Case((4, 3, 2, 1), 5)


def entry(at, own=CONSISTENT):
    return Entry("backward", COURSE, lambda problem: run(RIGHT, problem), own=lambda: own, own_at=at)


def failed(*cases, output="dW1"):
    return [Failure("backward", output, "MB199", case) for case in cases]


def by_shape(case):
    return INCONSISTENT if len(set(case.dims[:-1])) == 1 else CONSISTENT


def test_consistent_at_one_shape_and_wrong_at_equal_widths_is_wrong():
    assert _where_it_fails(entry(by_shape), failed(EQUAL), CONSISTENT) == INCONSISTENT
    assert _where_it_fails(entry(by_shape), failed(UNEQUAL, EQUAL), CONSISTENT) == INCONSISTENT


def test_what_is_consistent_there_too_stays_so():
    assert _where_it_fails(entry(by_shape), failed(UNEQUAL), CONSISTENT) == CONSISTENT
    assert _where_it_fails(entry(lambda case: None), failed(EQUAL), CONSISTENT) == CONSISTENT


def test_a_failure_of_the_whole_function_says_nothing_of_a_shape():
    assert _where_it_fails(entry(by_shape), failed(EQUAL, output="*"), CONSISTENT) == CONSISTENT


def test_a_loss_that_was_guessed_must_fit_there():
    guessed = CONSISTENT._replace(of_loss="the mean squared error")
    assert _where_it_fails(entry(lambda case: None), failed(EQUAL), guessed) is None
    assert _where_it_fails(entry(lambda case: guessed), failed(EQUAL), guessed) == guessed


def test_nobody_is_asked_twice_for_nothing():
    def never(case):
        raise AssertionError

    assert _where_it_fails(entry(never), failed(EQUAL), INCONSISTENT) == INCONSISTENT
    assert _where_it_fails(entry(never), failed(EQUAL), None) is None
    assert _where_it_fails(entry(None), failed(EQUAL), CONSISTENT) == CONSISTENT


def test_the_whole_target_is_wrong_by_it_and_right_without():
    scaled = edit(dW=lambda s: RIGHT.dW(s) * 3)

    def judged(at):
        wrong = Entry("backward", COURSE, lambda problem: run(scaled, problem), own=lambda: CONSISTENT, own_at=at)
        return try_out(Implementation("a.py", (wrong,)), examples=8)

    assert judged(lambda case: CONSISTENT).verdict == "pass"
    target = judged(lambda case: INCONSISTENT)
    assert target.verdict == "fail"
    assert {finding.code for finding in findings(target)} == {"MB101"}
