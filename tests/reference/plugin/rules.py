"""Rules of a small library, as its own tests would hold them."""

from __future__ import annotations

import numpy as np


def soft(x, w):
    return np.log1p(np.exp(x * w))


def soft_rule(g, x, w):
    s = g / (1 + np.exp(-x * w))
    return s * w, (s * x).sum(axis=0)


def doubled_rule(g, x, w):
    dx, dw = soft_rule(g, x, w)
    return dx, 2 * dw


def ramp(x):
    return np.maximum(x, 0)


def ramp_rule(g, x):
    return g * (x > 0)


def never(x):
    raise OSError("no device")


class Scaled:
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, x):
        return self.factor * x

    def back(self, g, x):
        return self.factor * g
