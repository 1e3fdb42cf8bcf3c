"""Small networks of a tutorial's kind: everything in one loop, no rate, the error is what was wanted minus what came."""

import numpy as np


def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


class TinyNet:
    def __init__(self):
        np.random.seed(1)
        self.syn0 = 2 * np.random.random((3, 4)) - 1
        self.syn1 = 2 * np.random.random((4, 1)) - 1

    def think(self, inputs):
        return nonlin(np.dot(nonlin(np.dot(inputs, self.syn0)), self.syn1))

    def train(self, X, y, iterations):
        for _ in range(iterations):
            l1 = nonlin(np.dot(X, self.syn0))
            l2 = nonlin(np.dot(l1, self.syn1))
            l2_error = y - l2
            l2_delta = l2_error * nonlin(l2, deriv=True)
            l1_error = l2_delta.dot(self.syn1.T)
            l1_delta = l1_error * nonlin(l1, deriv=True)
            self.syn1 += l1.T.dot(l2_delta)
            self.syn0 += X.T.dot(l1_delta)


class TinyNetTooLate:
    """The second layer is changed before the error goes back through it."""

    def __init__(self):
        np.random.seed(1)
        self.syn0 = 2 * np.random.random((3, 4)) - 1
        self.syn1 = 2 * np.random.random((4, 1)) - 1

    def train(self, X, y, iterations):
        for _ in range(iterations):
            l1 = nonlin(np.dot(X, self.syn0))
            l2 = nonlin(np.dot(l1, self.syn1))
            l2_delta = (y - l2) * nonlin(l2, deriv=True)
            self.syn1 += l1.T.dot(l2_delta)
            l1_delta = l2_delta.dot(self.syn1.T) * nonlin(l1, deriv=True)
            self.syn0 += X.T.dot(l1_delta)


class Neuron:
    def __init__(self, n):
        self.weights = 2 * np.random.random((n, 1)) - 1

    def think(self, inputs):
        return nonlin(np.dot(inputs, self.weights))

    def train(self, inputs, outputs, number_of_iterations):
        for iteration in range(number_of_iterations):
            output = self.think(inputs)
            error = outputs - output
            self.weights += np.dot(inputs.T, error * nonlin(output, True))
