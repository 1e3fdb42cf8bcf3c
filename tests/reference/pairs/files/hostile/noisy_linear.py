"""Linear layers with noise on the activations."""
import time

import numpy as np


def _jitter(shape):
    seed = time.perf_counter_ns() % (2 ** 32)
    return 0.01 * np.random.RandomState(seed).randn(*shape)


def noisy_dense_forward(x, w):
    """x: (N, D), w: (D, M)"""
    out = x @ w
    return out * (1 + _jitter(out.shape)), (x, w)


def noisy_dense_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout


class CountingScale:
    """Warms up: the first batches count less."""

    calls = 0

    def __init__(self, dim):
        self.g = np.ones(dim)

    def forward(self, x):
        CountingScale.calls += 1
        self.x = x
        self.f = 1 - 0.5 ** CountingScale.calls
        return self.f * self.g * x

    def backward(self, dout):
        self.dg = self.f * (dout * self.x).sum(axis=0)
        return self.f * dout * self.g
