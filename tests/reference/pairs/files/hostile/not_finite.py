import numpy as np


def log_barrier_forward(x):
    """x: (N, D)"""
    return np.log(-1.0 - x ** 2), x


def log_barrier_backward(dout, x):
    return dout * 2 * x / (1 + x ** 2)


def log_forward(x):
    return np.log(x), x


def log_backward(dout, x):
    return dout / x


def arctanh_forward(r):
    return 0.5 * np.log((1 + r) / (1 - r)), r


def arctanh_backward(dout, r):
    return dout / (1 - r * r)


def sqrt_forward(x):
    """x: (N, D), nonnegative"""
    y = np.sqrt(x)
    return y, y


def sqrt_backward(dout, y):
    dx = dout / y
    return dx


def safe_sqrt_forward(x):
    """x: (N, D); zero where x is negative"""
    y = np.where(x > 0, np.sqrt(np.abs(x)), 0)
    return y, y


def safe_sqrt_backward(dout, y):
    return np.where(y > 0, dout / (2 * np.where(y > 0, y, 1)), 0)
