"""A pattern is seen where every probe shows it, and nothing is seen in noise."""

from __future__ import annotations

import numpy as np

from reference.diagnosis.patterns import visible_pattern
from tests.folding import each
from tests.reference.diagnosis.simulation import right_passes

SCENES = right_passes("relu")
NOTHING = "no pattern is seen: the ratio to the reference is constant neither by block, nor by row, nor by column"


def noise(like):
    return np.random.RandomState(0).standard_normal(np.shape(like))


def of(name, change):
    """The pattern of a quantity that is ``change(scene, right)``."""
    layer = int(name[-1])
    right = [s.known[name] for s in SCENES]
    got = [np.asarray(change(s.at(layer), w)) for s, w in zip(SCENES, right, strict=True)]
    return visible_pattern(SCENES, name, layer, got, right)


def rows(w):
    return 2.0 + np.arange(w.shape[0])[:, None]


def columns(w):
    return 2.0 + np.arange(w.shape[1])[None, :]


@each(
    ("name", "change", "text"),
    [
        ("dW2", lambda s, w: 1.37 * w, "one constant, but no constant of the problem"),
        ("dZ2", lambda s, w: 1.37 * w, "one constant, but no constant of the problem"),
        ("dW2", lambda s, w: w * rows(w), "constant by row"),
        ("dW2", lambda s, w: w * columns(w), "constant by column"),
        ("dZ3", lambda s, w: w * columns(w), "constant by column"),
        ("dW2", lambda s, w: w + 0.37 * s.W[2], "a multiple of W"),
        ("db2", lambda s, w: w + 0.37 * s.b[2], "a multiple of b"),
        ("dW2", lambda s, w: w + 0.37, "the same in every entry"),
        ("dA2", lambda s, w: w + noise(w) * (s.D[2] == 0), "only where the mask drops units"),
        ("dA2", lambda s, w: w + noise(w) * (s.D[2] != 0), "only where the mask keeps units"),
        ("dZ2", lambda s, w: w + noise(w) * (s.Z[2] <= 0), "only where Z ≤ 0"),
        ("dZ2", lambda s, w: w + noise(w) * (s.Z[2] > 0), "only where Z > 0"),
        ("dZ3", lambda s, w: w + noise(w) * (s.Y == 1), "only where Y = 1"),
        ("dZ3", lambda s, w: w + noise(w) * (s.Y == 0), "only where Y = 0"),
    ],
)
def test_a_pattern_is_seen(name, change, text):
    assert text in of(name, change)


@each("name", ["dW1", "dW3", "db2", "dA2", "dZ1", "dZ3"])
def test_nothing_is_seen_in_noise(name):
    assert of(name, lambda s, w: w + noise(w)) == NOTHING


def test_the_transpose_is_seen_of_square_layers():
    scenes = right_passes("tanh", square=True)
    right = [s.known["dW2"] for s in scenes]
    assert visible_pattern(scenes, "dW2", 2, [w.T for w in right], right) == "it is the transpose of what it should be"


def test_a_pattern_of_two_probes_of_three_is_none():
    factors = iter((1.37, 1.37, None))
    assert of("dW2", lambda s, w: w * f if (f := next(factors)) else w + noise(w)) == NOTHING


def test_a_constant_of_another_value_on_each_probe_is_still_a_constant():
    factors = iter((1.37, 1.62, 1.91))
    assert "one constant" in of("dW2", lambda s, w: w * next(factors))


@each("name", ["dZ1", "dZ2", "dA2"])
def test_zeros_of_the_mask_or_the_gate_do_not_hide_a_ratio_by_row(name):
    assert any(np.any(s.known[name] == 0) for s in SCENES)
    assert "constant by row" in of(name, lambda s, w: w * rows(w))


@each("name", ["dW2", "dZ2"])
def test_what_is_not_a_number_shows_nothing(name):
    assert of(name, lambda s, w: w * np.nan) == NOTHING
