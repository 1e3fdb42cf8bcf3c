import numpy as np


def sigm(z):
    return 1 / (1 + np.exp(-z))


def fprop(x, weights, biases):
    activations = [x]
    for w, b in zip(weights, biases):
        z = np.dot(w, activations[-1]) + b
        activations.append(sigm(z))
    return activations


def xent(a, y):
    return -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)) / y.shape[1]


def bprop(activations, y, weights, biases):
    m = y.shape[1]
    dw = [np.zeros_like(w) for w in weights]
    db = [np.zeros_like(b) for b in biases]
    delta = (activations[-1] - y) / m
    for l in reversed(range(len(weights))):
        dw[l] += np.dot(delta, activations[l].T)
        db[l] += delta.sum(axis=1, keepdims=True)
        if l > 0:
            a = activations[max(l - 1, 1)]
            delta = np.dot(weights[l].T, delta) * a * (1 - a)
    return dw, db
