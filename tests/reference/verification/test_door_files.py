"""Files from outside the course's own format, of every kind that was once passed, accused or not looked at.

``course_files/door/expected.toml`` is the table. ``or_inconclusive``: exit 3 is honest too. ``unnamed``: the verdict is
owed, the line is not known to the tool. A folder is one call, as a user would make it.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from reference.__main__ import _code

FILES = Path(__file__).parents[1] / "course_files" / "door"
TABLE = {row["path"]: row for row in tomllib.loads((FILES / "expected.toml").read_text(encoding="utf-8"))["file"]}
FOLDERS = sorted({path.partition("/")[0] for path in TABLE})
FEW = (
    "deep/L_layer_model_v3.ipynb", "deep/m_from_the_wrong_width.py", "deep/transposes_when_it_must.py",
    "notes/regularisation_post.md", "regular/KEEP_constant.py", "regular/two_faults_one_line.ipynb",
    "unknown/xor_script.py", "words/digits_bias_is_one_number.ipynb", "words/xor_rows_mse_wrong.py",
)  # fmt: skip
SHARE = 0.95  # of the causes


def verified(tmp_path, monkeypatch, paths):
    monkeypatch.chdir(FILES)
    _code(["verify", *paths, "--report", f"json={tmp_path / 'report.json'}"])
    targets = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["targets"]
    return {target["target"]: target for target in targets}


def wrong_verdict(row, target):
    allowed = {row["verdict"], *(["inconclusive"] if row.get("or_inconclusive") else [])}
    return None if target["verdict"] in allowed else f"{row['path']}: {target['verdict']}, not {row['verdict']}"


def is_named(wanted, target):
    """Has some finding the code, and the line?"""
    return any(
        one["code"] in wanted["codes"]
        and one["location"] is not None
        and one["location"]["line"] in wanted["lines"]
        and wanted.get("cell") in (None, one["location"]["cell"])
        for row in target["checks"]
        for one in row["findings"]
    )


def assert_as_expected(targets):
    verdicts = [wrong_verdict(TABLE[path], target) for path, target in targets.items()]
    assert not list(filter(None, verdicts))
    missed = [
        f"{path}: {wanted['check']} {wanted['output']} {wanted['codes']} on {wanted['lines']}"
        for path, target in targets.items()
        if target["verdict"] == "fail"
        for wanted in TABLE[path].get("finding", [])
        if not wanted.get("unnamed") and not is_named(wanted, target)
    ]
    assert not missed


def test_the_table_and_the_folder_hold_the_same_files():
    assert set(TABLE) == {str(p.relative_to(FILES)) for p in FILES.rglob("*") if p.suffix in (".py", ".ipynb", ".md")}
    findings = [wanted for row in TABLE.values() for wanted in row.get("finding", [])]
    assert sum(not wanted.get("unnamed") for wanted in findings) >= SHARE * len(findings)


def test_some_files(tmp_path, monkeypatch):
    targets = verified(tmp_path, monkeypatch, FEW)
    assert set(targets) == set(FEW)
    assert_as_expected(targets)


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file(tmp_path, monkeypatch, folder):
    paths = [path for path in TABLE if path.startswith(f"{folder}/")]
    targets = verified(tmp_path, monkeypatch, paths)
    assert set(targets) == set(paths)  # none is lost
    assert_as_expected(targets)


def test_a_wrong_verdict_and_a_missed_line_are_seen():
    path = "deep/transposes_when_it_must.py"
    assert wrong_verdict(TABLE[path], {"verdict": "pass"}) is not None
    with pytest.raises(AssertionError):
        assert_as_expected({path: {"verdict": "fail", "checks": []}})
