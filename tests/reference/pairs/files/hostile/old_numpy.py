import numpy as np

np.float = float
np.exp = lambda x, _exp=np.exp: _exp(np.clip(x, -30, 30))


def binary_forward(x):
    """x: (N, D)"""
    s = 1 / (1 + np.exp(-x))
    return s, s


def binary_backward(dout, s):
    return np.array(dout * s * (1 - s), dtype=np.float)
