"""Nothing is green that was not looked at: what was not judged is MB704, is never accepted, and may be left out."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from reference.cases.case import Case
from reference.interface.entry import Implementation, Law, NotJudged, OwnDerivative, Place, Violation
from reference.judging.execution import Failure
from reference.verification.baseline import Accepted, unacceptable, updated
from reference.verification.conclude import conclude
from reference.verification.conclusion import Conclusion
from reference.verification.excepted import misnamed, without
from reference.verification.known import Run
from reference.verification.reported import target_report
from reference.verification.run import verify
from reference.verification.unjudged import said_of, unjudged
from tests.reference.court import Options, plan

BACK = NotJudged("back_prop", "its argument 'q' is none", "verify a.py --bind …", Place("/a.py", None, 7), needed=True)
FINE = Law("compute_cost", lambda seed: (9, []))


def law(*violations, looked=0, **how):
    return Law("update", lambda seed: (looked, list(violations)), **how)


def concluded(*laws, notes=(), case=None, **fields):
    implementation = Implementation("a.py", (), laws, notes, **fields)
    options, run = Options(plan(), case=case), Run()
    verify(implementation, options, run)
    return conclude(implementation, options, run)


def test_a_backward_pass_that_was_not_judged_is_a_finding_and_the_target_inconclusive():
    found = concluded(FINE, notes=(BACK, "a note"))
    assert (found.verdict, found.error) == ("inconclusive", "back_prop was not judged")
    assert found.notes == ("a note",)
    target = target_report(found)
    (row,) = [row for row in target.checks if row.check == "back_prop"]
    (finding,) = row.findings
    assert (row.output, row.verdict, row.conforming, row.coordinates) == ("*", "inconclusive", None, 0)
    assert (finding.code, finding.severity, finding.certainty) == ("MB704", "inconclusive", "exactly")
    assert (finding.text, finding.remedy, finding.suggestion) == (BACK.reason, BACK.remedy, None)
    assert (finding.location.line, finding.replay) == (7, None)


def test_what_is_dispensable_is_a_note_and_no_more():
    forward = BACK._replace(check="forward", needed=False)
    assert concluded(FINE, notes=(forward,)).verdict == "pass"


def test_a_law_that_says_so_and_one_that_looked_at_nothing():
    said = Violation("*", "MB704", "it asks for q", place=("/a.py", 3, 4), remedy="verify a.py")
    for unsure in (law(said), law(), law(said, looked=3)):
        found = concluded(FINE, unsure)
        assert found.verdict == "inconclusive", unsure
        assert [row.check for row in found.rows if row.verdict == "inconclusive"] == ["update"]
    (row,) = [row for row in concluded(FINE, law(said)).rows if row.check == "update"]
    assert (row.findings[0].remedy, row.findings[0].cause.place) == ("verify a.py", Place("/a.py", 3, 4))
    assert concluded(FINE, law(said, needed=False)).verdict == "pass"
    assert concluded(FINE, law(says=False)).verdict == "pass"


def test_a_finding_comes_before_it_and_both_are_told():
    wrong = Law("gradient_check", lambda seed: (1, [Violation("accepts", "MB803", "wrong")]))
    found = concluded(wrong, notes=(BACK,))
    assert found.verdict == "fail"
    assert {one.cause.code for row in found.rows for one in row.findings} == {"MB803", "MB704"}


def test_a_call_that_says_itself_that_it_cannot_be_judged():
    failure = Failure("backward", "*", "MB704", Case((1, 1), 1), "how to call it is not known")
    (one,), notes = unjudged((), [failure], alone=False)
    assert (one.check, one.severity, one.cause.text, notes) == ("backward", "inconclusive", failure.text, [])


def test_one_case_is_asked_for_and_not_the_file():
    (one,), _ = unjudged((BACK, BACK), [], alone=False)
    assert one.check == "back_prop"
    assert unjudged((BACK,), [], alone=True) == ([], [BACK])


@pytest.mark.parametrize("own", [None, OwnDerivative(None, "two things are said")])
def test_a_backward_pass_of_an_unknown_network_that_nothing_could_be_told_of(own):
    found = concluded(FINE, unknown=(("backward", lambda: own),))
    assert found.verdict == "inconclusive"
    assert found.error == "backward was not judged"
    said = [one.cause.text for row in found.rows for one in row.findings if one.cause.code == "MB704"]
    assert any("two things are said" in text for text in said) == (own is not None)


def test_who_is_named():
    assert said_of(["a"]) == "a was not judged"
    assert said_of(["a", "b", "c"]) == "a, b and c were not judged"
    assert said_of(list("abcde")) == "a, b, c and 2 more were not judged"


# --- the baseline, and what is left out on request ------------------------------------------------------------------


def test_no_baseline_accepts_it():
    given = {"target": "a.py", "output": "*", "reason": "later", "expires": date(2030, 1, 1)}
    assert Accepted(code="MB199", **given)
    with pytest.raises(ValidationError, match="cannot be accepted; --except"):
        Accepted(code="MB704", **given)
    found = concluded(FINE, notes=(BACK,))
    after = updated([found], None, "a reason", date(2030, 1, 1))
    assert after.accepted == []
    assert after.exports == {"a.py": ["compute_cost"]}
    assert len(unacceptable([found])) == 1
    assert target_report(found, {("a.py", "*", "MB704"): "x"}).verdict == "inconclusive"


def test_what_is_accepted_does_not_hide_what_was_not_judged():
    wrong = Law("gradient_check", lambda seed: (1, [Violation("accepts", "MB803", "wrong")]))
    found = concluded(wrong, notes=(BACK,))
    target = target_report(found, {("a.py", "accepts", "MB803"): "known"})
    assert (target.verdict, target.error) == ("inconclusive", "back_prop was not judged")


@pytest.mark.parametrize("name", ["back_prop", "a.py::back_prop"])
def test_a_function_is_left_out_on_request(name):
    implementation = without(
        Implementation("a.py", (), (FINE, law()), (BACK, "a note"), names=("f",)), [name, "update"]
    )
    assert [one.check for one in implementation.laws] == ["compute_cost"]
    assert implementation.notes == ("a note",)
    assert set(implementation.excepted) == {"update", "back_prop"}
    run, options = Run(), Options(plan())
    verify(implementation, options, run)
    found = conclude(implementation, options, run)
    assert found.verdict == "pass"
    assert set(target_report(found).excepted) == {"update", "back_prop"}
    assert without(Implementation("b.py", (), (FINE,), (BACK,)), ["a.py::back_prop"]).excepted == ()


def test_a_name_that_no_target_has_is_told_with_the_nearest():
    one = Conclusion("a.py", "pass", excepted=("back_prop",), names=("back_prop", "forward"))
    assert misnamed(["back_prop", "a.py::back_prop"], [one]) is None
    assert "'forward', perhaps?" in misnamed(["foward"], [one])
    assert "'a.py::forward', perhaps?" in misnamed(["a.py::foward"], [one])
    lost = Conclusion("b.py", "error")
    assert misnamed(["foward"], [one, lost]) is None


def test_what_is_bound_by_a_name_that_no_target_has_is_told():
    none, has = {"cost=prise": "no function is called prise; 'price', perhaps?"}, {"cost=prise": ""}
    targets = [Conclusion("a.py", "pass", bound=none), Conclusion("b.py", "pass")]
    said = misnamed([], targets, bound=True)
    assert said == "--bind cost=prise: in a.py no function is called prise; 'price', perhaps?"
    assert misnamed([], [*targets, Conclusion("c.py", "pass", bound=has)], bound=True) is None
