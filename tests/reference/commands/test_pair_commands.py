"""What is asked of pairs by name: a target, a case, a failure, a requirement, an exception, an accepted finding."""

from __future__ import annotations

import json
import re

import pytest

from reference.__main__ import _code
from reference.verification.failures import FOLDER
from reference.verification.repeat import ALONE

LAYERS = '''import numpy as np


def affine_forward(x, w):
    """x: (N, D), w: (D, M)"""
    return x @ w, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    dx = dout @ w.T
    dw = FACTORx.T @ dout
    return dx, dw


class Affine:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)

    def forward(self, x):
        """x: (N, n_in)"""
        self.x = x
        return x @ self.W

    def backward(self, dout):
        self.dW = self.x.T @ dout
        return dout @ self.W.T
'''
CASE = "affine_backward x=3,2 w=2,4 seed=5"


@pytest.fixture(autouse=True)
def _workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(ALONE, "1")
    (tmp_path / "right.py").write_text(LAYERS.replace("FACTOR", ""))
    (tmp_path / "wrong.py").write_text(LAYERS.replace("FACTOR", "2 * "))


def verify(capsys, *arguments):
    """The exit code, and the checks of the one target with their verdicts."""
    code = _code(["verify", *arguments, "--report", "json"])
    out, err = capsys.readouterr()
    report = json.loads(out) if out.startswith("{") else {"targets": [{"checks": []}]}
    return code, {(row["check"], row["output"]): row["verdict"] for row in report["targets"][0]["checks"]}, err


@pytest.mark.parametrize("target", ["wrong.py::affine_backward", "wrong.py::affine_forward", "wrong:affine_backward"])
def test_a_pair_is_a_target_by_either_of_its_functions_and_by_its_module(capsys, target):
    code, rows, _ = verify(capsys, target)
    assert code == 1
    assert rows == {("affine_backward", "dx"): "pass", ("affine_backward", "dw"): "fail"}


@pytest.mark.parametrize("target", ["wrong.py::Affine", "wrong:Affine"])
def test_so_is_a_class(capsys, target):
    code, rows, _ = verify(capsys, target)
    assert code == 0
    assert {check for check, _ in rows} == {"Affine.backward"}


def test_kind_decides_whether_it_is_a_pair_or_a_network(capsys):
    assert verify(capsys, "wrong:affine_backward", "--bind", "kind=network")[0] == 3
    assert verify(capsys, "right.py", "--bind", "kind=pair")[0] == 0
    code, _, err = verify(capsys, "right.py", "--bind", "kind=square")
    assert code == 2
    assert "kind: Input should be 'pair' or 'network'" in err


def test_a_case_judges_one_draw_and_what_it_prints_is_read_back(capsys):
    code, rows, _ = verify(capsys, "wrong.py", "--case", CASE)
    assert (code, rows[("affine_backward", "dw")]) == (1, "fail")
    assert _code(["verify", "wrong.py", "--case", CASE]) == 1
    printed = re.search(r"smallest +(affine_backward .*seed=\d+)", capsys.readouterr().out)
    assert printed is not None
    assert verify(capsys, "wrong.py", "--case", printed[1])[0] == 1
    assert verify(capsys, "right.py", "--case", printed[1])[0] == 0


@pytest.mark.parametrize(("line", "part"), [
    ("affine_backward x=3,2 seed=5", "a case of affine_backward needs w, as in 'affine_backward "),
    ("affine_backward x=3,2 w=2,4 q=1", "'q' in a case of affine_backward; it takes x, w, "),
    ("affine_backward x=3,2 w=2,4 x=1,2", "x stands twice in a case of affine_backward"),
    ("affine_backward x=3,2,4 w=2,4", "x has 3 axes in a case; it takes 2"),
    ("affine_backward x=3,2 w=2,4 seed=-1", "seed=-1 in a case; seed takes a whole number"),
    ("affine_back x=3,2 w=2,4", "--case affine_back: no pair of right.py is called so; 'affine_backward', perhaps?"),
    ("affine_backward x=3,2 w=2,4 dtype=int8", "dtype=int8 in a case; dtype takes one of float64, float32"),
])  # fmt: skip
def test_a_line_that_is_no_case_is_one_clear_line(capsys, line, part):
    code, _, err = verify(capsys, "right.py", "--case", line)
    assert code == 2
    last = err.splitlines()[-1]
    assert last.startswith("manual-backprop: ")
    assert part in last


