"""Pairs of functions in many styles: every gradient is matched with its primal, and right where the code is right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference.interface.pair import PairKind
from tests.reference.targets.pairs.files import opened, wrong_by

R = np.random.RandomState(0)
r = R.standard_normal

FUNCTIONS: dict[str, tuple[str, str, dict[str, Any], set[str]]] = {
    "a cache": (
        """
        def affine_forward(x, w, b):
            return x @ w + b, (x, w, b)

        def affine_backward(dout, cache):
            x, w, b = cache
            return dout @ w.T, x.T @ dout, dout.sum(axis=0)
        """,
        "affine_backward",
        {"x": r((4, 3)), "w": r((3, 5)), "b": r(5)},
        {"x", "w", "b"},
    ),
    "arguments again": (
        """
        def fc_fwd(inputs, weights, bias):
            return np.dot(inputs, weights) + bias

        def fc_bwd(grad_output, inputs, weights, bias):
            grad_weights = inputs.T.dot(grad_output)
            grad_bias = np.sum(grad_output, 0)
            grad_inputs = grad_output.dot(weights.T)
            return {"weights": grad_weights, "bias": grad_bias, "inputs": grad_inputs}
        """,
        "fc_bwd",
        {"inputs": r((4, 3)), "weights": r((3, 5)), "bias": r(5)},
        {"inputs", "weights", "bias"},
    ),
    "the output again": (
        """
        def forwardTanh(x):
            return np.tanh(x)

        def backwardTanh(dout, out):
            return dout * (1 - out * out)
        """,
        "backwardTanh",
        {"x": r((4, 3))},
        {"x"},
    ),
    "the cache first": (
        """
        def scale_fprop(x, gamma):
            cache = {"x": x, "gamma": gamma}
            return x * gamma, cache

        def scale_bprop(cache, dy):
            return dy * cache["gamma"], (dy * cache["x"]).sum(0)
        """,
        "scale_bprop",
        {"x": r((4, 3)), "gamma": r(3)},
        {"x", "gamma"},
    ),
    "two outputs": (
        """
        def cell_step_forward(x, h, c, W):
            a = np.hstack([x, h]) @ W
            new_c = c + np.tanh(a)
            new_h = new_c * a
            return new_h, new_c, (x, h, a, new_c, W)

        def cell_step_backward(dnew_h, dnew_c, cache):
            x, h, a, new_c, W = cache
            dc = dnew_c + dnew_h * a
            da = dnew_h * new_c + dc * (1 - np.tanh(a) ** 2)
            both = da @ W.T
            return both[:, : x.shape[1]], both[:, x.shape[1] :], dc, np.hstack([x, h]).T @ da
        """,
        "cell_step_backward",
        {"x": r((2, 3)), "h": r((2, 5)), "c": r((2, 5)), "W": r((8, 5))},
        {"x", "h", "c", "W"},
    ),
}


@pytest.mark.parametrize("style", FUNCTIONS)
def test_a_pair_of_functions(style: str) -> None:
    text, check, arguments, primals = FUNCTIONS[style]
    file = opened(text)
    assert [(p.check, p.kind) for p in file.proposals.values()] == [(check, PairKind.FUNCTION)]
    errors, returned = wrong_by(file.prepared(check, **arguments))
    assert errors.keys() == primals
    assert max(errors.values()) < 1e-7
    assert not returned.unmatched
    assert not returned.changed
