"""What the formats share: characters that all can carry, files as other programs name them, and no verdict unsaid."""

from __future__ import annotations

import itertools
import re

from reference.findings.verdicts import EXIT_CODES
from reference.report.models.verification import Location
from reference.report.paths import file_of, forward, is_relative, uri
from reference.report.text import finding_lines
from reference.report.view import finding_view, legible, view, within
from tests.reference.report.reports import HOSTILE, REPORTS, WRONG, finding, hostile, report, row, target

# --- characters ------------------------------------------------------------------------------------------------


def test_a_legible_report_can_be_written_down():
    said = {name: legible(hostile(text)).targets[0].target for name, text in HOSTILE.items()}
    for text in said.values():
        text.encode()
    assert {n: t for n, t in said.items() if re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]", t)} == {}


def test_a_report_that_is_legible_stays_as_it_is():
    assert {name: legible(given) for name, given in REPORTS.items()} == REPORTS


def test_what_is_replaced_leaves_a_mark():
    assert legible(target(target="a\x00b\ud800c\r\nd\re\tf")).target == "a\ufffdb\ufffdc\nd\ne\tf"


def test_numbers_stay():
    given = report(target("fail", row("dW2", "fail", finding(got=float("inf"), want=-0.0), worst_error=float("inf"))))
    assert legible(given) == given


# --- paths -----------------------------------------------------------------------------------------------------


PATHS = [  # as given, with forward slashes, as a URI, and whether that is relative
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
]


def test_paths():
    assert [(given, forward(given), uri(given), is_relative(given)) for given, *_ in PATHS] == PATHS


FILES = {
    "mine.py": "mine.py",
    "a/b.ipynb": "a/b.ipynb",
    "a/b.py::backward": "a/b.py",
    "OLD.PY": "OLD.PY",
    "package.module:backward": None,
    "manual_backprop": None,
    "": None,
}


def test_the_file_of_a_target():
    assert {name: file_of(name) for name in FILES} == FILES


# --- words -----------------------------------------------------------------------------------------------------


def test_the_words_are_those_of_the_text_report():
    for code, severity, output in itertools.product(
        ("MB101", "MB601", "MB602", "MB702"), ("error", "warning"), ("dW2", "*")
    ):
        found = finding(code, severity=severity)
        shown = finding_view("backward", output, found)
        first, *_ = finding_lines("backward", output, found)
        assert first.startswith(f"  {shown.headline}  mine.py, line 19")
        said = " ".join(" ".join(finding_lines("backward", output, found)).split())
        assert f"{code}: {shown.cause} [" in said


HEADLINES = {
    ("MB101", "error", "dW2"): "dW2 is wrong in backward",
    ("MB602", "error", "dW2"): "dW2 differs from call to call in backward",
    ("MB305", "warning", "dA1"): "dA1 warning in backward",
    ("MB701", "error", "*"): "backward",
}


def test_headlines():
    found = {key: finding_view("backward", key[2], finding(key[0], severity=key[1])).headline for key in HEADLINES}
    assert found == HEADLINES


def test_the_particulars_are_those_of_the_text_report():
    found = WRONG.model_copy(update={"accepted": "see issue 12"})
    said = " ".join(" ".join(finding_lines("backward", "dW2", found)).split())
    particulars = finding_view("backward", "dW2", found).particulars
    assert list(particulars) == ["should be", "so wrong too", "smallest", "accepted", "reproduce"]
    for label, text in particulars.items():
        assert f"{label} {text}" in said
    assert finding_view("backward", "dW2", finding(smallest=None, replay=None)).particulars == {}


def test_a_line_of_a_cell_is_within_its_cell_alone():
    in_a_cell, in_a_file = Location(file="a.ipynb", cell=14, line=19), Location(file="./a.py", line=19)
    assert within(in_a_cell) == "cell 14, line 19"
    assert within(in_a_file) == "line 19"
    wanted = {
        in_a_cell: ("cell 14, line 19", "a.ipynb", None),
        in_a_file: (None, "a.py", 19),
        None: (None, "own.py", None),
    }
    shown = {place: finding_view("c", "o", finding(location=place), "own.py") for place in wanted}
    assert {place: (found.cell, found.file, found.line) for place, found in shown.items()} == wanted


def test_no_exit_code_goes_unsaid():
    for verdict, code in EXIT_CODES.items():
        assert bool(view(report(target("pass"), verdict=verdict, exit_code=code)).reasons) == (code != 0), verdict
        assert not view(report(target(verdict))).reasons, verdict


def test_only_what_is_neither_right_nor_wrong_has_to_say_why():
    why = {verdict: view(report(target(verdict))).targets[0].why for verdict in EXIT_CODES}
    assert why == {
        "pass": None,
        "fail": None,
        "error": "COULD NOT RUN",
        "inconclusive": "INCONCLUSIVE",
        "interrupted": "INTERRUPTED",
    }
    assert view(report(target("error", error="no file"))).targets[0].why == "COULD NOT RUN: no file"
