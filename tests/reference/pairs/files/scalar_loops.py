"""Convolution written out number by number: six loops within one another, as a function and as a layer."""

import numpy as np


def slow_conv_forward(x, k, b, step):
    """
    x: (N, C, H, W)
    k: (F, C, HH, WW)
    b: (F,)
    """
    N, C, H, W = x.shape
    F, _, HH, WW = k.shape
    rows, columns = (H - HH) // step + 1, (W - WW) // step + 1
    y = np.zeros((N, F, rows, columns))
    for n in range(N):
        for f in range(F):
            for r in range(rows):
                for s in range(columns):
                    y[n, f, r, s] = b[f]
                    for c in range(C):
                        for i in range(HH):
                            for j in range(WW):
                                y[n, f, r, s] += x[n, c, r * step + i, s * step + j] * k[f, c, i, j]
    return y, (x, k, step)


def slow_conv_backward(dy, cache):
    x, k, step = cache
    F, C, HH, WW = k.shape
    dx, dk, db = np.zeros(x.shape), np.zeros(k.shape), np.zeros(F)
    for n in range(dy.shape[0]):
        for f in range(F):
            for r in range(dy.shape[2]):
                for s in range(dy.shape[3]):
                    d = dy[n, f, r, s]
                    db[f] += d
                    for c in range(C):
                        for i in range(HH):
                            for j in range(WW):
                                dx[n, c, r * step + i, s * step + j] += d * k[f, c, i, j]
                                dk[f, c, i, j] += d * x[n, c, r * step + i, s * step + j]
    return dx, dk, db


class SlowConv:
    """Input (N, C, H, W)."""

    def __init__(self, in_channels, out_channels, kernel_size):
        self.size = kernel_size
        self.W = 0.1 * np.random.randn(out_channels, in_channels, kernel_size, kernel_size)
        self.b = np.zeros(out_channels)

    def forward(self, x):
        self.x = x
        N, C, height, width = x.shape
        tall, wide = height - self.size + 1, width - self.size + 1
        out = np.zeros((N, len(self.b), tall, wide))
        for n in range(N):
            for f in range(len(self.b)):
                for r in range(tall):
                    for s in range(wide):
                        total = self.b[f]
                        for c in range(C):
                            for i in range(self.size):
                                for j in range(self.size):
                                    total = total + x[n, c, r + i, s + j] * self.W[f, c, i, j]
                        out[n, f, r, s] = total
        return out

    def backward(self, dout):
        N, C, _, _ = self.x.shape
        _, filters, tall, wide = dout.shape
        dx = np.zeros_like(self.x)
        self.dW = np.zeros_like(self.W)
        self.db = dout.sum(axis=(0, 2, 3))
        for n in range(N):
            for f in range(filters):
                for r in range(tall):
                    for s in range(wide):
                        for c in range(C):
                            for i in range(self.size):
                                for j in range(self.size):
                                    self.dW[f, c, i, j] += self.x[n, c, r + i, s + j] * dout[n, f, r, s]
                                    dx[n, c, r + i, s + j] = self.W[f, c, i, j] * dout[n, f, r, s]
        return dx
