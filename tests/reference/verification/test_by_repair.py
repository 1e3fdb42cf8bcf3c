"""A loss that a law holds to its own differences has its cause told by the repair of the same function as a pair."""

from __future__ import annotations

import json

import pytest

from reference.__main__ import _code

LOSS = """
import numpy as np


def softmax_loss(W, X, y, reg):
    # W: (D, C), X: (N, D), y: (N,), reg: float
    N = X.shape[0]
    f = X.dot(W)
    f = f - f.max(axis=1, keepdims=True)
    p = np.exp(f)
    p = p / p.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(p[range(N), y])) / N + 0.5 * reg * np.sum(W * W)
    p[range(N), y] -= 1
    dW = X.T.dot(p)
    dW /= N + reg * W
    return loss, dW
"""


@pytest.mark.slow
def test_the_repair_is_told_in_the_place_of_the_law(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "softmax.py").write_text(LOSS)
    assert _code(["verify", "softmax.py", "--report", "json=report.json"]) == 1
    (target,) = json.loads((tmp_path / "report.json").read_text())["targets"]
    findings = [finding for check in target["checks"] for finding in check["findings"]]
    assert [finding["code"] for finding in findings] == ["MB202"]
    assert findings[0]["location"]["line"] == 15
    assert "dW / N + reg * W" in findings[0]["suggestion"]
