"""What is the derivative of its own J is right, by a convention; what is neither that nor the course's is wrong."""

from __future__ import annotations

from dataclasses import replace

from reference.cases.case import Case
from reference.cases.domain import ANY, COURSE
from reference.diagnosis.consistency import agreed, held_to_its_own, of_another_loss
from reference.findings.conventions import CONVENTIONS
from reference.interface.entry import Entry, OwnDerivative
from reference.judging.execution import Failure
from tests.folding import each
from tests.reference.mistakes import RIGHT, edit, run, times

CASE = Case((1, 1, 1, 1), 1)
GRADIENTS = ("dW3", "db3", "dW2", "db2", "dW1", "db1")
SUM = "the sum over examples, not their mean"
WITHOUT_M = "λ/2 Σ‖W‖², without 1/m"
BY_NAME = {c.of_cost: c for c in CONVENTIONS}


def own(consistent, forward=None, cost="cost"):
    return OwnDerivative(consistent, "", forward, cost)


def failed(*outputs, code="MB199"):
    return [Failure("backward", output, code, CASE) for output in outputs]


def law(text, check="cost", code="MB802"):
    return Failure(check, "*", code, CASE, text)


def convention(*names, check="cost"):
    """The failure of a cost that is another in these ways."""
    text = " and ".join(f"convention: {name}" for name in names)
    return law(text, check)._replace(conventions=tuple(BY_NAME[name] for name in names))


def entry(steps):
    return Entry("backward", ANY, lambda problem: run(steps, problem))


SUMMED = edit(dZ_L=lambda s: RIGHT.dZ_L(s) * s.m)
SUMMED_AND_WRONG = replace(SUMMED, dW=lambda s: RIGHT.dW(s) * (2 if s.l == 2 else 1))


def held(steps, failures, laws=(), its_own=None):
    diagnosis, conventions = held_to_its_own(entry(steps), failures, laws, its_own)
    return [(c.output, c.code) for c in diagnosis.causes], sorted(diagnosis.consequences), conventions


# --- held to its own ------------------------------------------------------------------------------------------


@each("its_own", [None, own(False), own(None)])
def test_a_mistake_is_a_mistake_where_it_is_not_the_derivative_of_its_own_cost(its_own):
    causes, consequences, conventions = held(times("l2", lambda s: 2), failed("dW3", "dW2", "dW1"), (), its_own)
    assert causes == [("dW3", "MB202"), ("dW2", "MB202"), ("dW1", "MB202")]
    assert (consequences, conventions) == ([], [])


def test_wrong_numbers_of_what_is_consistent_are_a_convention_in_its_cost_s_words():
    causes, consequences, conventions = held(SUMMED, failed(*GRADIENTS), [convention(SUM)], own(True))
    assert (causes, consequences, conventions) == ([], [], [SUM])


def test_without_such_words_the_convention_is_what_was_found():
    causes, consequences, (apart,) = held(SUMMED, failed(*GRADIENTS), (), own(True))
    assert (causes, consequences) == ([], [])
    assert apart.startswith("dZ3: ")
    assert "× m" in apart
    assert "probes" not in apart


def test_what_is_unexplained_but_consistent_is_not_the_course_s():
    steps = edit(dW=lambda s: RIGHT.dW(s) * 1.37)
    causes, _, conventions = held(steps, failed("dW3", "dW2"), (), own(True))
    assert causes == []
    assert conventions == ["dW3 is not the course's", "dW2 is not the course's"]


@each("code", ["MB501", "MB502", "MB601", "MB602", "MB701", "MB401"])
def test_what_is_no_wrong_number_stays_in_what_is_consistent(code):
    failures = [*failed("dW2", code=code), *failed("dW3", "dW1")]
    causes, _, conventions = held(times("l2", lambda s: 2), failures, (), own(True))
    assert [code_ for _, code_ in causes] == [code]
    assert conventions


def test_a_harmless_intermediate_stays_in_what_is_consistent():
    steps = edit(returned=lambda s, outcome: {**outcome, "dZ1": 2 * s.dZ[1]})
    causes, _, conventions = held(steps, failed("dZ1", code="MB305"), (), own(True))
    assert (causes, conventions) == ([("dZ1", "MB305")], [])


def test_what_is_not_consistent_is_held_to_its_cost_where_that_leaves_less_to_find():
    laws = [convention(SUM)]
    causes, consequences, conventions = held(SUMMED_AND_WRONG, failed(*GRADIENTS), laws, own(False))
    assert causes == [("dW2", "MB101")]
    assert set(consequences) == set(GRADIENTS) - {"dW2"}
    assert conventions == [SUM]


