"""Why a target is not verified: in eight lines of text, and at its line in every other format."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from reference.report import FORMATS
from tests.reference.report.reports import finding, report, row, target

WHERE = {"location": None, "smallest": None, "index": None, "got": None, "want": None, "replay": None}


def unjudged(check, reason="it looks like a backward pass, but its argument q is not known", **fields):
    given = {"severity": "inconclusive", "text": reason, "remedy": f"manual-backprop verify a.py::{check}", **WHERE}
    one = finding("MB704", **{**given, **fields})
    return row("*", "inconclusive", one, check=check, cases=0, coordinates=0)


def shown(*rows, **fields):
    given = {"error": "nothing was checked", "seen": ["it holds 2 functions (f, g)"], **fields}
    (of_it,) = report(target("inconclusive", *rows, **given)).targets
    text = FORMATS["text"](report(of_it))
    lines = text.split("\n")
    return lines[1 : lines.index("", 1)]


def test_it_is_told_with_its_reason_and_what_would_have_it_judged():
    lines = shown(unjudged("back_prop"))
    assert lines == [
        "  nothing was checked; it holds 2 functions (f, g)",
        "  ? back_prop is not judged: it looks like a backward pass, but its argument q",
        "    is not known",
        "    judge it by: manual-backprop verify a.py::back_prop",
    ]


def test_eight_lines_and_the_rest_is_counted():
    for n in range(1, 30):
        lines = shown(*(unjudged(f"back_{k}", f"its reason is number {k}") for k in range(n)), notes=["one", "two"])
        assert len(lines) <= 8
        assert max(map(len, lines)) <= 80
        told = sum(line.startswith("  ?") for line in lines) + ("  one" in lines) + ("  two" in lines)
        left = [line for line in lines if line.startswith("  and ")]
        assert told == n + 2 or left == [
            f"  and {n + 2 - told} more; the full list is in the JSON (--report json=PATH)"
        ]


def test_the_first_is_told_however_long_its_reason_is():
    lines = shown(unjudged("back", "because of this and that " * 60), unjudged("other", "short"))
    assert len(lines) == 8
    assert lines[1].startswith("  ? back is not judged")
    assert lines[-1].startswith("  and 1 more")


def test_those_with_one_reason_stand_together():
    lines = shown(*(unjudged(f"layer_{k}", "a layer") for k in range(5)))
    assert lines[1] == "  ? layer_0, layer_1, layer_2 and 2 more are not judged: a layer"


def test_beside_a_finding_it_is_told_too_and_the_row_is_no_check():
    whole = FORMATS["text"](report(target("fail", row("dW2", "fail", finding()), unjudged("back_prop"))))
    assert "MB101" in whole
    assert "? back_prop is not judged" in whole
    assert "nothing could be compared" not in whole


def test_what_was_left_out_on_request_is_in_every_format():
    given = report(target("pass", row("dW1"), excepted=["back_prop", "other"]))
    for name in ("text", "junit", "markdown", "html"):
        assert "left out on request: back" in FORMATS[name](given).replace("\\", "")
    assert json.loads(FORMATS["json"](given))["targets"][0]["excepted"] == ["back_prop", "other"]


def test_every_other_format_has_it_at_its_line():
    from reference.report.models.verification import Location

    given = report(target("inconclusive", unjudged("back_prop", location=Location(file="a.py", line=7))))
    case = ElementTree.fromstring(FORMATS["junit"](given).encode()).find(".//testcase[@name='back_prop']")
    assert case.get("line") == "7"
    assert case.find("error").get("type") == "MB704"
    assert "judge it by" in case.find("error").text
    (result,) = json.loads(FORMATS["sarif"](given))["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("MB704", "warning")
    assert "::warning file=a.py,line=7,title=MB704%3A back_prop is not judged::" in FORMATS["github"](given)
    assert "| 1 not judged |" in FORMATS["markdown"](given)
    assert "judge it by" in FORMATS["markdown"](given)
    assert "judge it by" in FORMATS["html"](given)
    assert "0 outputs checked" in FORMATS["html"](given)
    (found,) = json.loads(FORMATS["json"](given))["targets"][0]["checks"][0]["findings"]
    assert found["remedy"] == "manual-backprop verify a.py::back_prop"
