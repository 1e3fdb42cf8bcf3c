"""Linear and logistic regression that fit themselves: zeros first, then a loop."""

import numpy as np


class LinearModel:
    def __init__(self, learning_rate=0.01, n_iters=1000):
        self.lr = learning_rate
        self.n_iters = n_iters
        self.weights = None
        self.bias = None

    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights = np.zeros(n_features)
        self.bias = 0
        for _ in range(self.n_iters):
            y_pred = np.dot(X, self.weights) + self.bias
            dw = (1 / n_samples) * np.dot(X.T, (y_pred - y))
            db = (1 / n_samples) * np.sum(y_pred - y)
            self.weights -= self.lr * dw
            self.bias -= self.lr * db


class LinearModelOneMean:
    """The slope of the bias is summed, that of the weights is averaged."""

    def __init__(self, lr=0.01, n_iters=1000):
        self.lr = lr
        self.n_iters = n_iters

    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights = np.zeros(n_features)
        self.bias = 0.0
        self.cost_history = []
        for _ in range(self.n_iters):
            y_pred = np.dot(X, self.weights) + self.bias
            self.cost_history.append(np.mean((y_pred - y) ** 2) / 2)
            dw = (1 / n_samples) * np.dot(X.T, (y_pred - y))
            db = np.sum(y_pred - y)
            self.weights -= self.lr * dw
            self.bias -= self.lr * db


class LogisticModel:
    def __init__(self, lr=0.1, epochs=100):
        self.lr = lr
        self.epochs = epochs

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def fit(self, X, y):
        m, n = X.shape
        self.w = np.zeros((n, 1))
        self.b = 0
        y = y.reshape(-1, 1)
        for epoch in range(self.epochs):
            a = self.sigmoid(X @ self.w + self.b)
            loss = -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
            dz = a - y
            dw = X.T @ dz / m
            db = np.sum(dz) / m
            self.w = self.w - self.lr * dw
            self.b = self.b - self.lr * db
            if epoch % 10 == 0:
                print(epoch, loss)


class Perceptron:
    """Its output is a step: no derivative, and none is meant."""

    def __init__(self, learning_rate=0.1, n_iters=50):
        self.lr = learning_rate
        self.n_iters = n_iters

    def fit(self, X, y):
        self.weights = np.zeros(X.shape[1])
        self.bias = 0.0
        for _ in range(self.n_iters):
            for idx, x_i in enumerate(X):
                y_predicted = np.where(np.dot(x_i, self.weights) + self.bias >= 0, 1, 0)
                update = self.lr * (y[idx] - y_predicted)
                self.weights += update * x_i
                self.bias += update
