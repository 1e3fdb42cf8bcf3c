import numpy as np


def shapes(n, h):
    return [(h, n), (h, 1), (1, h), (1, 1)]


def cost_and_grad(theta, X, Y, h):
    n, m = X.shape
    W1 = theta[:h * n].reshape(h, n)
    b1 = theta[h * n:h * n + h].reshape(h, 1)
    W2 = theta[h * n + h:h * n + 2 * h].reshape(1, h)
    b2 = theta[h * n + 2 * h]
    A1 = 1 / (1 + np.exp(-(W1 @ X + b1)))
    A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))
    J = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
    dZ2 = (A2 - Y) / m
    dZ1 = W2.T @ dZ2 * A1 * (1 - A1)
    grad = np.concatenate([(dZ1 @ X.T).ravel(), (dZ2 @ A1.T).ravel(), dZ1.sum(axis=1), dZ2.sum(axis=1)])
    return J, grad
