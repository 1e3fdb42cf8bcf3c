"""Other ways to say the same: global rates, bias columns, lists in place, examples one after the other, two outputs."""

import numpy as np

LEARNING_RATE = 0.05


def relu(x):
    return np.maximum(x, 0)


class BiasColumn:
    """The constant input is a column of ones that is appended."""

    def __init__(self, n_inputs, n_outputs):
        self.W = np.random.randn(n_inputs + 1, n_outputs) * 0.3

    def with_ones(self, X):
        return np.hstack([X, np.ones((X.shape[0], 1))])

    def train(self, X, y):
        Xb = self.with_ones(X)
        prediction = Xb @ self.W
        gradient = Xb.T @ (prediction - y) / X.shape[0]
        self.W -= LEARNING_RATE * gradient


class BiasColumnInFront:
    """The ones come first in one pass, and last in the other."""

    def __init__(self, n_inputs, n_outputs):
        self.W = np.random.randn(n_inputs + 1, n_outputs) * 0.3

    def train(self, X, y):
        ones = np.ones((X.shape[0], 1))
        prediction = np.hstack([ones, X]) @ self.W
        gradient = np.hstack([X, ones]).T @ (prediction - y) / X.shape[0]
        self.W -= LEARNING_RATE * gradient


class OneByOne:
    def __init__(self, n_in, n_hidden, n_out):
        self.wi = np.random.randn(n_hidden, n_in)
        self.wo = np.random.randn(n_out, n_hidden)

    def fit(self, X, Y, epochs=5, eta=0.1):
        for _ in range(epochs):
            for x, y in zip(X, Y):
                h = np.tanh(self.wi @ x)
                o = self.wo @ h
                e = o - y
                gh = (self.wo.T @ e) * (1 - h * h)
                self.wo -= eta * np.outer(e, h)
                self.wi -= eta * np.outer(gh, x)


class OneByOneOuterSwapped:
    def __init__(self, n):
        self.wi = np.random.randn(n, n)
        self.wo = np.random.randn(n, n)

    def fit(self, X, Y, epochs=5, eta=0.1):
        for _ in range(epochs):
            for x, y in zip(X, Y):
                h = np.tanh(self.wi @ x)
                o = self.wo @ h
                e = o - y
                gh = (self.wo.T @ e) * (1 - h * h)
                self.wo -= eta * np.outer(e, h)
                self.wi -= eta * np.outer(x, gh)


class MiniBatches:
    def __init__(self, sizes):
        self.W = [np.random.randn(a, b) / np.sqrt(a) for a, b in zip(sizes[:-1], sizes[1:])]
        self.b = [np.zeros(b) for b in sizes[1:]]

    def fit(self, X, Y, epochs=3, batch_size=32, lr=0.1):
        n = X.shape[0]
        for _ in range(epochs):
            order = np.random.permutation(n)
            for start in range(0, n, batch_size):
                xb, yb = X[order[start : start + batch_size]], Y[order[start : start + batch_size]]
                A = [xb]
                for W, b in zip(self.W[:-1], self.b[:-1]):
                    A.append(np.tanh(A[-1] @ W + b))
                out = A[-1] @ self.W[-1] + self.b[-1]
                delta = 2 * (out - yb) / yb.size
                for l in range(len(self.W) - 1, -1, -1):
                    gW, gb = A[l].T @ delta, delta.sum(axis=0)
                    delta = (delta @ self.W[l].T) * (1 - A[l] ** 2)
                    self.W[l] -= lr * gW
                    self.b[l] -= lr * gb


class MiniBatchesStale:
    """What goes further back goes through weights that are new already."""

    def __init__(self, sizes):
        self.W = [np.random.randn(a, b) / np.sqrt(a) for a, b in zip(sizes[:-1], sizes[1:])]

    def fit(self, X, Y, epochs=3, lr=0.1):
        for _ in range(epochs):
            A = [X]
            for W in self.W[:-1]:
                A.append(np.tanh(A[-1] @ W))
            out = A[-1] @ self.W[-1]
            delta = out - Y
            for l in range(len(self.W) - 1, -1, -1):
                gW = A[l].T @ delta
                self.W[l] -= lr * gW
                delta = (delta @ self.W[l].T) * (1 - A[l] ** 2)


class ReluAndMean:
    def __init__(self, d, h):
        self.params = {"W1": np.random.randn(d, h) * 0.5, "b1": np.zeros(h), "W2": np.random.randn(h, 1) * 0.5, "b2": np.zeros(1)}

    def loss_and_step(self, X, y, lr=0.1):
        p = self.params
        z = X @ p["W1"] + p["b1"]
        a = relu(z)
        out = a @ p["W2"] + p["b2"]
        loss = np.mean((out - y) ** 2)
        d_out = 2 * (out - y) / len(y)
        d_a = d_out @ p["W2"].T
        d_z = d_a * (z > 0)
        p["W2"] -= lr * a.T @ d_out
        p["b2"] -= lr * d_out.sum(axis=0)
        p["W1"] -= lr * X.T @ d_z
        p["b1"] -= lr * d_z.sum(axis=0)
        return loss


class ReluAndMeanOfActivation:
    """What is let through is told by the incoming values."""

    def __init__(self, d):
        self.params = {"W1": np.random.randn(d, d) * 0.5, "W2": np.random.randn(d, 1) * 0.5}

    def loss_and_step(self, X, y, lr=0.1):
        p = self.params
        z = X @ p["W1"]
        a = relu(z)
        out = a @ p["W2"]
        loss = np.mean((out - y) ** 2)
        d_out = 2 * (out - y) / len(y)
        d_z = (d_out @ p["W2"].T) * (X > 0)
        p["W2"] -= lr * a.T @ d_out
        p["W1"] -= lr * X.T @ d_z
        return loss
