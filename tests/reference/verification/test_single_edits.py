"""One token of a right file is edited, and no gradient changes: it is found all the same, on its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reference.__main__ import _code

RIGHT = Path(__file__).parents[1] / "course_files" / "dropout_masks.ipynb"
EDITS = [  # what of the forward pass is edited, code, line of its cell, words
    ("return A3, cache", "return A2, cache", "MB103", 42, "A2 is returned in place of A3"),
    ("np.dot(W2, A1) + b2", "np.dot(W2, A1) + b3", "MB103", 29, "b3 is added in Z2, not b2"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("part", "edited", "code", "line", "words"), EDITS, ids=["returned", "bias"])
def test_an_edit_of_the_forward_pass_alone(part, edited, code, line, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    notebook = json.loads(RIGHT.read_text(encoding="utf-8"))
    (cell,) = [c for c in notebook["cells"] if "def forward_propagation_with_dropout" in "".join(c["source"])]
    text = "".join(cell["source"])
    assert text.count(part) == 1
    cell["source"] = text.replace(part, edited)
    Path("edited.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    assert _code(["verify", "edited.ipynb", "--report", "json=report.json"]) == 1
    (target,) = json.loads(Path("report.json").read_text(encoding="utf-8"))["targets"]
    findings = [(row["check"], one) for row in target["checks"] for one in row["findings"]]
    assert [(check, one["code"], one["location"]["line"]) for check, one in findings] == [
        ("forward_propagation_with_dropout", code, line)
    ]
    assert words in findings[0][1]["text"]


OTHERS = [  # of which file, what is edited, code, words
    ("two_layer_tanh_mse.py", ("return A2, {", "return Z2, {"), "MB103", "is not the A2 that its cache has"),
    ("planar_tanh.ipynb", (r"\"A1\": A1, ", r"\"A1\": A2, "), "MB103", "A1 in the cache is not what backward"),
    ("planar_tanh.ipynb", (r"\"A2\": A2}", r"\"Z2\": A2}"), "MB103", "A2 in the cache is not what backward"),
    ("softmax_three_layers.py", ("return A3, ", "return A2, "), "MB103", "A2 is returned in place of A3"),
    ("Gradient+Checking+v1.ipynb", ("cost = 1./m", "cost = 0./m"), "MB802", "gives 0 where"),
    ("deep_nn.py", ("parameters['W' + str(L)], p", "parameters['W' + str(L + 1)], p"), "MB701", "which is of no layer"),
    ("Initialization.ipynb", ("range(1, L + 1)", "range(0, L + 1)"), "MB801", "W0 is of no layer"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "edit", "code", "words"), OTHERS, ids=[words for *_, words in OTHERS])
def test_an_edit_of_what_is_returned(name, edit, code, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (RIGHT.parent / name).read_text(encoding="utf-8")
    assert text.count(edit[0]) == 1
    Path(name).write_text(text.replace(*edit), encoding="utf-8")
    assert _code(["verify", name, "--report", "json=report.json"]) == 1
    (target,) = json.loads(Path("report.json").read_text(encoding="utf-8"))["targets"]
    found = [one for row in target["checks"] for one in row["findings"]]
    assert {one["code"] for one in found if one["severity"] == "error"} == {code}
    assert any(words in one["text"] for one in found)


FIVE = """
import numpy as np


def forward_propagation(X, parameters):
    A = X
    for l in range(1, 6):
        Z = parameters[f"W{l}"] @ A + parameters[f"b{l}"]
        A = np.maximum(0, Z) if l < 5 else 1 / (1 + np.exp(-Z))
    return A


def compute_cost(A, Y):
    return float(np.mean(-np.log(np.where(Y == 1, A, 1 - A))))
"""


def test_a_forward_pass_of_more_layers_than_are_tried_is_not_accused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("five.py").write_text(FIVE, encoding="utf-8")
    assert _code(["verify", "five.py", "--report", "json=report.json"]) != 1
    (target,) = json.loads(Path("report.json").read_text(encoding="utf-8"))["targets"]
    found = [one for row in target["checks"] for one in row["findings"] if one["severity"] == "error"]
    assert found == []
