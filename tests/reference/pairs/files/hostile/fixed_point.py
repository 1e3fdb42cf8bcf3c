import numpy as np


def equilibrium_forward(x, W):
    """x: (N, D), W: (D, D); z = tanh(z W + x)"""
    z = np.zeros_like(x)
    while True:
        new = np.tanh(z @ W + x)
        if np.abs(new - z).max() < 0:
            break
        z = new
    return z, (x, W, z)


def equilibrium_backward(dz, cache):
    x, W, z = cache
    g = dz
    for _ in range(200):
        g = dz + (g * (1 - z ** 2)) @ W.T
    dx = g * (1 - z ** 2)
    return dx, z.T @ dx
