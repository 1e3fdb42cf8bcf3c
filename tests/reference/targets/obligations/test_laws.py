"""Each law accepts what keeps it and rejects what breaks it."""

from __future__ import annotations

import itertools

import numpy as np

from manual_backprop import initialization, primitives
from reference.targets.builtin.ours import _checker
from reference.targets.obligations.laws import gradient_checker, initialisation, mask_law
from tests.folding import each

SEEDS = range(5)


def codes(result):
    looked, violations = result
    assert looked > 0
    return {(violation.output, violation.code) for violation in violations}


# --- masks ----------------------------------------------------------------------------------------------------


def dropout(A, D, *, keep_prob):
    return A * D / keep_prob


def mask(shape, *, keep_prob, rng):
    return rng.random_sample(shape) < keep_prob


def by_columns(shape, *, keep_prob, rng):
    """One draw for a whole row of examples."""
    return np.broadcast_to(rng.random_sample((shape[0], 1)) < keep_prob, shape)


def by_rows(shape, *, keep_prob, rng):
    """One draw for all units of an example."""
    return np.broadcast_to(rng.random_sample((1, shape[1])) < keep_prob, shape)


@each("seed", SEEDS)
def test_right_masks_keep_the_law(seed):
    assert not codes(mask_law(mask, dropout, seed))
    assert not codes(mask_law(primitives.dropout_mask, primitives.dropout, seed))


SECRET = np.random.RandomState(0)

WRONG_MASKS = {
    "randn for rand": (lambda shape, *, keep_prob, rng: rng.standard_normal(shape) < keep_prob, "MB303"),
    "> for <": (lambda shape, *, keep_prob, rng: rng.random_sample(shape) > keep_prob, "MB303"),
    "1 − keep_prob": (lambda shape, *, keep_prob, rng: rng.random_sample(shape) < 1 - keep_prob, "MB303"),
    "a keep rate of its own": (lambda shape, *, keep_prob, rng: rng.random_sample(shape) < 0.5, "MB303"),
    "a keep rate off by a tenth": (
        lambda shape, *, keep_prob, rng: rng.random_sample(shape) < 0.9 * keep_prob, "MB303"),
    "integers": (lambda shape, *, keep_prob, rng: mask(shape, keep_prob=keep_prob, rng=rng).astype(int), "MB303"),
    "floats": (lambda shape, *, keep_prob, rng: mask(shape, keep_prob=keep_prob, rng=rng) / keep_prob, "MB303"),
    "one draw for all examples": (by_columns, "MB303"),
    "one draw for all units": (by_rows, "MB303"),
    "all kept": (lambda shape, *, keep_prob, rng: np.ones(shape, dtype=bool), "MB303"),
    "a secret generator": (lambda shape, *, keep_prob, rng: SECRET.random_sample(shape) < keep_prob, "MB602"),
}  # fmt: skip


@each("name", WRONG_MASKS)
@each("seed", SEEDS)
def test_a_mask_from_another_law_is_rejected(name, seed):
    wrong, code = WRONG_MASKS[name]
    assert ("D", code) in codes(mask_law(wrong, dropout, seed))


WRONG_DROPOUTS = {
    "not scaled": lambda A, D, *, keep_prob: A * D,
    "scaled twice": lambda A, D, *, keep_prob: A * D / keep_prob**2,
    "keep_prob for 1/keep_prob": lambda A, D, *, keep_prob: A * D * keep_prob,
    "no mask": lambda A, D, *, keep_prob: A / keep_prob,
    "nothing left": lambda A, D, *, keep_prob: 0 * A,
}


@each("name", WRONG_DROPOUTS)
def test_dropout_that_is_not_inverted_dropout_is_rejected(name):
    found = codes(mask_law(mask, WRONG_DROPOUTS[name], 0))
    assert found
    assert found <= {("A", "MB301"), ("A", "MB302")}


def test_dropout_that_drops_nothing_is_rejected():
    assert codes(mask_law(mask, lambda A, D, *, keep_prob: A, 0))


def test_dropout_with_the_mask_upside_down_is_rejected():
    assert codes(mask_law(mask, lambda A, D, *, keep_prob: A * ~D / keep_prob, 0))


