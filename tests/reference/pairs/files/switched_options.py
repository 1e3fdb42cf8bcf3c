"""Options that stay at their default unless somebody turns them: mistakes that only another value shows."""
import numpy as np


class Dense:
    def __init__(self, n_in, n_out, bias=True, scheme="plain"):
        self.w = np.random.randn(n_in, n_out)
        self.bias = bias
        self.b = np.zeros(n_out)
        self.scheme = scheme

    def forward(self, x):
        self.x = x
        w = np.tanh(self.w) if self.scheme == "bounded" else self.w
        return x @ w + self.b if self.bias else x @ w

    def backward(self, dout):
        w = self.w
        self.dw = self.x.T @ dout
        if self.scheme == "bounded":
            w = np.tanh(self.w)
            self.dw = self.dw * (1 - w ** 2)
        self.db = dout.sum(axis=0) if self.bias else np.zeros(self.b.shape)
        return dout @ w.T


class DenseBounded(Dense):
    """Right as long as the scheme is plain."""

    def forward(self, x):
        self.x = x
        w = np.tanh(self.w) if self.scheme == "bounded" else self.w
        return x @ w + self.b if self.bias else x @ w

    def backward(self, dout):
        w = np.tanh(self.w) if self.scheme == "bounded" else self.w
        self.dw = self.x.T @ dout
        self.db = dout.sum(axis=0) if self.bias else np.zeros(self.b.shape)
        return dout @ w.T


class Residual:
    """Right without the shortcut."""

    def __init__(self, n, shortcut=False):
        self.w = np.random.randn(n, n)
        self.shortcut = shortcut

    def forward(self, x):
        self.x = x
        out = x @ self.w
        if self.shortcut:
            out = out + x
        return out

    def backward(self, dout):
        self.dw = self.x.T @ dout
        return dout @ self.w.T


class Gated:
    """Has a parameter of its own once it is turned on, and a mistake there."""

    def __init__(self, n, gated=False, regularizer=None):
        self.w = np.random.randn(n, n)
        self.gated = gated
        self.regularizer = regularizer
        if gated:
            self.g = np.random.randn(n)

    def forward(self, x):
        self.x = x
        self.out = x @ self.w
        return self.out * self.g if self.gated else self.out

    def backward(self, dout):
        if self.gated:
            self.dg = (dout * self.out).mean(axis=0)
            dout = dout * self.g
        self.dw = self.x.T @ dout
        if self.regularizer == "l2":
            self.dw = self.dw + 0.1 * self.w
        return dout @ self.w.T


class GatedRight(Gated):
    def forward(self, x):
        self.x = x
        self.out = x @ self.w
        return self.out * self.g if self.gated else self.out

    def backward(self, dout):
        if self.gated:
            self.dg = (dout * self.out).sum(axis=0)
            dout = dout * self.g
        self.dw = self.x.T @ dout
        return dout @ self.w.T


class MaxPool:
    """Right as long as no window overlaps another."""

    def __init__(self, pool_size=2, stride=2):
        self.size, self.stride = pool_size, stride

    def forward(self, x):
        """x: (N, C, H, W)"""
        self.x = x
        n, c, h, w = x.shape
        self.rows, self.columns = (h - self.size) // self.stride + 1, (w - self.size) // self.stride + 1
        out = np.zeros((n, c, self.rows, self.columns))
        for i in range(self.rows):
            for j in range(self.columns):
                a, b = i * self.stride, j * self.stride
                out[:, :, i, j] = x[:, :, a:a + self.size, b:b + self.size].max(axis=(2, 3))
        return out

    def backward(self, dout):
        dx = np.zeros(self.x.shape)
        for n in range(self.x.shape[0]):
            for c in range(self.x.shape[1]):
                for i in range(self.rows):
                    for j in range(self.columns):
                        a, b = i * self.stride, j * self.stride
                        window = self.x[n, c, a:a + self.size, b:b + self.size]
                        p, q = np.unravel_index(window.argmax(), window.shape)
                        dx[n, c, a + p, b + q] = dout[n, c, i, j]
        return dx


def group_scale_forward(x, gain, groups):
    """x: (N, C, H, W); gain: (C,); groups: int"""
    n, c, h, w = x.shape
    parts = x.reshape(n, groups, c // groups, h, w)
    mean = parts.mean(axis=2, keepdims=True)
    hat = (parts - mean).reshape(x.shape)
    return gain[None, :, None, None] * hat, (hat, gain, groups)


def group_scale_backward(dout, cache):
    hat, gain, groups = cache
    n, c, h, w = dout.shape
    dgain = (dout * hat).sum(axis=(0, 2, 3))
    dhat = (dout * gain[None, :, None, None]).reshape(n, groups, c // groups, h, w)
    dx = dhat - dhat.sum(axis=2, keepdims=True) / groups
    return dx.reshape(dout.shape), dgain
