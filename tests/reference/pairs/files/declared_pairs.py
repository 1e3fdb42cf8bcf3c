"""What the file says of its pairs: another derivative on purpose, and methods by names that nobody knows."""
import numpy as np

from reference import pair


@pair(backward="quantise_back", surrogate=True)
def quantise(x, levels=4.0):
    """x: (N, D)"""
    return np.round(x * levels) / levels, x


def quantise_back(dout, x):
    return dout * (np.abs(x) <= 1.0)


@pair(backward="fire_back", surrogate=True)
def fire(v):
    """v: (N, D)"""
    return np.where(v > 0.5, 1.0, 0.0), v


def fire_back(dout, v):
    return np.abs(dout) / (1.0 + np.abs(v - 0.5)) ** 2


@pair(forward="emit", backward="credit")
class Blend:
    """Its passes have names of their own."""

    def __init__(self, n_in, n_out):
        self.w = np.random.randn(n_in, n_out)

    def emit(self, x):
        self.x = x
        return np.tanh(x @ self.w)

    def credit(self, dout):
        inner = dout * (1.0 - np.tanh(self.x @ self.w) ** 2)
        self.dw = self.x.T @ inner
        return inner @ self.w.T


@pair(forward="emit", backward="credit")
class BlendLinear:
    def __init__(self, n_in, n_out):
        self.w = np.random.randn(n_in, n_out)

    def emit(self, x):
        self.x = x
        return np.tanh(x @ self.w)

    def credit(self, dout):
        self.dw = self.x.T @ dout
        return dout @ self.w.T
