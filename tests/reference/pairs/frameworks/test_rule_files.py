"""Rules as people write them for frameworks, right and wrong and declared, judged as a user would have them judged."""

from __future__ import annotations

import importlib.util
import json
import shutil
import tomllib
from pathlib import Path

import pytest

from reference.__main__ import _code

HERE = Path(__file__).parent
FILES = HERE / "files"
ROWS = tomllib.loads((HERE / "expected.toml").read_text(encoding="utf-8"))["rule"]
ORDER = ("fail", "inconclusive", "warn", "pass")
WITH_TORCH = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
NAMES = [
    pytest.param(name, marks=[WITH_TORCH] if name.startswith("torch") else [])
    for name in sorted({row["file"] for row in ROWS})
]


def verified(name, folder):
    report = folder / "report.json"
    _code(["verify", name, "--report", f"json={report}"])
    (target,) = json.loads(report.read_text(encoding="utf-8"))["targets"]
    return target


def verdict_of(checks):
    return next((verdict for verdict in ORDER if any(c["verdict"] == verdict for c in checks)), "absent")


def said_of(row, target):
    """The verdict; and whether some finding has an accepted code, and some one of the lines."""
    checks = [check for check in target["checks"] if check["check"] == row["check"]]
    findings = [finding for check in checks for finding in check["findings"]]
    code = "codes" not in row or any(f["code"] in row["codes"] for f in findings)
    places = [f["location"]["line"] for f in findings if f["location"] is not None]
    line = "lines" not in row or bool(set(row["lines"]) & set(places))
    return verdict_of(checks), code, line


def misses(name, target):
    found = []
    for row in (row for row in ROWS if row["file"] == name):
        verdict, code, line = said_of(row, target)
        if verdict in row.get("also", ()):
            continue
        if (verdict, code, line) != (row["verdict"], True, True):
            found.append(f"{row['check']}: {verdict}, code {code}, line {line}")
    return found


def test_the_table_names_every_rule_of_its_files_once():
    known = [(row["file"], row["check"]) for row in ROWS]
    assert len(known) == len(set(known))
    assert {row["file"] for row in ROWS} == {path.name for path in FILES.glob("*.py")}
    assert len(ROWS) >= 45


def test_rules_of_autograd_need_no_autograd(tmp_path, monkeypatch):
    monkeypatch.chdir(shutil.copytree(FILES, tmp_path / "files"))
    assert misses("hips_rules.py", verified("hips_rules.py", tmp_path)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_one(name, tmp_path, monkeypatch):
    monkeypatch.chdir(shutil.copytree(FILES, tmp_path / "files"))
    assert misses(name, verified(name, tmp_path)) == []
