"""What the formats share: characters that all can carry, files as other programs name them, and no verdict unsaid."""

from __future__ import annotations

import re

import pytest

from reference.findings.verdicts import EXIT_CODES
from reference.report.models.verification import Location
from reference.report.paths import file_of, forward, is_relative, uri
from reference.report.text import finding_lines
from reference.report.view import cause, headline, legible, line_of, particulars, reasons, within
from tests.reference.report.reports import HOSTILE, REPORTS, WRONG, finding, hostile, report, row, target

# --- characters ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_a_legible_report_can_be_written_down(name):
    given = hostile(HOSTILE[name])
    said = legible(given).targets[0].target
    said.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]", said)


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_that_is_legible_stays_as_it_is(name):
    assert legible(REPORTS[name]) == REPORTS[name]


def test_what_is_replaced_leaves_a_mark():
    assert legible(target(target="a\x00b\ud800c\r\nd\re\tf")).target == "a\ufffdb\ufffdc\nd\ne\tf"


def test_numbers_stay():
    given = report(target("fail", row("dW2", "fail", finding(got=float("inf"), want=-0.0), worst_error=float("inf"))))
    assert legible(given) == given


# --- paths -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "path", "as_uri", "relative"),
    [
        ("mine.py", "mine.py", "mine.py", True),
        ("./nets/mine.py", "nets/mine.py", "nets/mine.py", True),
        ("../mine.py", "../mine.py", "../mine.py", True),
        ("a b/réseau#1?.py", "a b/réseau#1?.py", "a%20b/r%C3%A9seau%231%3F.py", True),
        ("100%.py", "100%.py", "100%25.py", True),
        ("a:b.py", "a:b.py", "a%3Ab.py", True),
        ("/home/a b/mine.py", "/home/a b/mine.py", "file:///home/a%20b/mine.py", False),
        (r"nets\a b.py", "nets/a b.py", "nets/a%20b.py", True),
        (r"C:\Users\ü\mine.py", "C:/Users/ü/mine.py", "file:///C:/Users/%C3%BC/mine.py", False),
        ("C:/Users/mine.py", "C:/Users/mine.py", "file:///C:/Users/mine.py", False),
        (r"\\server\share\mine.py", "//server/share/mine.py", "file://server/share/mine.py", False),
        (r"nets/a\b.py", r"nets/a\b.py", "nets/a%5Cb.py", True),
    ],
)
def test_paths(given, path, as_uri, relative):
    assert forward(given) == path
    assert uri(given) == as_uri
    assert is_relative(given) == relative


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("mine.py", "mine.py"),
        ("a/b.ipynb", "a/b.ipynb"),
        ("a/b.py::backward", "a/b.py"),
        ("OLD.PY", "OLD.PY"),
        ("package.module:backward", None),
        ("manual_backprop", None),
        ("", None),
    ],
)
def test_the_file_of_a_target(name, file):
    assert file_of(name) == file


# --- words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["MB101", "MB601", "MB602", "MB702"])
@pytest.mark.parametrize("severity", ["error", "warning"])
@pytest.mark.parametrize("output", ["dW2", "*"])
def test_the_words_are_those_of_the_text_report(code, severity, output):
    found = finding(code, severity=severity)
    first, *_ = finding_lines("backward", output, found)
    assert first.startswith(f"  {headline(row(output), found)}  mine.py, line 19")
    said = " ".join(" ".join(finding_lines("backward", output, found)).split())
    assert f"{code}: {cause(found)} [" in said


def test_the_particulars_are_those_of_the_text_report():
    found = WRONG.model_copy(update={"accepted": "see issue 12"})
    said = " ".join(" ".join(finding_lines("backward", "dW2", found)).split())
    assert [label for label, _ in particulars(found)] == [
        "should be", "so wrong too", "smallest", "accepted", "reproduce",
    ]  # fmt: skip
    for label, text in particulars(found):
        assert f"{label} {text}" in said
    assert not list(particulars(finding(smallest=None, replay=None)))


def test_a_line_of_a_cell_is_within_its_cell_alone():
    assert within(Location(file="a.ipynb", cell=14, line=19)) == "cell 14, line 19"
    assert within(Location(file="a.py", line=19)) == "line 19"
    assert line_of(Location(file="a.ipynb", cell=14, line=19)) is None
    assert line_of(Location(file="a.py", line=19)) == 19
    assert line_of(None) is None


@pytest.mark.parametrize("code", EXIT_CODES.values())
def test_no_exit_code_goes_unsaid(code):
    verdict = next(name for name, value in EXIT_CODES.items() if value == code)
    assert bool(reasons(report(target("pass"), verdict=verdict, exit_code=code))) == (code != 0)
    assert not reasons(report(target(verdict)))
