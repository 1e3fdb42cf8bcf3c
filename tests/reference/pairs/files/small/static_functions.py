import numpy as np

memory = {}


def forward_cached_forward(x, w):
    """x: (N, D), w: (D, M)"""
    memory['x'], memory['w'] = x, w
    return np.sin(x) @ w


def forward_cached_backward(dout):
    dw = np.sin(memory['x']).T @ dout
    dx = dout @ memory['w'].T * np.cos(memory['x'])
    return dx, dw


class Sigmoid:
    @staticmethod
    def activation(z):
        return 1 / (1 + np.exp(-z))

    @staticmethod
    def derivative(z):
        s = Sigmoid.activation(z)
        return s * (1 - s)


class Relu:
    def activation(self, z):
        return np.where(z > 0, z, 0)

    def derivative(self, z):
        return np.where(z > 0, 1, 0)


class Quadratic:
    """a: outputs, y: targets, both (N, K)"""

    @staticmethod
    def fn(a, y):
        return 0.5 * np.linalg.norm(a - y) ** 2

    @staticmethod
    def delta(a, y):
        return 2 * (a - y)
