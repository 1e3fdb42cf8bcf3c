import numpy as np


def sigm(z):
    return 1 / (1 + np.exp(-z))


def fprop(x, weights, biases):
    """Activations of every layer, the input first."""
    activations = [x]
    for w, b in zip(weights, biases):
        activations.append(sigm(w @ activations[-1] + b))
    return activations


def xent(a, y):
    return -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)) / y.shape[1]


def bprop(activations, y, weights, biases):
    """Lists of gradients, in the order of weights and biases."""
    m = y.shape[1]
    dw, db = [None] * len(weights), [None] * len(biases)
    delta = (activations[-1] - y) / m
    for l in range(len(weights) - 1, -1, -1):
        dw[l] = delta @ activations[l].T
        db[l] = delta.sum(axis=1, keepdims=True)
        if l:
            delta = weights[l].T @ delta * activations[l] * (1 - activations[l])
    return dw, db
