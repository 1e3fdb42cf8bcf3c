"""Planted mistakes are repaired, at their line, under their code; what cannot be mended by one edit is not named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reference.pairs.causes.cause import explain_pair
from tests.reference.pairs.hand_made import opened
from tests.reference.pairs.planted import PLANTED, Planted

LONG = ("batch norm", "conv", "lstm")
CASES = [pytest.param(p, id=p.name, marks=[pytest.mark.slow] if p.name.startswith(LONG) else []) for p in PLANTED]


@pytest.mark.parametrize("planted", CASES)
def test_a_planted_mistake_is_repaired_in_its_line(planted: Planted, tmp_path: Path) -> None:
    pair, evidence, wrong = opened(planted, tmp_path)
    assert wrong
    found = explain_pair(pair, evidence, wrong, seconds=20.0)
    [finding] = found.values()
    assert finding.place is not None
    assert finding.place.line in planted.lines()
    assert finding.code in planted.codes
    assert finding.suggestion is not None
    before = [line[2:] for line in finding.suggestion.split("\n") if line.startswith("-")]
    assert all(line in planted.text() for line in before)  # the user's own text
    assert len(finding.upstream_of) == len(wrong) - 1


def drawn(s: Any, k: int) -> dict[str, Any]:
    n, d, m = ((5, 3, 4), (7, 2, 5), (6, 4, 3))[k]
    return {"x": s.randn(n, d), "w": s.randn(d, m), "b": s.randn(m)}


def planted(source: str) -> Planted:
    return Planted("here", source, drawn, ("x", "w", "b"), ())


FORWARD = """
def forward(x, w, b):
    out = np.tanh(x @ w + b)
    return out, (x, w, b, out)


def backward(dout, cache):
    x, w, b, out = cache
"""


def test_two_mistakes_are_both_named(tmp_path: Path) -> None:
    source = f"""{FORWARD}
    dz = dout * (1 - out ** 2)
    dx = dz @ w.T
    dw = -x.T @ dz
    db = dz.mean(axis=0)
    return dx, dw, db
"""
    pair, evidence, wrong = opened(planted(source), tmp_path)
    found = explain_pair(pair, evidence, wrong)
    assert {name: f.code for name, f in found.items()} == {"w": "MB101", "b": "MB102"}
    assert {f.place.line for f in found.values() if f.place} == {14, 15}
    assert all(f.suggestion for f in found.values())


def test_of_two_mistakes_of_one_gradient_the_second_is_sought_behind_the_first(tmp_path: Path) -> None:
    source = f"""{FORWARD}
    dz = dout * (1 - out)
    dx = dz @ w.T
    dw = -x.T @ dz
    db = dz.sum(axis=0)
    return dx, dw, db
"""
    pair, evidence, wrong = opened(planted(source), tmp_path)
    found = explain_pair(pair, evidence, wrong)
    assert {f.place.line for f in found.values() if f.place} == {12, 14}
    assert {f.code for f in found.values()} == {"MB104", "MB101"}


def test_a_line_whose_own_local_is_right_is_not_the_one_to_blame(tmp_path: Path) -> None:
    source = """
def forward(x, w, b):
    mu = x.mean(axis=0)
    c = x - mu
    return c @ w + b, (x, w, b)


def backward(dout, cache):
    x, w, b = cache
    dc = dout @ w.T
    dmu = -dc.sum(axis=0)
    dx = dc + dmu
    dw = (x - x.mean(axis=0)).T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db
"""
    pair, evidence, wrong = opened(planted(source), tmp_path)
    [finding] = explain_pair(pair, evidence, wrong).values()
    assert wrong == ["x"]
    assert finding.place is not None
    assert "dx = dc + dmu" in planted(source).text().split("\n")[finding.place.line - 1]


def test_a_gradient_before_the_function_is_no_wrong_step(tmp_path: Path) -> None:
    source = """
def forward(x, w, b):
    z = np.tanh(x @ w + b)
    return z * z, (x, w, b, z)


def backward(dout, cache):
    x, w, b, z = cache
    dz = 2 * z * dout * (1 - z ** 2)
    dx = dz @ w.T
    dw = np.cos(np.arange(w.size)).reshape(w.shape) * np.sin(x.T @ dz + 0.123)
    db = dz.sum(axis=0)
    return dx, dw, db
"""
    pair, evidence, wrong = opened(planted(source), tmp_path)
    [finding] = explain_pair(pair, evidence, wrong).values()
    assert finding.place is not None
    assert "dw = " in planted(source).text().split("\n")[finding.place.line - 1]


def test_what_no_edit_mends_is_unexplained_or_placed_but_never_named_exactly(tmp_path: Path) -> None:
    source = f"""{FORWARD}
    dz = dout * (1 - out ** 2)
    dx = dz @ w.T
    dw = np.cos(np.arange(w.size)).reshape(w.shape) * np.sin(x.T @ dz + 0.123)
    db = dz.sum(axis=0)
    return dx, dw, db
"""
    pair, evidence, wrong = opened(planted(source), tmp_path)
    [finding] = explain_pair(pair, evidence, wrong, seconds=2.0).values()
    assert finding.code == "MB199"
    assert finding.place is not None
    assert "np.cos" in planted(source).text().split("\n")[finding.place.line - 1]
    assert finding.certainty != "exactly"
    assert finding.suggestion is None


def test_several_right_repairs_are_listed_as_ties(tmp_path: Path) -> None:
    source = f"""{FORWARD}
    dz = 2 * dout
    dz = dz * (1 - out ** 2)
    dx = dz @ w.T
    dw = x.T @ dz
    db = dz.sum(axis=0)
    return dx, dw, db
"""
    pair, evidence, wrong = opened(planted(source), tmp_path)
    [finding] = explain_pair(pair, evidence, wrong).values()
    assert finding.code == "MB101"
    assert "exactly 2 ×" in finding.text
    assert finding.certainty == "consistent"
    assert finding.candidates


def test_nothing_is_exact_on_two_draws(tmp_path: Path) -> None:
    source = f"""{FORWARD}
    dz = dout * (1 - out ** 2)
    dx = dz @ w.T
    dw = 2 * x.T @ dz
    db = dz.sum(axis=0)
    return dx, dw, db
"""
    pair, evidence, wrong = opened(planted(source), tmp_path)
    [finding] = explain_pair(pair, evidence[:2], wrong).values()
    assert finding.code == "MB101"
    assert finding.certainty == "consistent"
    assert "exactly" not in finding.text
