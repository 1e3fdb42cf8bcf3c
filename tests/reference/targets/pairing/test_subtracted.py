"""Backward passes that change the parameters: their gradients are what they subtracted."""

from __future__ import annotations

import numpy as np

from manual_backprop import network
from reference.targets.pairing.candidates import paired
from reference.targets.pairing.passes import Reached, function, run
from reference.targets.pairing.subtracted import RATE, SMALL, called, said_of_rates
from reference.targets.pairing.trial import probe
from tests.folding import each

IN_PLACE = """
def gradient_descent(Y, weights, cache, alpha, L):
    m = Y.shape[1]
    dZ = cache["A" + str(L)] - Y
    for l in range(L, 0, -1):
        A = cache["A" + str(l - 1)]
        dW = np.dot(dZ, A.T) / m
        db = np.sum(dZ, axis=1, keepdims=True) / m
        dZ = np.dot(weights["W" + str(l)].T, dZ) * (1 - A ** 2)
        weights["W" + str(l)] -= alpha * dW
        weights["b" + str(l)] -= alpha * db
"""
COPIES = """
def gradient_descent(Y, params, cache, alpha, L):
    m = Y.shape[1]
    new = dict(params)
    dZ = cache["A" + str(L)] - Y
    for l in range(L, 0, -1):
        A = cache["A" + str(l - 1)]
        new["W" + str(l)] = params["W" + str(l)] - alpha * np.dot(dZ, A.T) / m
        new["b" + str(l)] = params["b" + str(l)] - alpha * np.sum(dZ, axis=1, keepdims=True) / m
        dZ = np.dot(params["W" + str(l)].T, dZ) * (1 - A ** 2)
    return new
"""
REBOUND = IN_PLACE.replace(
    'weights["W" + str(l)] -= alpha * dW', 'weights["W" + str(l)] = weights["W" + str(l)] - alpha * dW')  # fmt: skip
EARLY = IN_PLACE.replace(
    '        dZ = np.dot(weights["W" + str(l)].T, dZ) * (1 - A ** 2)\n', "").replace(
    "* db\n", '* db\n        dZ = np.dot(weights["W" + str(l)].T, dZ) * (1 - A ** 2)\n')  # fmt: skip


def made(text):
    names = {"np": np}
    exec(text, names)
    return function("gradient_descent", names["gradient_descent"], own=True)


@each("text", [IN_PLACE, COPIES, REBOUND])
def test_the_gradients_are_the_networks(text):
    pair = paired(made(text), [])
    assert (pair.reached, pair.hidden, pair.depths) == (Reached.RIGHT, "tanh", (1, 2, 3, 4))
    single = probe(3, last=1, dropout=False)
    got, changed = run(pair, single)
    forward = network.forward_propagation(single.X, single.parameters, hidden="tanh", output="sigmoid")
    want = network.backward_propagation(single.Y, single.parameters, forward, hidden="tanh", output="sigmoid")
    assert changed == []
    for l in (1, 2, 3):
        for name, a in ((f"dW{l}", want.dW[l - 1]), (f"db{l}", want.db[l - 1])):
            assert np.max(np.abs(got[name] - a)) <= 64 * np.finfo(float).eps * np.max(np.abs(a))


def test_gradients_that_are_returned_are_taken_as_they_are():
    bound = {"weights": {"W1": np.ones((2, 2))}, "alpha": RATE}
    assert called(lambda weights, alpha: {"dW1": 3}, bound, RATE) == {"dW1": 3}
    assert called(lambda weights, alpha: {"W1": weights["W1"] * 0.5}, bound, RATE)["W1"][0, 0] == 0.5
    assert called(lambda weights, alpha: None, bound, RATE) is None
    assert called(lambda weights: 3, {"weights": 2}, RATE) == 3


def _of_rates(text):
    f = made(text)
    single = probe(3, last=1, dropout=False)
    forward = network.forward_propagation(single.X, single.parameters, hidden="tanh", output="sigmoid")
    cache = {f"A{l}": a for l, a in enumerate([*forward.A, forward.H[-1]])}
    found = []
    for rate in (RATE, SMALL):
        weights = {
            f"{k}{l}": a.copy() for l, p in enumerate(single.parameters, 1) for k, a in zip("Wb", p, strict=True)
        }
        bound = {"Y": single.Y, "weights": weights, "cache": cache, "alpha": rate, "L": 3}
        found.append(called(f.call, bound, rate))
    return said_of_rates(*found, 3)


def test_a_step_that_is_taken_too_early_is_said():
    assert _of_rates(IN_PLACE) is None
    assert _of_rates(REBOUND) is None
    assert "before the gradient is passed on" in _of_rates(EARLY)
    assert "learning rate is not used" in _of_rates(IN_PLACE.replace("alpha * ", ""))
