import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Network:
    def __init__(self, sizes):
        self.sizes = sizes
        self.weights = [np.random.randn(n, k) / np.sqrt(k) for k, n in zip(sizes, sizes[1:])]
        self.biases = [np.random.randn(n, 1) for n in sizes[1:]]

    def feedforward(self, a):
        for w, b in zip(self.weights, self.biases):
            a = sigmoid(w @ a + b)
        return a

    def cost(self, x, y):
        a = self.feedforward(x)
        return -np.sum(np.nan_to_num(y * np.log(a) + (1 - y) * np.log(1 - a))) / x.shape[1]

    def backprop(self, x, y):
        activations = [x]
        for w, b in zip(self.weights, self.biases):
            activations.append(sigmoid(w @ activations[-1] + b))
        nabla_w, nabla_b = [], []
        delta = (activations[-1] - y) / x.shape[1]
        for w, a in zip(reversed(self.weights), reversed(activations[:-1])):
            nabla_w.insert(0, delta @ a.T)
            nabla_b.insert(0, delta.sum(axis=1, keepdims=True))
            delta = (w.T @ delta) * a * (1 - a)
        return nabla_b, nabla_w
