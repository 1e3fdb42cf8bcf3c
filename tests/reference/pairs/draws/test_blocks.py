"""One gradient at one draw: where value and gradient are exactly zero, nothing shows how large its terms are."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference.pairs.draws.blocks import BlockStanding
from reference.pairs.draws.drawn import Judged
from reference.pairs.reading import Bench
from reference.pairs.trial import trial
from tests.reference.pairs.in_process import pairs_of

COSINE = """
import numpy as np


def cosine_loss(u, v):
    \"\"\"u, v: (N, D)\"\"\"
    nu = np.linalg.norm(u, axis=1, keepdims=True)
    nv = np.linalg.norm(v, axis=1, keepdims=True)
    c = np.sum(u * v, axis=1, keepdims=True) / (nu * nv)
    loss = np.mean(1 - c)
    du = DU
    dv = -(u / (nu * nv) - c * v / nv ** 2) / len(u)
    return loss, du, dv
"""
DU = "-(v / (nu * nv) - c * u / nu ** 2) / len(u)"
PARALLEL = "cosine_loss u=2,1 v=2,1 seed=3121630"  # one entry each, of the same sign: the loss is exactly 0
ELSEWHERE = "cosine_loss u=2,3 v=2,3 seed=3121630"


def standing_of_u(tmp_path: Path, du: str, case: str) -> BlockStanding:
    path = tmp_path / "cosine.py"
    path.write_text(COSINE.replace("DU", du), encoding="utf-8")
    pair = pairs_of(path)["cosine_loss"]
    reading = trial(pair, seed=0, case=case).readings[0]
    judged: list[Judged] = []
    draw = reading.draw(reading.cases[0].seed, 0)
    assert Bench(pair, reading, 0).sit(draw, 0, judged, with_autodiff=True) is None
    return judged[0].blocks["u"].standing


@pytest.mark.parametrize(
    ("du", "case", "standing"),
    [
        (DU, PARALLEL, BlockStanding.WEAK),
        (DU, ELSEWHERE, BlockStanding.RIGHT),
        ("0 * u", ELSEWHERE, BlockStanding.WRONG),
        (f"{DU} + 1e-3 * u", PARALLEL, BlockStanding.WRONG),
    ],
)
def test_rounding_that_nothing_measures_accuses_nobody(
    tmp_path: Path, du: str, case: str, standing: BlockStanding
) -> None:
    assert standing_of_u(tmp_path, du, case) is standing
