"""Gradients are kept and applied by another method; deep networks in dictionaries and lists."""

import numpy as np


class Deep:
    def __init__(self, layer_dims):
        self.params = {}
        self.L = len(layer_dims) - 1
        for l in range(1, len(layer_dims)):
            self.params["W" + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1])
            self.params["b" + str(l)] = np.zeros((layer_dims[l], 1))
        self.grads = {}

    def forward(self, X):
        self.cache = {"A0": X}
        A = X
        for l in range(1, self.L + 1):
            Z = self.params["W" + str(l)] @ A + self.params["b" + str(l)]
            A = np.tanh(Z) if l < self.L else 1 / (1 + np.exp(-Z))
            self.cache["A" + str(l)] = A
        return A

    def compute_cost(self, AL, Y):
        m = Y.shape[1]
        return -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m

    def back_pass(self, AL, Y):
        m = Y.shape[1]
        dZ = AL - Y
        for l in reversed(range(1, self.L + 1)):
            self.grads["dW" + str(l)] = dZ @ self.cache["A" + str(l - 1)].T / m
            self.grads["db" + str(l)] = dZ.sum(axis=1, keepdims=True) / m
            if l > 1:
                A = self.cache["A" + str(l - 1)]
                dZ = self.params["W" + str(l)].T @ dZ * (1 - A**2)

    def update(self, lr):
        for key in self.params:
            self.params[key] -= lr * self.grads["d" + key]

    def fit(self, X, Y, epochs=10, lr=0.01):
        costs = []
        for _ in range(epochs):
            AL = self.forward(X)
            costs.append(self.compute_cost(AL, Y))
            self.back_pass(AL, Y)
            self.update(lr)
        return costs


class DeepWithoutSlope(Deep):
    def back_pass(self, AL, Y):
        m = Y.shape[1]
        dZ = AL - Y
        for l in reversed(range(1, self.L + 1)):
            self.grads["dW" + str(l)] = dZ @ self.cache["A" + str(l - 1)].T / m
            self.grads["db" + str(l)] = dZ.sum(axis=1, keepdims=True) / m
            if l > 1:
                A = self.cache["A" + str(l - 1)]
                dZ = self.params["W" + str(l)].T @ dZ * (1 - A)

    def fit(self, X, Y, epochs=10, lr=0.01):
        for _ in range(epochs):
            AL = self.forward(X)
            print(self.compute_cost(AL, Y))
            self.back_pass(AL, Y)
            self.update(lr)


class Autoencoder:
    def __init__(self, n_visible, n_hidden):
        self.W = np.random.randn(n_visible, n_hidden) * 0.1
        self.V = np.random.randn(n_hidden, n_visible) * 0.1

    def train(self, x, lr):
        code = np.tanh(x @ self.W)
        back = code @ self.V
        error = back - x
        dV = code.T @ error
        dW = x.T @ (error @ self.V.T * (1 - code**2))
        self.V -= lr * dV
        self.W -= lr * dW
        return 0.5 * np.sum(error**2)


class TiedAutoencoder:
    """One matrix both ways, and only one of its two gradients."""

    def __init__(self, n_visible, n_hidden):
        self.W = np.random.randn(n_visible, n_hidden) * 0.1

    def train(self, x, lr):
        code = np.tanh(x @ self.W)
        back = code @ self.W.T
        error = back - x
        loss = 0.5 * np.sum(error**2)
        self.W -= lr * x.T @ (error @ self.W * (1 - code**2))
        return loss
