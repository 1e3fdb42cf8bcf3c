"""Networks that train themselves, and scripts, as people write them, judged as a user would have them judged."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from reference.__main__ import _code

HERE = Path(__file__).parent
ROWS = tomllib.loads((HERE / "expected.toml").read_text(encoding="utf-8"))["network"]
FEW = ("made_with_data.py", "scripts/xor_script_slope.py")
ORDER = ("fail", "inconclusive", "warn", "pass")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(shutil.copytree(HERE / "files", tmp_path / "files"))
    return tmp_path


def verified(name, folder):
    report = folder / "report.json"
    script = ["--script"] if name.startswith("scripts/") else []
    _code(["verify", name, *script, "--report", f"json={report}"])
    (target,) = json.loads(report.read_text(encoding="utf-8"))["targets"]
    return target


def rows_of(row, target):
    return [check for check in target["checks"] if check["check"] == row["check"]]


def verdict_of(row, target):
    verdicts = {check["verdict"] for check in rows_of(row, target)}
    return next((verdict for verdict in ORDER if verdict in verdicts), "absent")


def said_of(row, target):
    """The verdict, and which gradients are wrong."""
    wrong = sorted(check["output"] for check in rows_of(row, target) if check["verdict"] == "fail")
    return verdict_of(row, target), wrong


def owed_of(row, target):
    said = verdict_of(row, target)
    return said if said in row.get("also", ()) else row["verdict"], sorted(row.get("wrong", ()))


def named(row, target):
    """Is some finding's code accepted, and some finding's line?"""
    findings = [f for check in rows_of(row, target) for f in check["findings"]]
    code = any(f["code"] in row["codes"] and f["certainty"] != "unexplained" for f in findings)
    return code, any(f["location"] is not None and f["location"]["line"] in row["lines"] for f in findings)


@pytest.mark.parametrize("name", FEW)
def test_a_few(name, folder):
    target = verified(name, folder)
    for row in (row for row in ROWS if row["file"] == name):
        assert said_of(row, target) == owed_of(row, target)
        assert not row.get("cause") or named(row, target) == (True, True)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({row["file"] for row in ROWS} - {*FEW}))
def test_every_one(name, folder):
    target = verified(name, folder)
    mine = [row for row in ROWS if row["file"] == name]
    assert [(row["check"], *said_of(row, target)) for row in mine] == [
        (row["check"], *owed_of(row, target)) for row in mine
    ]
    assert [row["check"] for row in mine if row.get("cause") and named(row, target) != (True, True)] == []


def test_without_the_flag_a_script_says_what_would_judge_it(folder):
    target = verified_without("scripts/xor_script.py", folder)
    assert target["checks"] == []
    assert any("--script judges them" in note for note in target["notes"])


def verified_without(name, folder):
    report = folder / "report.json"
    _code(["verify", name, "--report", f"json={report}"])
    (target,) = json.loads(report.read_text(encoding="utf-8"))["targets"]
    return target


def test_the_table_has_its_share_of_wrong_ones():
    assert len(ROWS) >= 50
    assert sum(row["verdict"] == "fail" for row in ROWS) >= 20