def test_a_failure_is_kept_replayed_and_forgotten_when_it_is_fixed(capsys, tmp_path):
    assert verify(capsys, "wrong.py")[0] == 1
    (stored,) = FOLDER.glob("*.json")
    assert _code(["replay", stored.stem]) == 1
    (tmp_path / "wrong.py").write_text(LAYERS.replace("FACTOR", ""))
    capsys.readouterr()
    assert _code(["replay", stored.stem]) == 0
    assert f"{stored.stem} is fixed, and forgotten" in capsys.readouterr().out
    assert not list(FOLDER.glob("*.json"))


def test_a_failure_whose_arguments_are_others_now_is_one_clear_line(capsys, tmp_path):
    assert verify(capsys, "wrong.py")[0] == 1
    (stored,) = FOLDER.glob("*.json")
    (tmp_path / "wrong.py").write_text(LAYERS.replace("FACTOR", "").replace("(x, w):", "(x, v, w):"))
    capsys.readouterr()
    assert _code(["replay", stored.stem]) == 2
    assert "cannot be replayed: a case of affine_backward needs v" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize("name", ["affine_backward", "affine_forward", "wrong.py::affine_backward"])
def test_a_pair_is_left_out_by_either_of_its_functions(capsys, name):
    code, rows, _ = verify(capsys, "wrong.py", "--except", name)
    assert code == 0
    assert {check for check, _ in rows} == {"Affine.backward"}


@pytest.mark.parametrize("name", ["Affine", "Affine.backward"])
def test_and_by_its_class(capsys, name):
    code, rows, _ = verify(capsys, "right.py", "--except", name)
    assert code == 0
    assert {check for check, _ in rows} == {"affine_backward"}


def test_a_required_pair_must_have_run(capsys):
    required = ["--require", "affine_backward", "--require", "Affine.backward"]
    assert verify(capsys, "right.py", *required, "--require", "affine_backward::dw")[0] == 0
    assert verify(capsys, "right.py", "--require", "conv_backward")[0] == 3
    assert verify(capsys, "right.py", "--except", "Affine", *required)[0] == 3


def test_a_finding_is_accepted_of_the_pair_that_has_it_alone(capsys, tmp_path):
    twice = LAYERS.replace("FACTOR", "2 * ").replace("affine_", "dense_").split("class")[0]
    (tmp_path / "wrong.py").write_text(LAYERS.replace("FACTOR", "2 * ") + twice.replace("import numpy as np", ""))
    kept = ["wrong.py", "--baseline", "known.toml"]
    _code(["verify", *kept, "--update-baseline", "--reason", "known", "--except", "dense_backward"])
    assert 'output = "dw"' in (tmp_path / "known.toml").read_text()
    (tmp_path / "known.toml").unlink()
    _code(["verify", *kept, "--update-baseline", "--reason", "known"])
    text = (tmp_path / "known.toml").read_text()
    assert 'output = "affine_backward::dw"' in text
    assert 'output = "dense_backward::dw"' in text
    capsys.readouterr()
    assert verify(capsys, *kept)[0] == 0
    entries = text.split("[[accepted]]")
    assert len(entries) == 3
    last = entries[2].partition("[exports]")
    (tmp_path / "known.toml").write_text("[[accepted]]".join(entries[:2]) + last[1] + last[2])
    code, rows, _ = verify(capsys, *kept)
    assert code == 1
    assert rows[("affine_backward", "dw")] == "warn"
    assert rows[("dense_backward", "dw")] == "fail"
