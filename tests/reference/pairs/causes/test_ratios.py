"""Exact relations of a wrong gradient to the right one, by name; none where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reference.interface.pair import PairDraw
from reference.pairs.causes.evidence import DrawEvidence
from reference.pairs.causes.ratios import pattern_of


def evidence(spoil: Callable[[Any, Any, float], Any]) -> list[DrawEvidence]:
    found = []
    for k, (n, d) in enumerate(((5, 3), (7, 2), (4, 6))):
        s, reg = np.random.RandomState(k), (0.3, 0.7, 1.9)[k]
        X, W, want = s.randn(n, d), s.randn(d, n + d), s.randn(d, n + d)
        draw = PairDraw({"reg": reg, "W": W, "X": X}, seed=k)
        got = spoil(want, W, reg)
        found.append(DrawEvidence(draw, {"X": X, "W": W}, (s.randn(n, n + d),), {"W": got}, {"W": want}))
    return found


@pytest.mark.parametrize(
    ("spoil", "family", "said"),
    [
        (lambda g, W, reg: -g, "factor", "with the other sign"),
        (lambda g, W, reg: 2 * g, "factor", "exactly 2 ×"),
        (lambda g, W, reg: g / 2, "factor", "exactly ½ ×"),
        (lambda g, W, reg: g * reg, "number", "exactly reg ×"),
        (lambda g, W, reg: g / (g.shape[1] - g.shape[0]), "size", "1/X.shape[0] ×"),
        (lambda g, W, reg: g * g.shape[0], "size", "exactly X.shape[1] ×"),
        (lambda g, W, reg: g + 2 * reg * W, "term", "2·reg · W"),
        (lambda g, W, reg: g - reg * W, "term", "lacks exactly the term reg · W"),
        (lambda g, W, reg: g * (np.arange(g.size).reshape(g.shape) % 2), "lost", "is zero in entries"),
        (lambda g, W, reg: g * (1 + np.arange(g.shape[0]))[:, None], "rows", "of axis 0"),
        (lambda g, W, reg: np.sin(g), "", "by no single factor"),
    ],
)
def test_the_relation_is_named(spoil: Callable[[Any, Any, float], Any], family: str, said: str) -> None:
    found = pattern_of(evidence(spoil), "W")
    assert found.family == family
    assert said in found.text


def test_a_factor_that_is_one_draw_s_own_is_no_relation() -> None:
    factors = iter((2.0, 2.5, 3.1))
    assert pattern_of(evidence(lambda g, W, reg: g * next(factors)), "W").family in ("", "rows")


def test_another_gradient_that_one_draw_knows_nothing_of_is_none() -> None:
    drawn = [
        e._replace(want={**e.want, "V": np.sin(e.want["W"])} if k == 0 else e.want)
        for k, e in enumerate(evidence(lambda g, W, reg: np.sin(g)))
    ]
    assert pattern_of(drawn, "W").family == ""
    every = [e._replace(want={**e.want, "V": np.sin(e.want["W"])}) for e in drawn]
    assert pattern_of(every, "W").family == "order"


def test_what_is_off_by_less_than_a_draw_shows_lacks_no_entry() -> None:
    drawn = [e._replace(allowed={"W": 1e-3}) for e in evidence(lambda g, W, reg: g + 1e-6 * np.sin(g))]
    assert pattern_of(drawn, "W").family == ""
