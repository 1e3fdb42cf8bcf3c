import numpy as np


def squash(z):
    return 1 / (1 + np.exp(-z))


def answer(X, w, b):
    return squash(w @ X + b)


def off(guess, y):
    return guess - y


def learn(X, y, w, b, rate, rounds):
    for _ in range(rounds):
        guess = answer(X, w, b)
        slope = off(guess, y) * guess * (1 - guess)
        w = w - rate * slope @ X.T
        b = b - rate * slope.sum()
    return w, b


def learn_the_mean(X, y, w, b, rate, rounds):
    """The bias with the mean over the examples, the weights with their sum."""
    for _ in range(rounds):
        guess = answer(X, w, b)
        slope = off(guess, y) * guess * (1 - guess)
        w = w - rate * slope @ X.T
        b = b - rate * slope.mean()
    return w, b


def learn_a_column(X, y, weights, bias, rate, rounds):
    bias = 0.0
    for _ in range(rounds):
        guess = X @ weights + bias
        slope = (guess - y) / len(X)
        weights = weights - rate * X.T @ slope
        bias = bias - rate * np.sum(slope)
    return weights, bias


X = np.array([[1, 1, 0, 0], [1, 0, 1, 0]])
y = np.array([1, 1, 1, 0])
learn(X, y, np.random.rand(1, 2), np.random.rand(1), 0.01, 20)
learn_the_mean(X, y, np.random.rand(1, 2), np.random.rand(1), 0.01, 20)
