"""Right pairs of a style that was once accused, each beside a wrong twin that must be found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reference.pairs.test_nothing_green_unseen import judged

pytestmark = pytest.mark.slow

TWINS = {
    "inputs that an engine keeps and that compute as arrays do": (
        """
        class Product:
            def forward(self, a, b):
                return a * b

            def backward(self, gy):
                a, b = self.inputs
                return FIRST, gy * a
    """,
        "gy * b",
        "gy * a",
    ),
    "inputs that an engine keeps as variables": (
        """
        class Product:
            def forward(self, a, b):
                return a * b

            def backward(self, gy):
                a, b = self.inputs
                return FIRST, gy * a.data
    """,
        "gy * b.data",
        "gy * a.data",
    ),
    "outputs summed up over passes until they are cleared": (
        """
        class Joined:
            def __init__(self, n_in, n_out):
                self.W = np.random.randn(n_in, n_out)
                self.clear()

            def clear(self):
                self.x = self.y = None

            def forward(self, x):
                if self.y is None:
                    self.x, self.y = x, x @ self.W
                else:
                    self.x = self.x + x
                    self.y += x @ self.W
                return self.y

            def backward(self, dout):
                self.dW = FIRST
                return dout @ self.W.T
    """,
        "self.x.T @ dout",
        "1.5 * self.x.T @ dout",
    ),
}


@pytest.mark.parametrize("name", TWINS)
def test_the_right_one_passes_and_its_twin_is_found(name: str, tmp_path: Path) -> None:
    text, right, wrong = TWINS[name]
    result = judged(tmp_path / "right.py", text.replace("FIRST", right))
    assert result.not_judged is None
    assert [f for row in result.rows for f in row.findings] == []
    twin = judged(tmp_path / "wrong.py", text.replace("FIRST", wrong))
    assert [f.severity for row in twin.rows for f in row.findings] == ["error"]
