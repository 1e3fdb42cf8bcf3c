"""Known findings are let through, with a reason and an end; what is stale, expired or gone is not."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from reference.diagnosis import Cause
from reference.judging.judge import Tally
from reference.report.models.verification import Target
from reference.verification.baseline import Baseline, BaselineError, as_toml, difference, live, load, outdated, updated
from reference.verification.conclusion import Conclusion, OutputRow
from reference.verification.explained import Explained
from reference.verification.reported import target_report
from tests.folding import each

TODAY = date(2026, 3, 1)
LATER = TODAY + timedelta(days=1)
KNOWN = {"target": "a.py", "output": "dW2", "code": "MB101", "reason": "issue 12", "expires": LATER}


def finding(code: str = "MB101", upstream_of: tuple[str, ...] = (), severity: str = "error") -> Explained:
    return Explained("backward", Cause("", code, "exactly", "planted", upstream_of=upstream_of), severity)


def row(output: str, *found: Explained, follows: bool = False, check: str = "backward") -> OutputRow:
    return OutputRow(check, output, Tally(coordinates=4), findings=found, follows=follows)


def concluded(*rows: OutputRow, verdict: str = "fail", name: str = "a.py") -> Conclusion:
    return Conclusion(name, verdict, rows=rows)


def applied(found: Conclusion, baseline: Baseline, today: date = TODAY) -> tuple[Target, list[str], list[str]]:
    """The target with what is accepted let through; what is stale or expired; and what is no longer exported."""
    target = target_report(found, live(baseline, today))
    return target, *outdated([target], baseline, today)


def known(**changes) -> Baseline:
    return Baseline(accepted=[{**KNOWN, **changes}])


def test_an_accepted_finding_is_a_warning_with_its_reason_and_the_target_passes():
    target, wrong, lost = applied(concluded(row("dW2", finding())), known())
    assert (target.verdict, target.checks[0].verdict) == ("pass", "warn")
    assert target.checks[0].findings[0].accepted == "issue 12"
    assert (wrong, lost) == ([], [])


@each("changes", [{"target": "b.py"}, {"output": "dW1"}, {"code": "MB102"}])
def test_another_target_output_or_code_is_not_let_through(changes):
    target, _, _ = applied(concluded(row("dW2", finding())), known(**changes))
    assert (target.verdict, target.checks[0].verdict) == ("fail", "fail")


def test_a_second_finding_of_the_same_output_still_fails():
    target, _, _ = applied(concluded(row("dW2", finding(), finding("MB201"))), known())
    assert target.verdict == "fail"


def test_what_follows_from_an_accepted_finding_is_let_through_and_nothing_else():
    rows = (row("dW2", finding(upstream_of=("dW1",))), row("dW1", follows=True))
    target, _, _ = applied(concluded(*rows), known())
    assert [r.verdict for r in target.checks] == ["warn", "warn"]
    target, _, _ = applied(concluded(*rows, row("db1", finding("MB102"))), known())
    assert target.verdict == "fail"
    target, _, _ = applied(concluded(*rows, row("dW1", follows=True, check="other")), known())
    assert target.verdict == "fail"


def test_a_stale_entry_is_wrong():
    _, wrong, _ = applied(concluded(row("dW2"), verdict="pass"), known())
    assert len(wrong) == 1
    assert "a.py, dW2, MB101 fits no finding any more" in wrong[0]


def test_an_entry_of_a_target_that_was_not_judged_is_not_stale():
    assert applied(concluded(verdict="error"), known())[1] == []
    assert applied(concluded(row("dW1"), name="b.py"), known())[1] == []


def test_an_expired_entry_is_wrong_and_lets_nothing_through():
    target, wrong, _ = applied(concluded(row("dW2", finding())), known(expires=TODAY - timedelta(days=1)))
    assert target.verdict == "fail"
    assert "expired on 2026-02-28" in wrong[0]
    assert applied(concluded(row("dW2", finding())), known(expires=TODAY))[1] == []  # its last day


def test_what_is_no_longer_exported_is_named():
    before = Baseline(exports={"a.py": ["backward", "forward"], "z.py": ["backward"]})
    _, _, lost = applied(concluded(row("dW2"), verdict="pass"), before)
    assert lost == ["a.py no longer exports forward, which the baseline has"]


def test_an_update_keeps_what_is_known_and_asks_for_a_reason_for_what_is_new():
    found = concluded(row("dW2", finding()), row("db1", finding("MB102")))
    with pytest.raises(BaselineError, match=r"a.py, db1, MB102 is new.*--reason"):
        updated([found], known(), None, LATER)
    with pytest.raises(BaselineError):
        updated([found], known(), "  ", LATER)
    after = updated([found], known(), "by agreement", LATER)
    assert [(a.output, a.reason) for a in after.accepted] == [("dW2", "issue 12"), ("db1", "by agreement")]
    assert after.exports == {"a.py": ["backward"]}
    target, wrong, lost = applied(found, after)
    assert (target.verdict, wrong, lost) == ("pass", [], [])


def test_an_update_drops_what_is_stale():
    assert updated([concluded(row("dW2"))], known(), None, LATER).accepted == []


def test_what_is_written_reads_back(tmp_path):
    path = tmp_path / "known.toml"
    before = Baseline(accepted=[{**KNOWN, "reason": 'with "quotes", ü and a\nnewline'}], exports={"a b.py": ["f"]})
    path.write_text(as_toml(before), encoding="utf-8")
    assert load(path) == before


def test_a_difference_shows_what_is_added():
    shown = difference(Baseline(), known(), Path("known.toml"))
    assert [line for line in shown.splitlines() if line.startswith("+") and 'output = "dW2"' in line]
    assert difference(known(), known(), Path("k")) == ""


@each(
    ("text", "part"),
    [
        ("version = 2", "version"),
        ("[[accepted]]\ntarget = 'a'", "output"),
        ("[[accepted]]\ntarget='a'\noutput='b'\ncode='c'\nreason=' '\nexpires=2027-01-01", "reason"),
        ("[[accepted]]\ntarget='a'\noutput='b'\ncode='c'\nreason='r'\nexpires='soon'", "expires"),
        ("more = 1", "more"),
        ("[", "cannot read"),
    ],
)
def test_a_broken_baseline_is_one_line(tmp_path, text, part):
    path = tmp_path / "known.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError) as error:
        load(path)
    assert part in str(error.value)
    assert "\n" not in str(error.value).partition("; given")[0]


def test_a_baseline_that_is_not_there_says_how_to_make_one(tmp_path):
    with pytest.raises(BaselineError, match="--update-baseline"):
        load(tmp_path / "known.toml")