def test_a_mask_of_another_shape_is_a_finding():
    assert codes(mask_law(lambda shape, *, keep_prob, rng: mask((*shape, 1), keep_prob=keep_prob, rng=rng), dropout, 0))


# --- initialisation -------------------------------------------------------------------------------------------


def he_std(n_prev, n):
    return np.sqrt(2 / n_prev)


def layers(std, *, bias=0.0, mean=0.0, orient=lambda W: W):
    def draw(dims, rng):
        return [
            (orient(rng.standard_normal((n, p)) * std(p, n) + mean * std(p, n)), np.full((n, 1), bias))
            for p, n in itertools.pairwise(dims)
        ]

    return draw


@each("seed", SEEDS)
def test_right_initialisations_keep_the_law(seed):
    assert not codes(initialisation(layers(he_std), he_std, seed))
    assert not codes(initialisation(initialization.he, he_std, seed))
    assert not codes(initialisation(lambda dims, rng: initialization.zeros(dims), lambda p, n: 0.0, seed))


WRONG_LAYERS = {
    "he without √2": layers(lambda p, n: np.sqrt(1 / p)),
    "the variance for its root": layers(lambda p, n: 2 / p),
    "fan-out for fan-in": layers(lambda p, n: np.sqrt(2 / n)),
    "the mean of both fans": layers(lambda p, n: np.sqrt(4 / (n + p))),
    "0.01": layers(lambda p, n: 0.01),
    "a mean that is not zero": layers(he_std, mean=0.5),
    "biases that are not zero": layers(he_std, bias=0.1),
    "weights transposed": layers(he_std, orient=lambda W: W.T),
    "zeros": layers(lambda p, n: 0.0),
    "NaN": layers(lambda p, n: np.nan),
}


@each("name", WRONG_LAYERS)
@each("seed", SEEDS)
def test_an_initialisation_of_another_scale_is_rejected(name, seed):
    assert {code for _, code in codes(initialisation(WRONG_LAYERS[name], he_std, seed))} == {"MB801"}


def test_weights_that_are_all_alike_are_rejected():
    """The right variance, and no broken symmetry."""

    def alike(dims, rng):
        return [
            (np.tile(rng.standard_normal((1, p)) * he_std(p, n), (n, 1)), np.zeros((n, 1)))
            for p, n in itertools.pairwise(dims)
        ]

    assert codes(initialisation(alike, he_std, 1))


def test_zeros_that_are_not_zero_are_rejected():
    assert codes(initialisation(layers(lambda p, n: 1e-12), lambda p, n: 0.0, 0)) == {
        ("W1", "MB801"), ("W2", "MB801"), ("W3", "MB801"),
    }  # fmt: skip


def test_too_few_layers_are_a_finding():
    assert codes(initialisation(lambda dims, rng: layers(he_std)(dims[:-1], rng), he_std, 0))


# --- gradient checking ----------------------------------------------------------------------------------------


def without(*names):
    """A checker that looks at every block but these."""

    def check(problem, gradients):
        right = dict(gradients)
        for name in names:
            right[name] = remembered[name]
        return _checker(problem, right)

    remembered: dict = {}

    def first(problem, gradients):
        if remembered.get("cases") != problem.cases:  # the right gradient comes first for each problem
            remembered.clear()
            remembered.update(gradients, cases=problem.cases)
        return check(problem, gradients)

    return first


def test_a_right_checker_keeps_the_law():
    assert not codes(gradient_checker(_checker, 0))


@each(
    ("checker", "broken"),
    [
        (lambda problem, gradients: "PASS", {"rejects"}),
        (lambda problem, gradients: "FAIL", {"accepts"}),
        (lambda problem, gradients: "INCONCLUSIVE", {"accepts", "rejects"}),
        (lambda problem, gradients: None, {"accepts", "rejects"}),
        (without("db1", "db2", "db3"), {"rejects"}),
        (without("dW2"), {"rejects"}),
    ],
    ids=["always passes", "always fails", "never decides", "says nothing", "ignores db", "ignores dW2"],
)
def test_a_checker_that_does_not_look_is_rejected(checker, broken):
    assert codes(gradient_checker(checker, 0)) == {(output, "MB803") for output in broken}
