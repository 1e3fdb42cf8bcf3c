import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = (-1. / m) * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A), axis=1)
    dw = (1. / m) * np.dot(X, (A - Y).T)
    db = np.sum(A - Y)
    cost = np.squeeze(cost)
    return {"dw": dw, "db": db}, cost
