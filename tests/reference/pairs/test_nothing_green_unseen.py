"""Pairs that are wrong where it is easy not to look: in test mode, in the order, in what a first call leaves behind."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from reference.pairs.judge import judge_pair
from reference.pairs.result import PairResult
from tests.reference.pairs.in_process import pairs_of

WRONG = {
    "in test mode": ("dx", "MB", """
        def dropout_forward(x, p, mode):
            '''x: (N, D)'''
            if mode == 'train':
                mask = np.random.rand(*x.shape) < p
                return x * mask, (mode, p, mask)
            return x * p, (mode, p, None)

        def dropout_backward(dout, cache):
            mode, p, mask = cache
            dx = dout * mask if mode == 'train' else SLOPE
            return dx
    """, ("SLOPE", "dout", "dout * p")),
    "for several examples alone": ("self.db", "MB", """
        class Schicht:
            def __init__(self, ein, aus):
                self.W = np.random.randn(aus, ein)
                self.b = np.zeros((aus, 1))

            def forward(self, x):
                self.x = x
                return self.W @ x + self.b

            def backward(self, dout):
                self.dW = dout @ self.x.T
                self.db = SUM
                return self.W.T @ dout
    """, ("SUM", "dout[:, :1]", "dout.sum(axis=1, keepdims=True)")),
    "the input handed back": ("x", "MB", """
        def fc_forward(x, w, b):
            '''x: (N, D), w: (D, M), b: (M,)'''
            return x @ w + b, (x, w, b)

        def fc_backward(dout, cache):
            x, w, b = cache
            dx, dw, db = dout @ w.T, x.T @ dout, dout.sum(axis=0)
            return FIRST, dw, db
    """, ("FIRST", "x", "dx")),
    "not in the order of its docstring": ("*", "MB103", """
        def scale_forward(x, g, b):
            '''x: (N, D), g: (D,), b: (D,)'''
            return x * g + b, (x, g)

        def scale_backward(dout, cache):
            '''Returns a tuple of:
            - dx: of the input
            - dg: of the gain
            - db: of the shift
            '''
            x, g = cache
            dg, db = (dout * x).sum(axis=0), dout.sum(axis=0)
            return dout * g, LAST
    """, ("LAST", "db, dg", "dg, db")),
    "another at the second call": ("*", "MB602", """
        class Scale:
            calls = 0

            def __init__(self, dim):
                self.g = np.ones(dim)

            def forward(self, x):
                Scale.calls += 1
                self.x, self.f = x, FACTOR
                return self.f * self.g * x

            def backward(self, dout):
                self.dg = self.f * (dout * self.x).sum(axis=0)
                return self.f * dout * self.g
    """, ("FACTOR", "1 - 0.5 ** Scale.calls", "0.5")),
    "another at the second call, by a global": ("*", "MB602", """
        CALLS = 0

        def scale_forward(x):
            '''x: (N, D)'''
            global CALLS
            CALLS += 1
            return x * FACTOR, FACTOR

        def scale_backward(dout, f):
            return dout * f
    """, ("FACTOR", "CALLS", "3.0")),
}  # fmt: skip


def judged(path: Path, text: str) -> PairResult:
    path.write_text("import numpy as np\n" + dedent(text), encoding="utf-8")
    (pair,) = pairs_of(path).values()
    return judge_pair(pair, seed=0, explained=False)


@pytest.mark.parametrize("name", WRONG)
def test_it_is_found_and_the_right_one_passes(name: str, tmp_path: Path) -> None:
    output, code, text, (place, wrong, right) = WRONG[name]
    found = [(row.output, f) for row in judged(tmp_path / "wrong.py", text.replace(place, wrong)).rows
             for f in row.findings]  # fmt: skip
    assert [(o, f.severity) for o, f in found if o == output and f.code.startswith(code)] == [(output, "error")]
    result = judged(tmp_path / "right.py", text.replace(place, right))
    assert result.not_judged is None
    assert [f for row in result.rows for f in row.findings] == []
