"""What another process says of a failing pair: that it fails, that it does not, or nothing."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from reference.interface.entry import Implementation
from reference.interface.pair import OpenPair
from reference.verification.pairs import pair_fails
from tests.reference.pairs.in_process import pairs_of

TEXT = """
    import numpy as np


    def scale_forward(x):
        '''x: (N, D)'''
        return STEP


    def scale_backward(dout, x):
        return GRADIENT
"""
CASE = "scale_backward x=2,3 seed=1"


def opened(folder: Path, step: str, gradient: str) -> Implementation:
    path = folder / "scale.py"
    path.write_text(dedent(TEXT).replace("STEP", step).replace("GRADIENT", gradient), encoding="utf-8")
    pairs: dict[str, OpenPair] = pairs_of(path)
    return Implementation("scale.py", (), pairs=tuple(pairs.values()))


@pytest.mark.parametrize(
    ("step", "gradient", "said"),
    [
        ("3 * x", "3 * dout", False),
        ("3 * x", "2 * dout", True),
        ("np.rint(x)", "dout * 1.0", None),  # declared, not derived: nothing is said of it
    ],
)
def test_what_is_open_is_no_contradiction(step: str, gradient: str, said: bool | None, tmp_path: Path) -> None:
    assert pair_fails(opened(tmp_path, step, gradient), "scale_backward", CASE, 0) is said


def test_a_pair_that_is_not_there_is_not_asked(tmp_path: Path) -> None:
    assert pair_fails(opened(tmp_path, "3 * x", "dout"), "other_backward", CASE, 0) is None
