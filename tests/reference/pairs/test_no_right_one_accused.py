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
}


@pytest.mark.parametrize("name", TWINS)
def test_the_right_one_passes_and_its_twin_is_found(name: str, tmp_path: Path) -> None:
    text, right, wrong = TWINS[name]
    result = judged(tmp_path / "right.py", text.replace("FIRST", right))
    assert result.not_judged is None
    assert [f for row in result.rows for f in row.findings] == []
    twin = judged(tmp_path / "wrong.py", text.replace("FIRST", wrong))
    assert [f.severity for row in twin.rows for f in row.findings] == ["error"]
