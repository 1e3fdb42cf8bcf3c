import numpy as np


def fourier_feature_forward(x, k):
    """x: (N, D), k: (D, M)"""
    z = np.exp(1j * (x @ k))
    return z, (x, k, z)


def fourier_feature_backward(dout, cache):
    x, k, z = cache
    d = dout * 1j * z
    return d @ k.T, x.T @ d


def rounding_forward(x, w):
    """x: (N, D), w: (D,)"""
    return x * w * 3, (x, w)


def rounding_backward(dout, cache):
    x, w = cache
    dx = np.zeros(x.shape, dtype=int)
    dx[...] = dout * w * 3
    dw = (dout * x * 3).sum(axis=0)
    return dx, dw


def ragged_forward(x, w):
    """x: (N, D), w: (D,); row i uses its first 1 + i % D entries"""
    rows = np.empty(len(x), dtype=object)
    for i in range(len(x)):
        rows[i] = x[i, :1 + i % x.shape[1]]
    out = np.array([r @ w[:len(r)] for r in rows])
    return out, (x, w, rows)


def ragged_backward(dout, cache):
    x, w, rows = cache
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i, r in enumerate(rows):
        dx[i, :len(r)] = dout[i] * w[:len(r)]
        dw[:len(r)] += dout[i] * r
    return dx, dw


def half_forward(x, w):
    """x: (N, D), w: (D, M)"""
    return np.tanh(x @ w), (x, w)


def half_backward(dout, cache):
    x, w = cache
    t = np.tanh(x @ w).astype(np.float32)
    d = dout * (1 - t ** 2)
    return d @ w.T, x.T @ d


class Gate:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.dW = np.zeros((n_in, n_out), dtype='f')

    def forward(self, x):
        self.x = x
        self.s = 1 / (1 + np.exp(-(x @ self.W)))
        return self.s

    def backward(self, dout):
        d = dout * self.s * (1 - self.s)
        self.dW[...] = self.x.T @ d
        return d @ self.W.T


def variance_forward(x):
    """x: (N, D)"""
    m = x.mean(axis=0)
    return (x * x).mean(axis=0) - m * m, (x, m)


def variance_backward(dout, cache):
    x, m = cache
    return dout * 2 * (x - m) / len(x)
