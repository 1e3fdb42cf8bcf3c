import numpy as np


def loss_and_grads(params, X, Y):
    """Regression net; loss = 1/(2m) sum (A2 - Y)^2."""
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    m = X.shape[1]

    A1 = np.tanh(np.dot(W1, X) + b1)
    A2 = np.dot(W2, A1) + b2
    error = A2 - Y
    loss = np.sum(error ** 2) / (2 * m)

    dA2 = error / m
    dZ1 = np.dot(W2.T, dA2) * (1 - A1 ** 2)
    grads = {"dW1": np.dot(dZ1, X.T), "db1": dZ1.sum(axis=1, keepdims=True),
             "dW2": np.dot(dA2, A1.T), "db2": dA2.sum(axis=1, keepdims=True)}
    return loss, grads


def descend(params, X, Y, lr=0.1, steps=1000):
    for _ in range(steps):
        loss, grads = loss_and_grads(params, X, Y)
        for name in params:
            params[name] = params[name] - lr * grads["d" + name]
    return params, loss
