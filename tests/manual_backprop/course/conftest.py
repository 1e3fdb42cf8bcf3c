import itertools

import numpy as np
import pytest


@pytest.fixture
def examples():
    """X (2, 9) and integer labels Y (1, 9), of which four are 0."""
    return np.random.RandomState(7).randn(2, 9), np.array([[0, 1, 1, 0, 1, 0, 1, 1, 0]])


@pytest.fixture
def network():
    """A function ``(dims, m) -> (X, Y, parameters)``: no unit on a kink, no hidden layer dead for all examples.

    A dead layer has zero gradients beneath it, and zeros show no mistake.
    """

    def draw(dims, m, *, seed=0, dtype=np.float64):
        rng = np.random.RandomState(seed)
        while True:
            X = rng.randn(dims[0], m).astype(dtype)
            Y = (rng.random_sample((dims[-1], m)) < 0.5).astype(int)
            parameters, A, alive = {}, X, []
            for l, (n_prev, n) in enumerate(itertools.pairwise(dims), start=1):
                W = parameters[f"W{l}"] = (rng.randn(n, n_prev) / np.sqrt(n_prev)).astype(dtype)
                b = parameters[f"b{l}"] = rng.randn(n, 1).astype(dtype)
                A = np.maximum(W @ A + b, 0)
                alive.append(A.any())
            if all(alive[:-1]):
                return X, Y, parameters

    return draw
