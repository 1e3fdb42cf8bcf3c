"""Neurons with weights that are numbers, one example after the other; plain Python lists of neurons."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def deriv_sigmoid(x):
    fx = sigmoid(x)
    return fx * (1 - fx)


def mse_loss(y_true, y_pred):
    return ((y_true - y_pred) ** 2).mean()


class ThreeNeurons:
    def __init__(self):
        self.w1 = np.random.normal()
        self.w2 = np.random.normal()
        self.w3 = np.random.normal()
        self.w4 = np.random.normal()
        self.w5 = np.random.normal()
        self.w6 = np.random.normal()
        self.b1 = np.random.normal()
        self.b2 = np.random.normal()
        self.b3 = np.random.normal()

    def feedforward(self, x):
        h1 = sigmoid(self.w1 * x[0] + self.w2 * x[1] + self.b1)
        h2 = sigmoid(self.w3 * x[0] + self.w4 * x[1] + self.b2)
        return sigmoid(self.w5 * h1 + self.w6 * h2 + self.b3)

    def train(self, data, all_y_trues):
        learn_rate = 0.1
        epochs = 1000
        for epoch in range(epochs):
            for x, y_true in zip(data, all_y_trues):
                sum_h1 = self.w1 * x[0] + self.w2 * x[1] + self.b1
                h1 = sigmoid(sum_h1)
                sum_h2 = self.w3 * x[0] + self.w4 * x[1] + self.b2
                h2 = sigmoid(sum_h2)
                sum_o1 = self.w5 * h1 + self.w6 * h2 + self.b3
                y_pred = sigmoid(sum_o1)
                slope = -2 * (y_true - y_pred)
                d_w5 = h1 * deriv_sigmoid(sum_o1)
                d_w6 = h2 * deriv_sigmoid(sum_o1)
                d_b3 = deriv_sigmoid(sum_o1)
                d_h1 = self.w5 * deriv_sigmoid(sum_o1)
                d_h2 = self.w6 * deriv_sigmoid(sum_o1)
                self.w1 -= learn_rate * slope * d_h1 * x[0] * deriv_sigmoid(sum_h1)
                self.w2 -= learn_rate * slope * d_h1 * x[1] * deriv_sigmoid(sum_h1)
                self.b1 -= learn_rate * slope * d_h1 * deriv_sigmoid(sum_h1)
                self.w3 -= learn_rate * slope * d_h2 * x[0] * deriv_sigmoid(sum_h2)
                self.w4 -= learn_rate * slope * d_h2 * x[1] * deriv_sigmoid(sum_h2)
                self.b2 -= learn_rate * slope * d_h2 * deriv_sigmoid(sum_h2)
                self.w5 -= learn_rate * slope * d_w5
                self.w6 -= learn_rate * slope * d_w6
                self.b3 -= learn_rate * slope * d_b3
            if epoch % 10 == 0:
                y_preds = np.apply_along_axis(self.feedforward, 1, data)
                print(epoch, mse_loss(all_y_trues, y_preds))


class Adaline:
    def __init__(self, eta=0.01, n_iter=50):
        self.eta = eta
        self.n_iter = n_iter

    def net_input(self, X):
        return np.dot(X, self.w_[1:]) + self.w_[0]

    def fit(self, X, y):
        self.w_ = np.zeros(1 + X.shape[1])
        self.cost_ = []
        for _ in range(self.n_iter):
            output = self.net_input(X)
            errors = y - output
            self.w_[1:] += self.eta * X.T.dot(errors)
            self.w_[0] += self.eta * errors.sum()
            cost = (errors**2).sum() / 2.0
            self.cost_.append(cost)
        return self


class AdalineDoubled:
    """A step twice as long as its cost has it."""

    def __init__(self, eta=0.01, n_iter=50):
        self.eta = eta
        self.n_iter = n_iter

    def fit(self, X, y):
        self.w_ = np.zeros(X.shape[1])
        for _ in range(self.n_iter):
            errors = y - np.dot(X, self.w_)
            cost = (errors**2).sum() / 2.0
            self.w_ += self.eta * 2 * X.T.dot(errors)
        return cost


class RidgeByDescent:
    def __init__(self, lr=0.1, n_iters=100, lam=0.5):
        self.lr, self.n_iters, self.lam = lr, n_iters, lam

    def fit(self, X, y):
        n, d = X.shape
        self.theta = np.zeros(d)
        for _ in range(self.n_iters):
            residual = X @ self.theta - y
            gradient = 2 / n * (X.T @ residual) + 2 * self.lam * self.theta
            self.theta = self.theta - self.lr * gradient
        return self


class HingeMachine:
    def __init__(self, lr=0.01, lam=0.25):
        self.lr, self.lam = lr, lam

    def fit(self, X, y, epochs=5):
        n, d = X.shape
        self.w = np.zeros(d)
        self.b = 0.0
        for _ in range(epochs):
            margin = y * (X @ self.w + self.b)
            loss = np.maximum(0, 1 - margin).mean() + self.lam * np.sum(self.w**2)
            active = margin < 1
            dw = -(X[active] * y[active, None]).sum(axis=0) / n + 2 * self.lam * self.w
            db = -y[active].sum() / n
            self.w -= self.lr * dw
            self.b -= self.lr * db
        return loss
