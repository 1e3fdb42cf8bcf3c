"""Many targets: a line for each, what is most often wrong, a table for a spreadsheet, and a page behind an index."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import click
import pytest

from reference.report import FORMATS
from reference.report.csv import COLUMNS
from reference.report.delivery import deliver_pages
from reference.report.html import pages_of
from reference.report.models.verification import Report, Target
from reference.report.overview import MANY, overview
from tests.reference.report import markup, models

ONCE = models.finding(code="MB102", certainty="exactly", text="the gradient × m, on 3 of 3 probes")


def several(*names: str) -> list[Target]:
    """Each with the same mistake in db2, of two functions."""
    rows = [models.row("db2", ONCE, check=check) for check in ("with_l2", "with_dropout")]
    return [models.wrong(name, checks=rows, evidence=[]) for name in names]


def course() -> Report:
    of_l2 = models.finding(code="MB201", certainty="unexplained", text="it is off, by no single factor")
    warned = models.finding(code="MB402", severity="warning", text="digits are lost")
    own = models.wrong("d.py", checks=[models.row("dW1", of_l2), models.row("db1", warned)], evidence=[])
    lost = Target(target="e.py", verdict="error", error="the file does not parse: line 3")
    return models.report(*several("a.py", "b.py", "c.py"), own, lost, models.right("f.py"))


def test_every_target_has_a_row_with_the_gravest_finding() -> None:
    rows = overview(course().targets).rows
    assert [(r.target, r.code, r.where, r.what) for r in rows] == [
        *((name, "MB102", "db2", "the gradient × m") for name in ("a.py", "b.py", "c.py")),
        ("d.py", "MB201", "dW1", "L2 term missing"),
        ("e.py", "", "", "the file does not parse: line 3"),
        ("f.py", "", "", ""),
    ]


def test_a_mistake_in_two_functions_of_a_target_counts_once_and_warnings_do_not() -> None:
    made = [(one.code, one.output, one.what, one.targets) for one in overview(course().targets).mistakes]
    assert made == [("MB102", "db2", "the gradient × m", 3), ("MB201", "dW1", "L2 term missing", 1)]


def test_the_terminal_has_an_overview_of_many_in_80_columns() -> None:
    text = FORMATS["text"](course())
    assert max(map(len, text.splitlines())) <= 80
    tail = text[text.index("6 targets: 4 ✗, 1 !, 1 ✓") :]
    assert "  ✗ a.py  MB102 db2 the gradient × m\n" in tail
    assert "  ✓ f.py\n" in tail
    lines = [line for line in tail.splitlines() if "█" in line]
    assert [line.count("█") for line in lines] == [24, 8]
    assert [line.split()[-1] for line in lines] == ["3", "1"]


def test_few_targets_have_none() -> None:
    report = models.report(*several(*"abc"))
    assert len(report.targets) < MANY
    assert "targets:" not in FORMATS["text"](report)


def test_long_names_keep_their_end() -> None:
    names = [f"{'submissions/' * 12}{name}.py" for name in "abcd"]
    text = FORMATS["text"](models.report(*several(*names)))
    overview_lines = text[text.index("4 targets") :].splitlines()
    assert all(any(line.startswith("  ✗ …") and f"/{name}.py " in line for line in overview_lines) for name in "abcd")
    assert max(map(len, overview_lines)) <= 80


def test_a_spreadsheet_has_a_line_for_every_target() -> None:
    heading, *rows = csv.reader(io.StringIO(FORMATS["csv"](course())))
    assert tuple(heading) == COLUMNS
    read = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    assert [one["target"] for one in read] == ["a.py", "b.py", "c.py", "d.py", "e.py", "f.py"]
    assert [one["exit_code"] for one in read] == ["1", "1", "1", "1", "2", "0"]
    assert read[3]["codes"] == "MB201 MB402"
    assert read[0]["mistake"] == "the gradient × m"


@pytest.mark.parametrize("name", ["=HYPERLINK(1).py", "+1.py", "-1.py", "@a.py", "\ta.py"])
def test_a_name_is_no_formula(name: str) -> None:
    _, row = csv.reader(io.StringIO(FORMATS["csv"](models.report(models.right(name)))))
    assert row[0] == f"'{name}"


def test_commas_quotes_and_lines_stay_in_their_cell() -> None:
    name = 'a,"b"\n.py'
    _, row = csv.reader(io.StringIO(FORMATS["csv"](models.report(models.right(name)))))
    assert row[0] == name


def test_each_target_has_a_page_behind_the_index(tmp_path: Path) -> None:
    report = course().model_copy(update={"kills": models.KILLS})
    deliver_pages(str(tmp_path / "my course.html"), pages_of(report, "my course.html"))
    index = (tmp_path / "my course.html").read_text(encoding="utf-8")
    behind = sorted(path.name for path in (tmp_path / "my course-targets").iterdir())
    assert behind == [f"{k}-{name}.py.html" for k, name in enumerate("abcdef", 1)]
    for page in (index, *(path.read_text(encoding="utf-8") for path in (tmp_path / "my course-targets").iterdir())):
        assert all("my%20course" in link for link in markup.from_outside(page))
        assert markup.badly_nested(page) == markup.confused_identifiers(page) == []
    assert 'href="my%20course-targets/1-a.py.html"' in index
    page = (tmp_path / "my course-targets" / "4-d.py.html").read_text(encoding="utf-8")
    assert 'href="../my%20course.html"' in page
    assert "MB201" in page
    assert "Proof that it can fail" in index
    assert "Proof that it can fail" not in page


def test_hostile_names_stay_in_their_folder(tmp_path: Path) -> None:
    names = ["../../etc/passwd", "/", "a" * 300, "<script>.py", "ä ö.py", "..", "CON"]
    report = models.report(*several(*names))
    deliver_pages(str(tmp_path / "i.html"), pages_of(report, "i.html"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["i-targets", "i.html"]
    assert len(list((tmp_path / "i-targets").iterdir())) == len(names)
    assert "<script>.py" not in (tmp_path / "i.html").read_text(encoding="utf-8")


def test_a_file_in_the_folders_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "i-targets").write_text("")
    with pytest.raises(click.ClickException, match=r"cannot write the report to .*i-targets"):
        deliver_pages(str(tmp_path / "i.html"), pages_of(course(), "i.html"))
    assert not (tmp_path / "i.html").exists()
