import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def loss_and_gradients(X, Y, W1, b1, W2, b2):
    m = X.shape[1]
    A1 = sigmoid(np.dot(W1, X) + b1)
    A2 = sigmoid(np.dot(W2, A1) + b2)
    loss = 0.5 * np.sum((A2 - Y) ** 2) / m
    dZ2 = (A2 - Y) * A2 * (1 - A2) / m
    dW2 = np.dot(dZ2, A1.T)
    db2 = np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(W2.T, dZ2) * A1 * (1 - A1)
    dW1 = np.dot(dZ1, X.T)
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    return loss, dW1, db1, dW2, db2
