"""The same network over and over, each time with one thing wrong, and once with nothing."""

import numpy as np


def sig(z):
    return 1.0 / (1.0 + np.exp(-z))


class Base:
    def __init__(self, n_x, n_h, n_y):
        self.W1, self.b1 = np.random.randn(n_x, n_h) * 0.1, np.zeros((1, n_h))
        self.W2, self.b2 = np.random.randn(n_h, n_y) * 0.1, np.zeros((1, n_y))

    def forward(self, X):
        self.h = sig(X @ self.W1 + self.b1)
        return sig(self.h @ self.W2 + self.b2)


class Sound(Base):
    def train_step(self, X, y, lr=0.5):
        p = self.forward(X)
        d2 = (p - y) / len(X)
        d1 = d2 @ self.W2.T * self.h * (1 - self.h)
        self.W1 -= lr * X.T @ d1
        self.W2 -= lr * self.h.T @ d2
        self.b1 -= lr * d1.sum(axis=0, keepdims=True)
        self.b2 -= lr * d2.sum(axis=0, keepdims=True)


class ForgottenMean(Base):
    def train_step(self, X, y, lr=0.5):
        m = len(X)
        p = self.forward(X)
        d2 = p - y
        d1 = d2 @ self.W2.T * self.h * (1 - self.h)
        dW2 = self.h.T @ d2 / m
        db2 = d2.sum(axis=0, keepdims=True) / m
        dW1 = X.T @ d1
        db1 = d1.sum(axis=0, keepdims=True) / m
        self.W1 -= lr * dW1
        self.W2 -= lr * dW2
        self.b1 -= lr * db1
        self.b2 -= lr * db2


class WrongTranspose(Base):
    def __init__(self, n_x, n_y):
        Base.__init__(self, n_x, n_x, n_y)

    def train_step(self, X, y, lr=0.5):
        p = self.forward(X)
        d2 = (p - y) / len(X)
        d1 = d2 @ self.W2.T * self.h * (1 - self.h)
        self.W1 -= lr * (X.T @ d1).T
        self.W2 -= lr * self.h.T @ d2
        self.b1 -= lr * d1.sum(axis=0, keepdims=True)
        self.b2 -= lr * d2.sum(axis=0, keepdims=True)


class WrongSign(Base):
    def train_step(self, X, y, lr=0.5):
        p = self.forward(X)
        d2 = (p - y) / len(X)
        d1 = d2 @ self.W2.T * self.h * (1 - self.h)
        self.W1 -= lr * X.T @ d1
        self.W2 -= lr * self.h.T @ d2
        self.b1 -= lr * d1.sum(axis=0, keepdims=True)
        self.b2 += lr * d2.sum(axis=0, keepdims=True)


class WrongAxis(Base):
    def train_step(self, X, y, lr=0.5):
        p = self.forward(X)
        d2 = (p - y) / len(X)
        d1 = d2 @ self.W2.T * self.h * (1 - self.h)
        self.W1 -= lr * X.T @ d1
        self.W2 -= lr * self.h.T @ d2
        self.b1 -= lr * d1.mean(axis=0, keepdims=True)
        self.b2 -= lr * d2.sum(axis=0, keepdims=True)


class TooLate(Base):
    def train_step(self, X, y, lr=0.5):
        p = self.forward(X)
        d2 = (p - y) / len(X)
        self.W2 -= lr * self.h.T @ d2
        self.b2 -= lr * d2.sum(axis=0, keepdims=True)
        d1 = d2 @ self.W2.T * self.h * (1 - self.h)
        self.W1 -= lr * X.T @ d1
        self.b1 -= lr * d1.sum(axis=0, keepdims=True)


class MissingSlope(Base):
    def train_step(self, X, y, lr=0.5):
        p = self.forward(X)
        d2 = (p - y) / len(X)
        d1 = d2 @ self.W2.T
        self.W1 -= lr * X.T @ d1
        self.W2 -= lr * self.h.T @ d2
        self.b1 -= lr * d1.sum(axis=0, keepdims=True)
        self.b2 -= lr * d2.sum(axis=0, keepdims=True)


class OwnLossOfSquares(Base):
    """Its loss is the mean squared error, and its step is that of cross-entropy."""

    def loss(self, p, y):
        return np.mean((p - y) ** 2)

    def train_step(self, X, y, lr=0.5):
        p = self.forward(X)
        cost = self.loss(p, y)
        d2 = 2 * (p - y) / y.size
        d1 = d2 @ self.W2.T * self.h * (1 - self.h)
        self.W1 -= lr * X.T @ d1
        self.W2 -= lr * self.h.T @ d2
        self.b1 -= lr * d1.sum(axis=0, keepdims=True)
        self.b2 -= lr * d2.sum(axis=0, keepdims=True)
        return cost


class TwoLosses(Base):
    """The last layer's slope is that of cross-entropy, and what goes further back is that of squares."""

    def train_step(self, X, y, lr=0.5):
        p = self.forward(X)
        d2 = p - y
        d1 = (d2 * p * (1 - p)) @ self.W2.T * self.h * (1 - self.h)
        self.W1 -= lr * X.T @ d1
        self.W2 -= lr * self.h.T @ d2
        self.b1 -= lr * d1.sum(axis=0, keepdims=True)
        self.b2 -= lr * d2.sum(axis=0, keepdims=True)
