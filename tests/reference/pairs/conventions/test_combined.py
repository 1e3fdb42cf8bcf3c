"""A loss and an activation that share one derivative are no mistake; what looks like them is one."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from reference.pairs.judge import judge_pair
from tests.reference.pairs.in_process import pairs_of

pytestmark = pytest.mark.slow

FILE = """
    import numpy as np


    class Softmax:
        def forward(self, x):
            e = np.exp(x - x.max(axis=-1, keepdims=True))
            return e / e.sum(axis=-1, keepdims=True)

        def backward(self, d):
            return SOFTMAX


    class Tanh:
        def forward(self, x):
            return np.tanh(x)

        def backward(self, d):
            return d


    class CrossEntropy:
        def forward(self, label, out):
            return np.mean(-label * np.log(out + 1e-8) - (1 - label) * np.log(1 - out + 1e-8))

        def backward(self, label, out):
            return LOSS
"""
SAID = [("Softmax.backward", "d", "(out - label) / out.size", {"MB705"}),
        ("Softmax.backward", "2 * d", "(out - label) / out.size", {"MB1"}),
        ("Tanh.backward", "d", "(out - label) / out.size", {"MB1"}),
        ("CrossEntropy.backward", "d", "(out - label) / out.size", {"MB705"}),
        ("CrossEntropy.backward", "d", "(label - out) / out.size", {"MB1"})]  # fmt: skip


@pytest.mark.parametrize(("check", "softmax", "loss", "codes"), SAID)
def test_what_is_shared_is_declared(check: str, softmax: str, loss: str, codes: set[str], tmp_path: Path) -> None:
    path = tmp_path / "layers.py"
    path.write_text(dedent(FILE).replace("SOFTMAX", softmax).replace("LOSS", loss), encoding="utf-8")
    result = judge_pair(pairs_of(path)[check], seed=0, explained=False)
    found = {f.code for row in result.rows for f in row.findings}
    assert found
    assert all(any(code.startswith(owed) for owed in codes) for code in found)
