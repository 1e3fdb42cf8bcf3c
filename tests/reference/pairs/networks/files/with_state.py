"""Momentum, decay and Adam inside the step."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class WithMomentum:
    def __init__(self, n_in, n_out, lr=0.1, momentum=0.9):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.zeros(n_out)
        self.vW = np.zeros_like(self.W)
        self.vb = np.zeros_like(self.b)
        self.lr, self.momentum = lr, momentum

    def train(self, X, y):
        out = sigmoid(X @ self.W + self.b)
        d = (out - y) * out * (1 - out) / len(X)
        self.vW = self.momentum * self.vW - self.lr * (X.T @ d)
        self.vb = self.momentum * self.vb - self.lr * d.sum(axis=0)
        self.W += self.vW
        self.b += self.vb


class WithMomentumWrong:
    """The bias takes the mean of what is a mean already."""

    def __init__(self, n_in, n_out, lr=0.1, momentum=0.9):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.zeros(n_out)
        self.vW = np.zeros_like(self.W)
        self.vb = np.zeros_like(self.b)
        self.lr, self.momentum = lr, momentum

    def loss(self, out, y):
        return 0.5 * np.sum((out - y) ** 2) / len(y)

    def train(self, X, y):
        out = sigmoid(X @ self.W + self.b)
        cost = self.loss(out, y)
        d = (out - y) * out * (1 - out) / len(X)
        self.vW = self.momentum * self.vW - self.lr * (X.T @ d)
        self.vb = self.momentum * self.vb - self.lr * d.mean(axis=0)
        self.W += self.vW
        self.b += self.vb
        return cost


class WithDecay:
    def __init__(self, n_in, n_out, lr=0.1, decay=0.01):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.zeros(n_out)
        self.lr, self.decay = lr, decay

    def train(self, X, y):
        out = sigmoid(X @ self.W + self.b)
        d = (out - y) * out * (1 - out)
        self.W -= self.lr * (X.T @ d + self.decay * self.W)
        self.b -= self.lr * d.sum(axis=0)


class WithDecayOfBiases:
    """The penalty that its own loss has is of weights alone, and the biases decay as well."""

    def __init__(self, n_in, n_out, lr=0.1, decay=0.01):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.zeros(n_out)
        self.lr, self.decay = lr, decay

    def train(self, X, y):
        out = sigmoid(X @ self.W + self.b)
        loss = 0.5 * np.sum((out - y) ** 2) + 0.5 * self.decay * np.sum(self.W**2)
        d = (out - y) * out * (1 - out)
        self.W -= self.lr * (X.T @ d + self.decay * self.W)
        self.b -= self.lr * (d.sum(axis=0) + self.decay * self.b)
        return loss


class WithAdam:
    def __init__(self, n_in, n_out, lr=0.1):
        self.W = np.random.randn(n_in, n_out)
        self.m = np.zeros_like(self.W)
        self.v = np.zeros_like(self.W)
        self.t, self.lr = 0, lr

    def train(self, X, y):
        out = sigmoid(X @ self.W)
        g = X.T @ ((out - y) * out * (1 - out))
        self.t += 1
        self.m = 0.9 * self.m + 0.1 * g
        self.v = 0.999 * self.v + 0.001 * g**2
        self.W -= self.lr * (self.m / (1 - 0.9**self.t)) / (np.sqrt(self.v / (1 - 0.999**self.t)) + 1e-8)
