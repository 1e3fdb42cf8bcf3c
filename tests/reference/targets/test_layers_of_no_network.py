"""What the course's reading can make nothing of, although it ran: it is a pair where its names say so."""

from __future__ import annotations

from pathlib import Path

from reference.settings.limits import Limits
from reference.targets.course_file import course_file

LIMITS = Limits(timeout=60)
LAYER = """
import numpy as np

def rounding_forward(x, w):
    '''x: (N, D), w: (D,)'''
    return x * w * 3, (x, w)

def rounding_backward(dout, cache):
    x, w = cache
    dx = np.zeros(x.shape, dtype=int)
    dx[...] = dout * w * 3
    return dx, (dout * x * 3).sum(axis=0)

def quotient(w, X):
    '''w: (d,), X: (n, d)'''
    C = X.T @ X
    f = -(w @ C @ w) / (w @ w)
    return f, -2 * (C @ w + f * w) / (w @ w)
"""


def pairs_of(tmp_path: Path, only: str | None) -> tuple[list[str], list[str]]:
    (tmp_path / "a.py").write_text(LAYER, encoding="utf-8")
    opened = course_file(tmp_path / "a.py", LIMITS, shown="a.py", only=only)
    opened.close()
    return [one.proposal.check for one in opened.pairs], [check for check, _ in opened.unknown]


def test_a_layer_whose_network_is_unknown_is_a_pair(tmp_path: Path) -> None:
    held, unknown = pairs_of(tmp_path, None)
    assert {"rounding_backward", "quotient"} <= set(held)
    assert unknown == []


def test_a_loss_asked_for_by_its_name_is_a_pair_alone(tmp_path: Path) -> None:
    assert pairs_of(tmp_path, "quotient") == (["quotient"], [])
