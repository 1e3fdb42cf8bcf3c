"""Pairs as people write them, of every kind and with every fault, judged as a user would have them judged.

``expected.toml`` is the table; ``missed`` in a row is what is said of it today, where that is less than what is owed.
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
FEW = ("NOTES.md", "fc_layers_lr.py")
ORDER = ("fail", "inconclusive", "warn", "pass")
SHARE = 0.9  # of the causes, and of the lines


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the files: some of them write where they stand."""
    monkeypatch.chdir(shutil.copytree(FILES, tmp_path / "files"))
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


def verified(name, folder):
    report = folder / "report.json"
    _code(["verify", name, "--report", f"json={report}"])
    (target,) = json.loads(report.read_text(encoding="utf-8"))["targets"]
    return target


def wrong_verdict(row, target):
    rows = [check for check in target["checks"] if check["check"] == row["check"]]
    got = next((verdict for verdict in ORDER if any(check["verdict"] == verdict for check in rows)), "absent")
    return None if got in (row["verdict"], *row.get("also", ()), row.get("missed")) else f"{row['check']}: {got}"


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
    assert [wrong_verdict(row, target) for row in mine] == [None] * len(mine)


@pytest.mark.slow
def test_every_one(folder):
    found = {name: verified(name, folder) for name in NAMES}
    verdicts = [f"{row['file']}: {wrong}" for row in ROWS if (wrong := wrong_verdict(row, found[row["file"]]))]
    assert verdicts == []
    owed = [row for row in ROWS if row.get("cause") and "missed" not in row]
    answers = [named(row, found[row["file"]]) for row in owed]
    codes, lines = (sum(answer[k] for answer in answers) / len(owed) for k in (0, 1))
    assert codes >= SHARE
    assert lines >= SHARE


def test_the_table_asks_for_causes_and_lets_little_through():
    assert sum(bool(row.get("cause")) for row in ROWS) >= 100
    assert sum("missed" in row for row in ROWS) <= 0.05 * len(ROWS)
    assert all(row["missed"] == "inconclusive" for row in ROWS if "missed" in row)
