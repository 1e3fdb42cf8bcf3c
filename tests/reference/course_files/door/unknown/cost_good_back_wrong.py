import numpy as np


def compute_cost(A2, Y):
    m = Y.shape[1]
    return -np.nansum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m


def feedforward(X, W1, b1, W2, b2):
    A1 = np.maximum(W1.dot(X) + b1, 0)
    A2 = 1 / (1 + np.exp(-W2.dot(A1) - b2))
    return A1, A2


def backprop(W2, A1, A2, X, Y):
    dZ2 = A2 - Y
    dW2 = dZ2.dot(A1.T)
    db2 = dZ2.sum(axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2)
    dW1 = dZ1.dot(X.T)
    db1 = dZ1.sum(axis=1, keepdims=True)
    return dW1, db1, dW2, db2
