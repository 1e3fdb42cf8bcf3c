"""Pairs as people write them, of every kind and with every fault, judged as a user would have them judged.

``expected.toml`` is the table; ``missed`` in a row is what is said of it today, where that is another verdict.
"""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from reference.__main__ import _code

HERE = Path(__file__).parent
FILES = HERE / "files"
ROWS = tomllib.loads((HERE / "expected.toml").read_text(encoding="utf-8"))["pair"]
NAMES = sorted({row["file"] for row in ROWS})
FEW = ("NOTES.md", "fc_layers_lr.py", "slopes_by_output.py")
OPEN = ("inconclusive", "absent")
ORDER = ("fail", "inconclusive", "warn", "pass")
JUDGED, NAMED = 0.98, 0.95  # shares: of the pairs; of the causes and of the lines


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the files: some of them write where they stand."""
    monkeypatch.chdir(shutil.copytree(FILES, tmp_path / "files"))
    return tmp_path


def verified(name, folder):
    report = folder / "report.json"
    _code(["verify", name, "--report", f"json={report}"])
    (target,) = json.loads(report.read_text(encoding="utf-8"))["targets"]
    return target


def verdict_of(row, target):
    rows = [check for check in target["checks"] if check["check"] == row["check"]]
    return next((verdict for verdict in ORDER if any(check["verdict"] == verdict for check in rows)), "absent")


def is_wrong(row, target):
    """Another verdict, and not for want of one."""
    return verdict_of(row, target) not in (row["verdict"], *row.get("also", ()), row.get("missed"), *OPEN)


def named(row, target):
    """Is some finding's code accepted, and some finding's line?"""
    findings = [f for check in target["checks"] if check["check"] == row["check"] for f in check["findings"]]
    code = any(f["code"] in row["codes"] and f["certainty"] != "unexplained" for f in findings)
    places = [f["location"] for f in findings if f["location"] is not None]
    line = any(p["line"] in row["lines"] and row.get("cell") in (None, p["cell"]) for p in places)
    return code, line


@pytest.mark.parametrize("name", FEW)
def test_a_few(name, folder):
    target = verified(name, folder)
    mine = [row for row in ROWS if row["file"] == name]
    assert [verdict_of(row, target) for row in mine] == [row["verdict"] for row in mine]
    assert [row["check"] for row in mine if row.get("cause") and named(row, target) != (True, True)] == []


@pytest.mark.slow
def test_every_one(folder):
    found = {name: verified(name, folder) for name in NAMES}
    assert [f"{row['file']}: {row['check']}" for row in ROWS if is_wrong(row, found[row["file"]])] == []
    owed = [row for row in ROWS if row["verdict"] not in OPEN and not set(OPEN) & set(row.get("also", ()))]
    judged = [row for row in owed if verdict_of(row, found[row["file"]]) not in OPEN]
    assert len(judged) >= JUDGED * len(owed)
    answers = [named(row, found[row["file"]]) for row in judged if row.get("cause")]
    codes, lines = (sum(answer[k] for answer in answers) / len(answers) for k in (0, 1))
    assert codes >= NAMED
    assert lines >= NAMED


def test_the_table_asks_for_causes_and_lets_little_through():
    assert sum(bool(row.get("cause")) for row in ROWS) >= 100
    assert [row["check"] for row in ROWS if "missed" in row] == []
