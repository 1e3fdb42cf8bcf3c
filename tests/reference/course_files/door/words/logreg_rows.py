import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def cost_function(theta, X, y):
    m = len(y)
    h = sigmoid(X @ theta)
    return -(y @ np.log(h) + (1 - y) @ np.log(1 - h)) / m


def gradient(theta, X, y):
    m = len(y)
    return X.T @ (sigmoid(X @ theta) - y) / m


def train(X, y, alpha=0.1, steps=500):
    theta = np.zeros(X.shape[1])
    for _ in range(steps):
        theta = theta - alpha * gradient(theta, X, y)
    return theta
