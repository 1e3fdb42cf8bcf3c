"""Shapes, zero biases, the variance each scale promises, and the errors."""

import numpy as np
import pytest

from manual_backprop import initialization
from tests.folding import each

RANDOM = {
    "random": (lambda dims, rng: initialization.random(dims, rng=rng), lambda n, n_prev: 100.0),
    "random, scale 3": (lambda dims, rng: initialization.random(dims, rng=rng, scale=3), lambda n, n_prev: 9.0),
    "he": (lambda dims, rng: initialization.he(dims, rng=rng), lambda n, n_prev: 2 / n_prev),
    "xavier": (lambda dims, rng: initialization.xavier(dims, rng=rng), lambda n, n_prev: 1 / n_prev),
    "xavier, average": (
        lambda dims, rng: initialization.xavier(dims, rng=rng, fan="average"),
        lambda n, n_prev: 2 / (n + n_prev),
    ),
}
ALL = {"zeros": lambda dims, rng: initialization.zeros(dims), **{name: draw for name, (draw, _) in RANDOM.items()}}
GENERATORS = [np.random.RandomState, np.random.default_rng]


@each("name", ALL)
@each("dims", [(2, 10, 5, 1), [1, 1], np.array([4, 3, 2])])
def test_shapes_and_zero_biases(name, dims):
    parameters = ALL[name](dims, np.random.RandomState(0))
    assert len(parameters) == len(dims) - 1
    for l, (W, b) in enumerate(parameters, start=1):
        assert W.shape == (dims[l], dims[l - 1])
        assert b.shape == (dims[l], 1)
        assert W.dtype == b.dtype == np.float64
        assert not b.any()


def test_zeros_are_zero():
    assert not any(W.any() for W, b in initialization.zeros((3, 4, 2)))


@each("generator", GENERATORS)
@each("name", RANDOM)
def test_variance(name, generator):
    """Σ W² / σ² is χ² with k = n · n_prev degrees of freedom when W is N(0, σ²).

    Each side is exceeded with probability e^−t at most: χ² − k ≥ 2√(kt) + 2t, k − χ² ≥ 2√(kt) (Laurent & Massart
    2000, lemma 1). Σ W / σ is N(0, k), and |N(0, 1)| ≥ √(2t) with probability 2 e^−t at most.
    """
    draw, variance = RANDOM[name]
    dims, t = (400, 300, 100), 25  # e^-25 = 1.4e-11
    for l, (W, _) in enumerate(draw(dims, generator(3)), start=1):
        k = W.size
        scaled = W / np.sqrt(variance(dims[l], dims[l - 1]))
        assert -2 * np.sqrt(k * t) < np.sum(scaled**2) - k < 2 * np.sqrt(k * t) + 2 * t
        assert abs(scaled.sum()) < np.sqrt(2 * t * k)


@each("generator", GENERATORS)
@each("name", RANDOM)
def test_normal_numbers_in_order_layer_one_first(name, generator):
    draw, variance = RANDOM[name]
    rng = generator(5)
    for W, _ in draw((3, 4, 2), generator(5)):
        np.testing.assert_allclose(W, rng.standard_normal(W.shape) * np.sqrt(variance(*W.shape)), rtol=1e-14)


@each("name", ALL)
@each("dims", [(), (3,), (3, 0, 1), (3, -1)])
def test_sizes_that_make_no_network_are_named(name, dims):
    with pytest.raises(ValueError, match=r"layers_dims is \["):
        ALL[name](dims, np.random.RandomState(0))


def test_an_unknown_fan_is_named():
    with pytest.raises(ValueError, match="fan is 'out'; it takes 'in' or 'average'"):
        initialization.xavier((2, 1), rng=np.random.RandomState(0), fan="out")
