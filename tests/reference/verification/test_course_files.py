"""Files as people publish them, each with what is expected of it: verdict, findings, codes, lines.

``course_files/expected.toml`` is the table. Each file is verified by a call of its own, as a user would. The default
tier takes some of them; every code and every format has one there.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from reference.__main__ import _code

FILES = Path(__file__).parents[1] / "course_files"
TABLE = tomllib.loads((FILES / "expected.toml").read_text(encoding="utf-8"))["file"]

REPRESENTATIVES = {  # and what each stands for, beside its codes
    "Course 2 Week 1/Initialization - Copy(1).ipynb": "a path with blanks and brackets",
    "Initialization.ipynb": "notebook",
    "L_layer_with_helpers.ipynb": "a network of any depth",
    "Regularization_template.ipynb": "unfinished",
    "alias_in_place.ipynb": "a warning",
    "bom.py": "byte-order mark",
    "broken_json.ipynb": "unreadable",
    "cost_l2_not_squared.py": "cost",
    "dropout_forward_unmasked.py": "forward pass",
    "dropout_forward_unscaled.ipynb": "forward pass",
    "dropout_greater.py": "law of a mask",
    "dropout_on_output.ipynb": "forward pass",
    "dz3_by_the_chain.ipynb": "digits lost",
    "format3_right.ipynb": "notebook format 3",
    "gb18030_undeclared.py": "another encoding",
    "format3_wrong.ipynb": "L2 term",
    "gradcheck_precedence.py": "gradient checker",
    "init_he_without_two.py": "initialiser",
    "l2_missing_in_dw3.py": "script",
    "plain_cache_overwritten.py": "mutation",
    "plain_flat_bias.py": "shape",
    "plain_noise.ipynb": "two calls",
    "plain_truncated.py": "dtype",
    "python2_gradcheck.py": "Python 2",
    "saved_web_page.py": "no Python",
    "softmax_two_layers.ipynb": "another network",
    "tanh_with_relu_derivative.py": "another network",
    "text_only.ipynb": "nothing to judge",
    "toy_derivative.py": "scalar pair",
    "update_without_rate.ipynb": "update",
    "week2_adam_without_t.py": "an update of the second week",
}


def cases() -> list:
    return [
        pytest.param(row, id=row["path"], marks=() if row["path"] in REPRESENTATIVES else pytest.mark.slow)
        for row in TABLE
    ]


def answer(path: str) -> dict:
    """What the tool says of a file; its report, and the exit code, are one."""
    code = _code(["verify", str(FILES / path), "--report", "json=answer.json"])
    if not Path("answer.json").exists():  # a single target that cannot be read is no run at all
        assert code == 2
        return {"verdict": "error", "checks": []}
    report = json.loads(Path("answer.json").read_text(encoding="utf-8"))
    assert report["exit_code"] == code
    return report["targets"][0]


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


def complaints(row, target):
    """Whatever is not as the table has it, in words."""
    errors, warnings = findings(target), findings(target, "warning")
    if target["verdict"] != row["verdict"]:
        yield f"verdict {target['verdict']}, expected {row['verdict']}"
    if row["verdict"] == "pass" and errors:
        yield f"right code is accused: {errors}"
    for expected in row.get("finding", ()):
        fitting = [f for f in errors if fits(expected, f)]
        if not fitting:
            yield f"not found: {expected}, in {errors}"
        elif "MB199" not in expected["codes"] and not any(f[2]["code"] in expected["codes"] for f in fitting):
            yield f"found without its name: {expected}"
        for _, _, finding in fitting:
            place = finding["location"]
            if place is None or "lines" not in expected:
                continue
            if place["line"] not in expected["lines"] or place["cell"] != expected.get("cell"):
                yield f"placed at {place}, expected {expected}"
    for expected in row.get("warning", ()):
        if not expected.get("optional") and not any(fits(expected, f) for f in warnings):
            yield f"no warning {expected}, in {warnings}"


def test_there_are_enough_files_of_both_kinds():
    assert len(TABLE) >= 60
    assert {Path(row["path"]).suffix for row in TABLE} == {".py", ".ipynb"}
    assert sum(row["verdict"] == "pass" for row in TABLE) > 30
    assert len({code for row in TABLE for f in row.get("finding", ()) for code in f["codes"][:1]}) > 15


def test_the_default_tier_has_one_of_every_code_verdict_and_format():
    taken = [row for row in TABLE if row["path"] in REPRESENTATIVES]
    assert len(taken) == len(REPRESENTATIVES)

    def kinds(rows):
        named = [f for row in rows for f in (*row.get("finding", ()), *row.get("warning", ()))]
        return {f["codes"][0] for f in named} | {row["verdict"] for row in rows}

    assert kinds(taken) == kinds(TABLE)
    assert {Path(row["path"]).suffix for row in taken} == {".py", ".ipynb"}
    assert {"notebook format 3", "Python 2", "another encoding", "byte-order mark"} <= set(REPRESENTATIVES.values())


@pytest.mark.parametrize("row", cases())
def test_a_file_is_judged_as_it_deserves(row, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert not list(complaints(row, answer(row["path"])))


def test_a_table_that_expects_something_else_is_noticed():
    """The checker of the table is no formality: each of its entries, changed, is a complaint."""
    finding = {"code": "MB101", "severity": "error", "location": {"file": "a.py", "cell": None, "line": 7}}
    target = {"verdict": "fail", "checks": [{"check": "back", "output": "dW2", "findings": [finding]}]}
    row = {"verdict": "fail", "finding": [{"check": "back", "output": "dW2", "codes": ["MB101"], "lines": [7]}]}
    assert not list(complaints(row, target))
    of_finding = {"check": "forth", "output": "db1", "codes": ["MB102"], "lines": [8], "cell": 3}
    for key, value in of_finding.items():
        changed = {**row, "finding": [{**row["finding"][0], key: value}]}
        assert list(complaints(changed, target)), key
    for changed in ({**row, "verdict": "pass"}, {**row, "warning": [dict(row["finding"][0])]}):
        assert list(complaints(changed, target)), changed
