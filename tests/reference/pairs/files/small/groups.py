"""Groups told by one letter, which reshape alone is given."""

import numpy as np


def spatial_groupnorm_forward(x, gamma, beta, G, params):
    """x: (N, C, H, W), gamma and beta: (1, C, 1, 1)"""
    n, c, h, w = x.shape
    parts = x.reshape(n * G, -1)
    spread = np.sqrt(parts.var(axis=1, keepdims=True) + params.get("eps", 1e-5))
    unit = (parts - parts.mean(axis=1, keepdims=True)) / spread
    return gamma * unit.reshape(x.shape) + beta, (unit, spread, gamma, G)


def spatial_groupnorm_backward(dout, cache):
    unit, spread, gamma, G = cache
    n = dout.shape[0]
    d = (dout * gamma).reshape(n * G, -1)
    inner = (d * unit).mean(axis=1, keepdims=True)
    dx = (d - d.mean(axis=1, keepdims=True) - unit * inner) / spread
    dgamma = (dout * unit.reshape(dout.shape)).sum(axis=(0, 2, 3), keepdims=True)
    return dx.reshape(dout.shape), dgamma, dout.sum(axis=(0, 2, 3), keepdims=True)


def shuffle_forward(x, G):
    """x: (N, C, H, W)"""
    n, c, h, w = x.shape
    return x.reshape(n, G, c // G, h, w).swapaxes(1, 2).reshape(n, c, h, w), G


def shuffle_backward(dout, G):
    n, c, h, w = dout.shape
    return dout.reshape(n, G, c // G, h, w).swapaxes(1, 2).reshape(n, c, h, w)
