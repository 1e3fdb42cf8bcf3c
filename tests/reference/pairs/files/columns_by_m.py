import numpy as np


def fc_forward(A_prev, W, b):
    """A_prev: (n_prev, m), W: (n, n_prev), b: (n, 1)"""
    Z = np.dot(W, A_prev) + b
    return Z, (A_prev, W, b)


def fc_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = 1. / m * np.dot(dZ, A_prev.T)
    db = 1. / m * np.sum(dZ, axis=1, keepdims=True)
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db


def fc_relu_forward(A_prev, W, b):
    """A_prev: (n_prev, m), W: (n, n_prev), b: (n, 1)"""
    Z = np.dot(W, A_prev) + b
    return np.maximum(Z, 0), (A_prev, W, b, Z)


def fc_relu_backward(dA, cache):
    A_prev, W, b, Z = cache
    m = A_prev.shape[1]
    dZ = dA * (Z > 0)
    dW = np.dot(dZ, A_prev.T)
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db


class Dense:
    """Rows are examples."""

    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * 0.1
        self.b = np.zeros((1, n_out))

    def forward(self, X):
        self.X = X
        return X @ self.W + self.b

    def backward(self, dZ):
        m = self.X.shape[0]
        self.dW = self.X.T @ dZ / m
        self.db = np.sum(dZ, axis=0, keepdims=True) / m
        return dZ @ self.W.T


def block_pool_forward(x):
    """x: (n, c, h, w), h and w even; the greatest of every 2 x 2 block"""
    n, c, h, w = x.shape
    blocks = x.reshape(n, c, h // 2, 2, w // 2, 2)
    y = blocks.max(axis=5).max(axis=3)
    return y, (blocks, y)


def block_pool_backward(dy, cache):
    blocks, y = cache
    n, c, h2, _, w2, _ = blocks.shape
    mask = (blocks == y[:, :, :, None, :, None]).astype(dy.dtype)
    mask /= mask.sum(axis=(3, 5), keepdims=True)
    return (mask * dy[:, :, :, None, :, None]).reshape(n, c, 2 * h2, 2 * w2)


class ElmanBPTT:
    def __init__(self, n_in, n_hidden, bptt_truncate=2):
        self.U = np.random.randn(n_in, n_hidden)
        self.W = np.random.randn(n_hidden, n_hidden)
        self.bptt_truncate = bptt_truncate

    def forward(self, x):
        # x: (T, n_in) -> (T, n_hidden), the state before the first step is zero
        T = x.shape[0]
        self.x = x
        self.s = np.zeros((T + 1, self.W.shape[0]))
        for t in range(T):
            self.s[t] = np.tanh(x[t] @ self.U + self.s[t - 1] @ self.W)
        return self.s[:T]

    def backward(self, ds):
        self.dU, self.dW = np.zeros_like(self.U), np.zeros_like(self.W)
        for t in range(len(self.x)):
            delta = ds[t] * (1 - self.s[t] ** 2)
            # at most bptt_truncate steps back
            for step in range(t, max(-1, t - self.bptt_truncate - 1), -1):
                self.dU += np.outer(self.x[step], delta)
                self.dW += np.outer(self.s[step - 1], delta)
                delta = (self.W @ delta) * (1 - self.s[step - 1] ** 2)
