"""A backward pass without a cost of its own is held to the known losses: the first that fits, or none."""

from __future__ import annotations

import numpy as np

from reference.interface.exceptions import TargetRaised
from reference.targets.own_derivative import own_of
from reference.targets.pairing.losses import LOSSES, value_of_loss
from tests.folding import each
from tests.reference.targets.pairing.test_candidates import HEAD, Loaded

SQUARES = (
    HEAD
    + """
def forward_pass(X, parameters):
    Z1 = parameters["W1"] @ X + parameters["b1"]
    A1 = np.tanh(Z1)
    return {"A1": A1, "A2": parameters["W2"] @ A1 + parameters["b2"]}

def backward_pass(X, Y, parameters, cache):
    dZ2 = FACTOR * (cache["A2"] - Y)
    dZ1 = parameters["W2"].T @ dZ2 * (1 - cache["A1"] ** 2)
    return {"dW2": dZ2 @ cache["A1"].T, "db2": dZ2.sum(axis=1, keepdims=True),
            "dW1": dZ1 @ X.T, "db1": dZ1.sum(axis=1, keepdims=True)}
"""
)
FITS = {
    "1 / Y.shape[1]": "half the mean squared error",
    "2 / Y.shape[1]": "the mean squared error",
    "1": "half the squared error, summed",
    "2": "the squared error, summed",
    "2 / Y.size": "the squared error, averaged over outputs too",
}


class Asked(Loaded):
    """It raises as its process does."""

    def ask(self, ask, **question):
        answer = self.server.answer({"ask": ask, **question})
        if "answer" not in answer:
            raise TargetRaised(answer["raised"])
        return answer["answer"]


def its_own(text):
    loaded = Asked(text)
    return own_of(loaded, loaded.only(), list(LOSSES))()


@each("factor", FITS)
def test_the_loss_that_fits_is_said(factor):
    found = its_own(SQUARES.replace("FACTOR", factor))
    assert (found.consistent, found.of_loss, found.cost) == (True, FITS[factor], None)


def test_none_fits_a_mistake():
    """Which is no accusation: that it has one of these losses was a guess."""
    assert its_own(SQUARES.replace("FACTOR", "3")) is None
    assert its_own(SQUARES.replace("FACTOR", "1").replace("1 - cache", "1 + cache")) is None


def test_values():
    A, Y, W = np.array([[0.5, 0.25], [0.5, 0.75]]), np.array([[1.0, 0.0], [0.0, 1.0]]), [np.array([[2.0]])]
    want = {
        "the squared error, summed": 0.25 + 0.25 + 0.0625 + 0.0625,
        "the mean squared error": 0.3125,
        "half the mean squared error": 0.15625,
        "half the squared error, summed": 0.3125,
        "the squared error, averaged over outputs too": 0.15625,
        "the cross-entropy of classes, summed": -np.log(0.5) - np.log(0.75),
        "the mean cross-entropy": -np.log(0.5) - np.log(0.75),
    }
    for name, value in want.items():
        assert np.isclose(value_of_loss(name, A, Y, W, 0.0), value, rtol=1e-14), name
        assert np.isclose(value_of_loss(name, A, Y, W, 3.0), value + 3 / 4 * 4, rtol=1e-14), name
