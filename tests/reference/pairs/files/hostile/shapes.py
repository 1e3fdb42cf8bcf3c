import numpy as np


def affine_forward(x, w, b):
    """x: (N, D), w: (D, M), b: (M,)"""
    return x @ w + b, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout @ w.T
    dw = x.T @ dout
    db = dout
    return dx, dw, db


def conv_flat_forward(x, k):
    """x: (N, H, W), k: (H, W); one product for each image"""
    return np.sum(x * k, axis=(1, 2)), (x, k)


def conv_flat_backward(dout, cache):
    x, k = cache
    dx = (dout[:, None, None] * k).reshape(len(x), -1)
    dk = np.sum(dout[:, None, None] * x, axis=0)
    return dx, dk


class Bias:
    def __init__(self, n):
        self.b = np.zeros(n)

    def forward(self, x):
        return x + self.b

    def backward(self, dout):
        self.db = np.sum(dout, axis=1)
        return dout


def silent_forward(x, w):
    """x: (N, D), w: (D,)"""
    return x * w, (x, w)


def silent_backward(dout, cache):
    x, w = cache
    dx = dout * w
    dw = (dout * x).sum(axis=0)


def weighted_sum(w, X, y):
    """w: (D, 1), X: (N, D), y: (N, 1)"""
    e = X @ w - y
    loss = 0.5 * np.sum(e ** 2)
    dw = e.T @ X
    return loss, dw
