import numpy as np


def nonlin(x):
    return 1 / (1 + np.exp(-x))


def predict(X, w0, w1):
    l1 = nonlin(X.dot(w0))
    l2 = nonlin(l1.dot(w1))
    return l1, l2


def half_squares(l2, y):
    return 0.5 * np.sum((l2 - y) ** 2)


def gradients(X, y, w0, w1):
    """gradient of half_squares for w0 and w1"""
    l1, l2 = predict(X, w0, w1)
    l2_delta = (l2 - y) * l2 * (1 - l2)
    l1_delta = l2_delta.dot(w1.T) * l1 * (1 - l1)
    return X.T.dot(l1_delta), l1.T.dot(l2_delta)
