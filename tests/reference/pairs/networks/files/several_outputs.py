import numpy as np


def squash(z):
    return 1 / (1 + np.exp(-z))


def learn(X, y, w, b, rate, rounds):
    """The bias of three outputs with the sum of all."""
    for _ in range(rounds):
        guess = squash(w @ X + b)
        slope = (guess - y) * guess * (1 - guess)
        w = w - rate * slope @ X.T
        b = b - rate * slope.sum()
    return w, b


def learn_each(X, y, w, b, rate, rounds):
    for _ in range(rounds):
        guess = squash(w @ X + b)
        slope = (guess - y) * guess * (1 - guess)
        w = w - rate * slope @ X.T
        b = b - rate * slope.sum(axis=1, keepdims=True)
    return w, b


X, y = np.random.rand(2, 4), np.random.rand(3, 4)
w, b = np.random.rand(3, 2), np.random.rand(3, 1)
learn(X, y, w, b, 0.01, 20)
learn_each(X, y, w, b, 0.01, 20)
