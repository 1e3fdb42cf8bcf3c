"""A pair that solves an ill-conditioned system is right, and one that is off by as little as that hides is not; nor is
one accused whose terms cancel to the last bit in float32, and to one beyond it in float64.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from reference.pairs.judge import judge_pair
from tests.reference.pairs.in_process import pairs_of

SOLVE = """
import numpy as np


def solve_forward(A, b):
    \"\"\"A: (n, n), invertible; b: (n, m)\"\"\"
    x = np.linalg.solve(A, b)
    return x, (A, x)


def solve_backward(dx, ctx):
    A, x = ctx
    db = np.linalg.solve(A.T, dx)
    dA = -db @ x.T
    return dA, db
"""
CASES = ("solve_backward A=5,5 b=5,3 seed=104536", "solve_backward A=4,4 b=4,1 seed=1128492")


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("factor", [0.0, 1e-6])
def test_it_is_judged_by_the_condition_of_its_own_matrix(tmp_path: Path, case: str, factor: float) -> None:
    path = tmp_path / "solve.py"
    spoilt = SOLVE.replace("    return dA", f"    db = (1 + {factor}) * db\n    return dA")
    path.write_text(spoilt, encoding="utf-8")
    result = judge_pair(pairs_of(path)["solve_backward"], seed=0, case=case)
    accused = {row.output for row in result.rows for finding in row.findings if finding.severity == "error"}
    assert accused == ({"db"} if factor else set())


RAYLEIGH = """
import numpy as np


def rayleigh(w, X):
    \"\"\"w: (d,), X: (n, d)\"\"\"
    C = X.T @ X / len(X)
    f = -(w @ C @ w) / (w @ w)
    return f, GRADIENT
"""
AT_ONCE, BY_TERMS = "-2 * (C @ w + f * w) / (w @ w)", "-2 * (C @ w) / (w @ w) + 2 * (w @ C @ w) * w / (w @ w) ** 2"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1132944, 1135772, 1139004])
@pytest.mark.parametrize("gradient", [AT_ONCE, BY_TERMS])
@pytest.mark.parametrize("off", ["", " + 1e-9 * w", " + 1e-3 * w"])
def test_what_is_zero_is_judged_by_the_terms_that_cancel(tmp_path: Path, seed: int, gradient: str, off: str) -> None:
    path = tmp_path / "rayleigh.py"
    path.write_text(RAYLEIGH.replace("GRADIENT", gradient + off), encoding="utf-8")
    result = judge_pair(pairs_of(path)["rayleigh"], seed=0, case=f"rayleigh w=1 X=5,1 seed={seed}")
    if off:
        assert not all(row.consistent for row in result.rows)
    else:
        assert all(f.severity != "error" for row in result.rows for f in row.findings)
