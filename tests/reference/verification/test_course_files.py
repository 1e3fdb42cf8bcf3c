"""Files as people publish them, each with what is expected of it: verdict, findings, codes, lines.

``course_files/expected.toml`` is the table. All files are verified in one call, as a user would.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from reference.__main__ import _code

FILES = Path(__file__).parents[1] / "course_files"
TABLE = tomllib.loads((FILES / "expected.toml").read_text(encoding="utf-8"))["file"]

pytestmark = pytest.mark.xdist_group("course files")


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What the tool says of every file, by path."""
    folder = tmp_path_factory.mktemp("verdicts")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("CI", raising=False)
        code = _code(["verify", *(str(FILES / row["path"]) for row in TABLE), "--report", "json=answers.json"])
    report = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    assert report["exit_code"] == code
    return {row["path"]: target for row, target in zip(TABLE, report["targets"], strict=True)}


def findings(target, severity="error"):
    return [
        (row["check"], row["output"], finding)
        for row in target["checks"]
        for finding in row["findings"]
        if finding["severity"] == severity
    ]


def fits(expected, found):
    check, output, finding = found
    checks = (expected["check"], *expected.get("also_checks", ()))
    outputs = (expected["output"], *expected.get("also_outputs", ()))
    return check in checks and output in outputs and finding["code"] in (*expected["codes"], "MB199")


def test_there_are_enough_files_of_both_kinds():
    assert len(TABLE) >= 60
    assert {Path(row["path"]).suffix for row in TABLE} == {".py", ".ipynb"}
    assert sum(row["verdict"] == "pass" for row in TABLE) > 30
    assert len({code for row in TABLE for f in row.get("finding", ()) for code in f["codes"][:1]}) > 15


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["path"])
def test_the_verdict(row, answers):
    assert answers[row["path"]]["verdict"] == row["verdict"], answers[row["path"]]


@pytest.mark.parametrize("row", [r for r in TABLE if r["verdict"] == "pass"], ids=lambda row: row["path"])
def test_right_code_is_not_accused(row, answers):
    assert not findings(answers[row["path"]])


@pytest.mark.parametrize("row", [r for r in TABLE if r.get("finding")], ids=lambda row: row["path"])
def test_what_is_expected_is_found_and_has_no_wrong_name(row, answers):
    found = findings(answers[row["path"]])
    for expected in row["finding"]:
        assert any(fits(expected, f) for f in found), (expected, found)


@pytest.mark.parametrize("row", [r for r in TABLE if r.get("finding")], ids=lambda row: row["path"])
def test_the_line_is_right_where_one_is_claimed(row, answers):
    found = findings(answers[row["path"]])
    for expected in row["finding"]:
        for _, _, finding in (f for f in found if fits(expected, f)):
            location = finding["location"]
            if location is not None and "lines" in expected:
                assert location["line"] in expected["lines"]
                assert location["cell"] == expected.get("cell")


def test_nearly_every_cause_has_its_name(answers):
    expected = [(row, f) for row in TABLE for f in row.get("finding", ()) if "MB199" not in f["codes"]]
    named = [
        any(fits(f, g) and g[2]["code"] in f["codes"] for g in findings(answers[row["path"]])) for row, f in expected
    ]
    assert sum(named) >= 0.95 * len(named)


@pytest.mark.parametrize("row", [r for r in TABLE if r.get("warning")], ids=lambda row: row["path"])
def test_warnings(row, answers):
    found = findings(answers[row["path"]], "warning")
    for expected in row["warning"]:
        if not expected.get("optional"):
            assert any(fits(expected, f) for f in found), (expected, found)