def test_what_is_not_consistent_is_held_to_the_course_where_its_cost_leaves_more():
    """The gradients are the course's but for one; its cost is another."""
    steps = edit(dW=lambda s: RIGHT.dW(s) * (2 if s.l == 2 else 1))
    causes, _, conventions = held(steps, failed("dW2"), [convention(SUM)], own(False))
    assert (causes, conventions) == ([("dW2", "MB101")], [])


def test_two_conventions_of_one_cost_hold_together():
    steps = replace(SUMMED_AND_WRONG, l2=lambda s: RIGHT.l2(s) * s.m)
    laws = [convention(SUM, WITHOUT_M)]
    causes, _, conventions = held(steps, failed(*GRADIENTS), laws, own(False))
    assert causes == [("dW2", "MB101")]
    assert conventions == [SUM, WITHOUT_M]


def test_the_convention_of_another_function_s_cost_is_not_its_own():
    laws = [convention(SUM, check="another")]
    causes, _, conventions = held(SUMMED_AND_WRONG, failed(*GRADIENTS), laws, own(False))
    assert len(causes) == 2
    assert conventions == []


def test_a_law_that_is_no_convention_is_none():
    causes, _, conventions = held(SUMMED_AND_WRONG, failed(*GRADIENTS), [law("the cost is wrong")], own(False))
    assert len(causes) == 2
    assert conventions == []


# --- agreed ---------------------------------------------------------------------------------------------------


def test_a_cost_is_a_convention_where_a_consistent_backward_pass_belongs_to_it():
    other = convention(SUM)
    assert agreed([other], {"backward": own(True)}) == {other: SUM}
    assert agreed([other], {"backward": own(False)}) == {}
    assert agreed([other], {"backward": own(None)}) == {}
    assert agreed([other], {"backward": None}) == {}
    assert agreed([other], {}) == {}


def test_a_cost_is_a_convention_where_a_backward_pass_was_held_to_it():
    other = convention(SUM)
    assert agreed([other], {"backward": own(False)}, ["backward"]) == {other: SUM}
    assert agreed([other], {"backward": own(False)}, ["another"]) == {}


def test_a_cost_that_is_wrong_is_no_convention():
    assert agreed([law("the cost is off by 2")], {"backward": own(True)}) == {}


def test_the_cost_of_another_function_is_not_agreed_to():
    assert agreed([convention(SUM, check="another")], {"backward": own(True)}) == {}


def test_an_unknown_forward_pass_is_a_convention_where_its_backward_pass_agrees_with_it():
    unknown = law("it is not the course's", check="forward", code="MB199")
    assert agreed([unknown], {"backward": own(True, forward="forward")}) == {unknown: "it is not the course's"}
    assert agreed([unknown], {"backward": own(True)}) == {}
    named = law("A1 is relu(Z1) × 2", check="forward", code="MB101")
    assert agreed([named], {"backward": own(True, forward="forward")}) == {}


def test_two_conventions_are_said_without_the_mark_of_the_second():
    both = convention(SUM, WITHOUT_M)
    said = agreed([both], {"backward": own(True)})[both]
    assert SUM in said
    assert WITHOUT_M in said
    assert "convention" not in said


# --- another loss -----------------------------------------------------------------------------------------------------

HALVED = "squared error, halved"


def other(its_own, laws, steps=RIGHT):
    return of_another_loss(entry(steps)._replace(domain=COURSE), its_own, laws)


def test_a_right_backward_pass_of_another_loss_than_the_cost_is_told_at_its_first_line():
    found = other(own(False), [convention(HALVED)])
    assert (found.output, found.code, found.certainty) == ("dZ3", "MB104", "exactly")
    assert found.text.endswith(f"the file's cost is the {HALVED}, and this the gradient of another loss")


@each("its_own", [None, own(True), own(None), own(False)._replace(of_loss="the mean squared error")])
def test_who_is_consistent_or_may_be_has_no_other_loss(its_own):
    assert other(its_own, [convention(HALVED)]) is None


def test_a_guard_in_the_logarithm_makes_no_other_loss():
    assert other(own(False)._replace(apart=6e-9), [convention(HALVED)]) is None
    assert other(own(False)._replace(apart=6e-3), [convention(HALVED)]) is not None


def test_a_cost_that_is_wrong_or_apart_in_another_way_is_its_own_finding():
    assert other(own(False), [law("the cost is wrong")]) is None
    assert other(own(False), [convention(HALVED), law("the cost is NaN")]) is None
    assert other(own(False), [convention(SUM)]) is None


def test_a_backward_pass_that_is_wrong_besides_is_not_told_apart_by_its_loss_alone():
    wrong = edit(dW=lambda s: RIGHT.dW(s) * (2 if s.l == 2 else 1))
    assert other(own(False), [convention(HALVED)], wrong) is None
