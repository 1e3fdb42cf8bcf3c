"""Layers that are handed the layer before them: arrays and gradients lie in buffers that two layers share."""
import numpy as np


class Buffer:
    def __init__(self, data):
        self.data = data
        self.diff = np.zeros(data.shape)

    @property
    def shape(self):
        return self.data.shape


class Feed:
    def __init__(self, rows, columns):
        self.out = Buffer(np.zeros((rows, columns)))


class Dense:
    def __init__(self, before, n_out):
        self.inp = before.out
        n_in = self.inp.shape[1]
        self.weights = Buffer(0.1 * np.random.randn(n_in, n_out))
        self.bias = Buffer(np.zeros(n_out))
        self.out = Buffer(np.zeros((self.inp.shape[0], n_out)))

    def forward(self):
        self.out.data = self.inp.data @ self.weights.data + self.bias.data

    def backward(self):
        self.inp.diff += self.out.diff @ self.weights.data.T
        self.weights.diff += self.inp.data.T @ self.out.diff
        self.bias.diff += self.out.diff.sum(axis=0)


class DenseHalved:
    """The gradient of what comes in is half of what it should be."""

    def __init__(self, before, n_out):
        self.inp = before.out
        self.weights = Buffer(0.1 * np.random.randn(self.inp.shape[1], n_out))
        self.out = Buffer(np.zeros((self.inp.shape[0], n_out)))

    def forward(self):
        self.out.data = self.inp.data @ self.weights.data

    def backward(self):
        self.inp.diff += 0.5 * self.out.diff @ self.weights.data.T
        self.weights.diff += self.inp.data.T @ self.out.diff


class Add:
    def __init__(self, left, right):
        self.left, self.right = left.out, right.out
        self.out = Buffer(np.zeros(self.left.shape))

    def forward(self):
        self.out.data = self.left.data + 2.0 * self.right.data

    def backward(self):
        self.left.diff += self.out.diff
        self.right.diff += 2.0 * self.out.diff


class Rectify:
    """Keeps the layer itself, and reads through it."""

    def __init__(self, previous):
        self.previous = previous
        self.output = None
        self.grad = None

    def forward(self):
        self.output = np.maximum(self.previous.output, 0.0)

    def backward(self):
        self.previous.grad = self.grad * (self.previous.output > 0)


class RectifyTwice:
    def __init__(self, previous):
        self.previous = previous
        self.output = None
        self.grad = None

    def forward(self):
        self.output = np.maximum(self.previous.output, 0.0)

    def backward(self):
        self.previous.grad = self.grad * (self.previous.output > 0) * self.previous.output


class Loss:
    def __init__(self, scores_layer, labels_layer):
        self.scores = scores_layer.out
        self.labels = labels_layer.out
        self.probabilities = Buffer(np.zeros(self.scores.shape))
        self.loss = 0.0

    def forward(self):
        e = np.exp(self.scores.data - self.scores.data.max(axis=1, keepdims=True))
        self.probabilities.data = e / e.sum(axis=1, keepdims=True)
        self.loss = -np.sum(self.labels.data * np.log(self.probabilities.data)) / len(e)

    def backward(self):
        total = self.labels.data.sum(axis=1, keepdims=True)
        self.scores.diff += (total * self.probabilities.data - self.labels.data) / self.scores.shape[0]


class Chained:
    """Is wired after it is made."""

    def __init__(self):
        self.prev_layer = None
        self.next_layer = None

    def connect(self, layer):
        self.prev_layer = layer
        layer.next_layer = self

    def forward(self):
        self.output = np.tanh(self.prev_layer.output)

    def backward(self):
        self.delta = self.next_layer.delta * (1.0 - self.output ** 2)
        return self.delta
