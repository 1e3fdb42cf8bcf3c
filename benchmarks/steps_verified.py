"""Is a trainer right? One step without dropout beside JAX's own derivative in float64; then what its dropout does."""

from __future__ import annotations

import numpy as np

from benchmarks.agreement import WitnessAgreement
from benchmarks.peers import Setting, Trainer
from benchmarks.peers import jax as jax_peer
from benchmarks.trainers import Makers

__all__ = ["ROUNDING", "agreements"]

ROUNDING = {"float64": 1e-12, "float32": 1e-5}  # of a step, relative to the largest entry of a block
ONES, DEVIATIONS = 100_000, 5  # of a binomial: more is no accident


def agreements(setting: Setting, makers: Makers) -> list[WitnessAgreement]:
    """The parameters after one step of each without dropout; then how many ones are kept, and what they grow to."""
    dtype = str(np.dtype(setting.dtype))
    wide = setting._replace(
        X=setting.X.astype(np.float64),
        Y=setting.Y.astype(np.float64),
        parameters=tuple((W.astype(np.float64), b.astype(np.float64)) for W, b in setting.parameters),
    )
    truth = jax_peer.trainer(wide, jax_peer.Way(False), keep_prob=1.0)
    truth.step()
    want, found = truth.parameters(), []
    for name, make in makers.items():
        one = make(1.0)
        one.step()
        off = max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in zip(one.parameters(), want, strict=True))
        on = f"a step in {dtype} and JAX's in float64, relative to the block's largest"
        found.append(WitnessAgreement(name, on, off, ROUNDING[dtype], setting.name))
        if one.dropped is not None:
            found += _dropout(name, make(setting.keep_prob), setting, dtype)
    return found


def _dropout(name: str, one: Trainer, setting: Setting, dtype: str) -> list[WitnessAgreement]:
    assert one.dropped is not None
    kept = np.asarray(one.dropped(ONES), dtype=np.float64).ravel()
    passed = kept[kept != 0]
    share, p = passed.size / kept.size, setting.keep_prob
    grown = float(np.abs(passed * p - 1).max()) if passed.size else float("inf")
    chance = DEVIATIONS * float(np.sqrt(p * (1 - p) / kept.size))
    where = f"{setting.name}, {dtype}"
    return [
        WitnessAgreement(name, f"share kept, off {p} by", abs(share - p), chance, where),
        WitnessAgreement(name, f"what is kept, off 1/{p} by, in {dtype}", grown, ROUNDING[dtype], where),
    ]
