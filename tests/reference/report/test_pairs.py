"""A pair in every format: the repair as two lines, what it was given under its name, and its pictures."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import pytest

from reference.report import github, junit, markdown, sarif, text
from reference.report.diff import Diff, diff_of
from reference.report.html import render_report
from reference.report.html.slices import plane, precisions
from reference.report.html.steps import steps
from reference.report.models.evidence import Precision
from tests.reference.report import models
from tests.reference.report.markup import FAULTS, parse, words
from tests.reference.report.test_markdown import PARSER

LONG = "dx = (N * dxhat - np.sum(dxhat, axis=0, keepdims=True) - xhat * np.sum(dxhat * xhat, axis=0)) / (N * std)"


def report(**fields):
    return models.report(models.wrong_pair(**fields))


@pytest.mark.parametrize(
    ("suggestion", "diff"),
    [
        ("- a = 1\n+ a = 2", Diff(("a = 1",), ("a = 2",))),
        (
            "- for k in K:\n-     a += k\n+ for k in K:\n+     a -= k",
            Diff(("for k in K:", "    a += k"), ("for k in K:", "    a -= k")),
        ),
        ("- - a\n+ + a", Diff(("- a",), ("+ a",))),
        ("dW2 = (1/m) dZ2 A1ᵀ", None),
        ("- a only taken away", None),
        ("+ a only put in", None),
        ("", None),
        (None, None),
    ],
)
def test_a_diff_is_taken_apart_and_a_formula_is_none(suggestion, diff):
    assert diff_of(suggestion) == diff


def test_text_shows_the_two_lines_and_says_them_once():
    lines = text.render(report()).splitlines()
    assert "    yours        dX = -dz @ W.T" in lines
    assert "    should be    dX = dz @ W.T" in lines
    assert "    cause        MB101: it is right as below, on 3 of 3 draws [off by a constant" in lines


def test_text_shows_each_line_of_a_longer_repair_and_none_beyond_80_columns():
    found = models.finding(suggestion=f"- if train:\n-     {LONG}\n+ if not train:\n+     {LONG}")
    rows = [models.row("dx", found, check="batchnorm_backward")]
    lines = text.render(report(checks=rows)).splitlines()
    at = lines.index("    should be    if not train:")
    assert lines[at + 1].startswith("                     dx = (N")
    assert max(map(len, lines)) <= 80


def test_what_was_drawn_stands_under_the_name_of_its_pair():
    drawn = {name: f"class: {name} (3,4) (tried) · 3 draws, 3 witnesses" for name in ("A.backward", "B.backward")}
    rows = [models.row("dx", check=name) for name in drawn]
    lines = text.render(report(checks=rows, drawn=drawn)).splitlines()
    for name, given in drawn.items():
        at = next(k for k, line in enumerate(lines) if line.startswith(f"  ✓ {name}"))
        assert lines[at + 1] == f"    {given}"


def test_markdown_shows_a_diff_that_no_line_can_leave():
    found = markdown.render(report())
    assert "```diff\n- dX = -dz @ W.T\n+ dX = dz @ W.T\n```" in found
    hostile = models.finding(suggestion="- a = '```'\n+ a = '````'")
    shown = markdown.render(report(checks=[models.row("dx", hostile, check="f")]))
    fences = [token.content for token in PARSER.parse(shown) if token.type == "fence"]
    assert fences == ["- a = '```'\n+ a = '````'\n"]


def test_github_and_junit_say_both_lines():
    assert "%0Ayours: dX = -dz @ W.T%0Ashould be: dX = dz @ W.T" in github.render(report())
    suite = ET.fromstring(junit.render(report()).encode()).find("testsuite")
    assert suite.find("system-out").text.startswith("affine_backward, forward and backward: X (4,2,3)")
    assert "should be    dX = dz @ W.T" in suite.find("testcase/failure").text


def test_sarif_has_a_fix_that_an_editor_can_apply():
    (result,) = json.loads(sarif.render(report()))["runs"][0]["results"]
    (fix,) = result["fixes"]
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "layers.py"
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 21, "startColumn": 1, "endLine": 21, "endColumn": 21},
            "insertedContent": {"text": "    dX = dz @ W.T"},
        }
    ]


@pytest.mark.parametrize(
    ("code", "says"), [("MB601", "changes what it is given"), ("MB602", "differs from call to call")]
)
def test_what_concerns_a_pair_as_a_whole_is_said_of_it(code, says):
    found = models.finding(code=code, text="x was changed by the call", suggestion=None, fix=None)
    rows = [models.row("*", found, check="relu_backward")]
    assert f"relu_backward {says}" in text.render(report(checks=rows))


# --- the page -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_page_of_a_pair_is_sound_and_shows_the_repair():
    page = render_report(report())
    assert [fault for look in FAULTS for fault in look(page)] == []
    assert re.search(r"<del>- dX = -dz @ W\.T\s*</del><ins>\+ dX = dz @ W\.T\s*</ins>", page)
    said = words(parse(page))
    for part in (
        "dX in affine_backward: MB101",
        "its own lines, step by step",
        "at maximum in line 9 (6×)",
        "2 of 120 entries were excluded at kinks",
    ):
        assert part in said, part


def test_a_right_pair_says_so():
    page = render_report(
        report(
            checks=[models.row("dX", check="affine_backward")],
            verdict="pass",
            pairs=[models.pair_evidence(wrong=False, switches=[])],
        )
    )
    said = words(parse(page))
    assert "where every entry is right" in said
    assert "it has none" in said


def test_the_graph_says_what_is_right_wrong_and_downstream():
    picture = steps(models.pair_evidence(), "k")
    assert picture.text == "right: dz (line 20); wrong here: dX (line 21); wrong downstream: dW (line 22)."
    assert "dX = -dz @ W.T" in picture.svg


def test_a_plane_says_which_it_is_and_how_many_are_wrong():
    found = plane(models.plane(), "k")
    assert found.title == "dX[0, :, :]: where it is wrong"
    assert "6 of 24 entries of dX (4 × 2 × 3) are wrong." in found.text


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_plane_is_drawn_whatever_it_holds(bad):
    assert plane(models.plane(got=[[bad] * 3, [0.0] * 3]), "k").svg.startswith("<svg")
    assert plane(models.plane(got=[[bad]], want=[[0.0]], unit=0.0, shape=[]), "k").svg.startswith("<svg")


def test_a_mistake_does_not_shrink_with_the_precision_and_rounding_does():
    both = models.pair_evidence().precisions
    said = precisions(both, "k").text
    assert "dX is off by 2e+00 in float32, 2e+00 in float64, 2e+00 in extended, and does not shrink" in said
    assert "dW, which is right, is off by 1e-07 in float32, 1e-16 in float64, nothing in extended" in said
    falls = Precision(name="dX", wrong=True, errors={"float32": 1e-3, "float64": 1e-11})
    assert "shrink" not in precisions([falls], "k").text
