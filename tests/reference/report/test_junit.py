"""JUnit: read back by the library and by the standard library, every output once, and nothing green that is not."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

import junitparser

from reference.report import junit
from reference.report.models.verification import Report
from reference.report.text import finding_lines
from reference.report.view import legible, view
from tests.reference.report.reports import (
    HOSTILE,
    REPORTS,
    WARNING,
    WRONG,
    finding,
    hostile,
    report,
    row,
    target,
)

KINDS = {"pass": "", "warn": "", "fail": "failure", "inconclusive": "error", "skipped": "skipped"}
COUNTS = {"failures": "failure", "errors": "error", "skipped": "skipped"}
NOT_REPRODUCIBLE = ("timestamp", "hostname", "id")


def kind(case: ET.Element) -> str:
    return next((child.tag for child in case if child.tag in KINDS.values()), "")


def wrong_in_junit(text: str, given: Report) -> list[str]:
    """What a reader of the XML would be misled by."""
    root = ET.fromstring(text.encode())
    suites = root.findall("testsuite")
    found = []
    wanted = [["error"] * bool(one.why) + [KINDS[r.row.verdict] for r in one.rows] for one in view(given).targets]
    if [[kind(case) for case in suite.iter("testcase")] for suite in suites[: len(wanted)]] != wanted:
        found.append("an output has another result than in the report")
    for element in (root, *suites):
        cases = list(element.iter("testcase"))
        counted = {name: sum(kind(case) == tag for case in cases) for name, tag in COUNTS.items()}
        if {"tests": len(cases), **counted} != {name: int(element.get(name, -1)) for name in ("tests", *counted)}:
            found.append(f"the counts of {element.tag} are wrong")
    red = sum(int(root.get(name, 0)) for name in ("failures", "errors"))
    if bool(red) != bool(given.exit_code):
        found.append("the exit code says otherwise")
    for suite in suites[: len(wanted)]:
        names = [(case.get("classname"), case.get("name")) for case in suite.iter("testcase")]
        if len(set(names)) != len(names):
            found.append("two cases have one name")
    if any(case.get("time") for case in root.iter("testcase")):
        found.append("a case has a time of its own")
    if any(element.get(name) for element in root.iter() for name in NOT_REPRODUCIBLE):
        found.append("it says when or where it was made")
    results = [child for case in root.iter("testcase") for child in case if child.tag in ("failure", "error")]
    if not all(child.get("message") and child.get("type") and child.text for child in results):
        found.append("a result says nothing")
    return found


def cases(text):
    return {case.get("name"): case for case in ET.fromstring(text.encode()).iter("testcase")}


# --- every kind of report --------------------------------------------------------------------------------------


def test_it_says_what_the_report_says():
    wrong = {name: wrong_in_junit(junit.render(given), given) for name, given in REPORTS.items()}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_the_library_reads_it_back():
    for name, given in REPORTS.items():
        read = junitparser.JUnitXml.fromstring(junit.render(given).encode())
        root = ET.fromstring(junit.render(given).encode())
        before = {count: root.get(count) for count in ("tests", "failures", "errors", "skipped")}
        read.update_statistics()
        assert {count: str(getattr(read, count)) for count in before} == before, name


def test_the_same_report_gives_the_same_bytes_apart_from_the_time():
    for name, given in REPORTS.items():
        later = given.model_copy(update={"timing": {"total": 99.5}})
        first, again, second = (junit.render(one) for one in (given, given, later))
        assert first == again != second, name
        assert len({re.sub(r' time="[^"]*"', "", text) for text in (first, second)}) == 1, name


# --- single outputs --------------------------------------------------------------------------------------------


def test_a_failure_has_the_code_and_the_lines_of_the_text_report():
    failure = cases(junit.render(REPORTS["wrong"]))["dW2"].find("failure")
    assert failure.get("type") == "MB101"
    assert failure.get("message").startswith("dW2 is wrong in backward: is exactly the data term × 2")
    assert failure.text == "\n".join(finding_lines("backward", "dW2", WRONG))


def test_two_findings_of_one_output_are_one_failure_with_both():
    case = cases(junit.render(REPORTS["two findings of one output"]))["dW2"]
    assert len(case.findall("failure")) == 1
    assert "MB101" in case.find("failure").text
    assert "MB201" in case.find("failure").text
    assert "MB305" in case.find("system-out").text


def test_a_consequence_says_of_what():
    failure = cases(junit.render(REPORTS["wrong"]))["dA1"].find("failure")
    assert failure.get("type") == "consequence"
    assert failure.get("message") == "dA1 is wrong in backward, as a consequence of dW2 (MB101)"


def test_a_consequence_of_nothing_that_is_known_is_a_failure_all_the_same():
    given = report(target("fail", row("dA1", "fail")))
    assert "another output" in cases(junit.render(given))["dA1"].find("failure").get("message")


def test_a_warning_passes_and_is_told():
    case = cases(junit.render(REPORTS["a warning"]))["dA1"]
    assert [child.tag for child in case] == ["system-out"]
    assert case.find("system-out").text == "\n".join(finding_lines("backward", "dA1", WARNING))


def test_what_is_accepted_passes_with_the_reason_and_so_does_its_consequence():
    found = cases(junit.render(REPORTS["accepted"]))
    assert "see issue 12" in found["dW2"].find("system-out").text
    assert "consequence of dW2 (MB101)" in found["dA1"].find("system-out").text


def test_what_is_inconclusive_is_an_error():
    found = cases(junit.render(REPORTS["inconclusive"]))
    assert found["dW2"].find("error").get("message") == "dW2 in backward: 37 of 100 entries could be compared"
    assert found["inconclusive"].find("error").get("message").startswith("INCONCLUSIVE: coverage is too low")
    assert found["db2"].find("skipped") is not None


def test_a_target_that_could_not_run_is_an_error():
    case = cases(junit.render(REPORTS["could not run"]))["could not run"]
    assert case.find("error").get("type") == "error"
    assert "there is no such file" in case.find("error").text
    assert case.get("file") == "gone.py"


def test_a_reason_of_the_run_is_an_error():
    case = cases(junit.render(REPORTS["reasons of its own"]))["an entry of the baseline expired"]
    assert case.get("classname") == "manual-backprop"
    assert case.find("error") is not None


def test_the_place_is_told_where_it_is_known():
    case = cases(junit.render(REPORTS["wrong"]))["dW2"]
    assert (case.get("file"), case.get("line")) == ("nets/mine.py", "19")
    assert cases(junit.render(REPORTS["wrong"]))["db1"].get("file") is None


def test_a_line_of_a_cell_is_no_line_of_the_notebook():
    case = cases(junit.render(REPORTS["a notebook"]))["masks"]
    assert (case.get("file"), case.get("line")) == ("nets/a b.ipynb", None)
    assert "cell 14, line 19" in case.find("failure").text


def test_names():
    given = report(target("fail", row("*", "pass", check="masks"), row("*", "fail", finding("MB701"), check="*")))
    found = cases(junit.render(given))
    assert found["masks"].get("classname") == "nets/mine.py.masks"
    assert found["nets/mine.py"].get("classname") == "nets/mine.py"


def test_conventions_and_notes_are_told_once():
    suite = ET.fromstring(junit.render(REPORTS["right"]).encode()).find("testsuite")
    assert suite.find("system-out").text == "convention: λ/2 for λ/(2m)\none column was nudged"


def test_what_was_run_is_told():
    suite = ET.fromstring(junit.render(REPORTS["right"]).encode()).find("testsuite")
    found = {item.get("name"): item.get("value") for item in suite.iter("property")}
    assert found == {"version": "0.1.0", "python": "3", "numpy": "2", "jax": "0", "hypothesis": "6",
                     "profile": "ci", "seed": "0"}  # fmt: skip


# --- hostile texts ---------------------------------------------------------------------------------------------


def test_a_hostile_text_stays_text():
    for name, payload in HOSTILE.items():
        given = hostile(payload)
        rendered = junit.render(given)
        root = ET.fromstring(rendered.encode())
        junitparser.JUnitXml.fromstring(rendered.encode())
        said = legible(given).targets[0].target
        assert root.find("testsuite").get("name") == said, name
        assert [len(suite.findall("testcase")) for suite in root] == [2, 1, 1], name
        if said.strip():
            assert said in root.find("testsuite/testcase/failure").get("message"), name
            assert root.findall("testsuite")[1].find("testcase/error").text == f"COULD NOT RUN: {said}", name


def test_every_character_of_the_first_planes_can_be_told():
    text = "".join(map(chr, itertools.chain(range(0x3000), range(0xD700, 0xE100), range(0xFF00, 0x10100))))
    assert ET.fromstring(junit.render(hostile(text)).encode()) is not None


# --- the checks can fail ---------------------------------------------------------------------------------------


FAULTS = [
    ("wrong", r"<failure.*?</failure>", ""),
    ("wrong", r"<(/?)failure", r"<\1skipped"),
    ("wrong", r'failures="3"', 'failures="2"'),
    ("wrong", r'type="MB101"', ""),
    ("wrong", r'message="dW2[^"]*"', ""),
    ("wrong", r'name="dA1"', 'name="dZ1"'),
    ("wrong", r'<testcase name="db1"[^>]*/>', ""),
    ("right", r"<testcase", '<testcase time="0.1"'),
    ("right", r"<testsuite ", '<testsuite timestamp="2026-01-01T00:00:00" '),
    ("right", r"<testsuite ", '<testsuite hostname="here" '),
    ("inconclusive", r"<(/?)error", r"<\1skipped"),
    ("could not run", r"(?s)<testcase.*</testcase>", ""),
    ("interrupted", r"(?s)<error.*?</error>", ""),
    ("a warning", r"<(/?)system-out", r"<\1failure"),
    ("reasons of its own", r"(?s)<error.*?</error>", ""),
]


def test_a_planted_fault_is_found():
    missed = []
    for name, old, new in FAULTS:
        rendered = junit.render(REPORTS[name])
        spoilt = re.sub(old, new, rendered)
        assert spoilt != rendered, (name, old)
        missed += [] if wrong_in_junit(spoilt, REPORTS[name]) else [(name, old, new)]
    assert missed == []
