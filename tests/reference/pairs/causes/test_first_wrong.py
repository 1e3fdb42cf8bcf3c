"""The first wrong step that is named is wrong, and comes before the gradient that it is named for."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference.pairs.judge import judge_pair
from tests.reference.pairs.in_process import pairs_of

pytestmark = pytest.mark.slow

NORM = """import numpy as np

class Norm:
    def __init__(self, gamma, beta):
        self.gamma, self.beta = gamma, beta

    def forward(self, x):
        # x: (N, D)
        mu = x.mean(axis=0)
        centred = x - mu
        var = np.mean(centred**2, axis=0)
        std = np.sqrt(var + 1e-6)
        self.n, self.centred, self.unit, self.std = len(x), centred, centred / std, std
        return self.gamma * self.unit + self.beta

    def backward(self, dout):
        self.dgamma = FIRST
        self.dbeta = SECOND
        dunit = self.gamma * dout
        dstd = -np.sum(dunit * self.centred, axis=0) / self.std**2
        dvar = HALF * dstd / self.std
        dcentred = dunit / self.std + 2 / self.n * self.centred * dvar
        dmu = dcentred.sum(axis=0)
        return dcentred - dmu / self.n
"""


def told(path: Path, first: str, second: str, half: str) -> dict[str, str]:
    path.write_text(NORM.replace("FIRST", first).replace("SECOND", second).replace("HALF", half), encoding="utf-8")
    (pair,) = pairs_of(path).values()
    result = judge_pair(pair, seed=0)
    return {row.output: f"{f.place.line if f.place else 0}: {f.text}" for row in result.rows for f in row.findings}


def test_no_step_behind_a_gradient_is_its_first_wrong_one(tmp_path: Path) -> None:
    """``dmu`` is the derivative by the mean with the other sign, which is subtracted: nothing is wrong with it."""
    found = told(tmp_path / "crossed.py", "dout.sum(axis=0)", "np.sin(self.unit * dout).sum(axis=0)", "0.5")
    assert set(found) == {"self.dgamma", "self.dbeta"}
    assert found["self.dgamma"].startswith("17: ")
    assert found["self.dbeta"].startswith("18: ")
    assert "first step" not in "".join(found.values())


def test_a_small_variance_is_no_wrong_step(tmp_path: Path) -> None:
    right = "np.sum(self.unit * dout, axis=0)", "dout.sum(axis=0)"
    assert told(tmp_path / "right.py", *right, "0.5") == {}
    (found,) = told(tmp_path / "wrong.py", *right, "np.exp(-self.n)").values()
    assert found.startswith("21: ")
    assert "dstd is the first" not in found
