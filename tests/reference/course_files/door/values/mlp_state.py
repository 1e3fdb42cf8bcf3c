import numpy as np


class MLP:
    def __init__(self, n_in, n_hidden, n_out, seed=0):
        rs = np.random.RandomState(seed)
        self.params = {
            "W1": rs.randn(n_hidden, n_in) * 0.1, "b1": np.zeros((n_hidden, 1)),
            "W2": rs.randn(n_out, n_hidden) * 0.1, "b2": np.zeros((n_out, 1)),
        }
        self.grads = {}

    def forward(self, X):
        p = self.params
        self.X = X
        self.A1 = np.tanh(p["W1"] @ X + p["b1"])
        self.A2 = 1 / (1 + np.exp(-(p["W2"] @ self.A1 + p["b2"])))
        return self.A2

    def loss(self, Y):
        return -np.sum(Y * np.log(self.A2) + (1 - Y) * np.log(1 - self.A2)) / Y.shape[1]

    def backward(self, Y):
        m = Y.shape[1]
        dZ2 = self.A2 - Y
        self.grads["W2"] = dZ2 @ self.A1.T / m
        self.grads["b2"] = dZ2.sum(axis=1, keepdims=True) / m
        dZ1 = (self.params["W2"].T @ dZ2) * (1 - self.A1 ** 2)
        self.grads["W1"] = dZ1 @ self.X.T / m
        self.grads["b1"] = dZ1.sum(axis=1, keepdims=True) / m

    def step(self, lr):
        for k in self.params:
            self.params[k] -= lr * self.grads[k]
