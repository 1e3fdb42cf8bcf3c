import numpy as np


def forward(X, W1, b1, W2, b2, W3, b3):
    A1 = np.maximum(0, W1 @ X + b1)
    A2 = np.maximum(0, W2 @ A1 + b2)
    A3 = 1 / (1 + np.exp(-(W3 @ A2 + b3)))
    return A1, A2, A3


def backward(X, Y, A1, A2, A3, W1, W2, W3):
    m = X.shape[1]
    dZ3 = A3 - Y
    dW3 = dZ3 @ A2.T / m
    db3 = dZ3.mean(axis=1, keepdims=True)
    dZ2 = W3.T @ dZ3 * (A2 > 0)
    dW2 = dZ2 @ A2.T / m
    db2 = dZ2.mean(axis=1, keepdims=True)
    dZ1 = W2.T @ dZ2 * (A1 > 0)
    dW1 = dZ1 @ X.T / m
    db1 = dZ1.mean(axis=1, keepdims=True)
    return dW1, db1, dW2, db2, dW3, db3


def fit(X, Y, W1, b1, W2, b2, W3, b3, lr=.1, epochs=100):
    for _ in range(epochs):
        A1, A2, A3 = forward(X, W1, b1, W2, b2, W3, b3)
        dW1, db1, dW2, db2, dW3, db3 = backward(X, Y, A1, A2, A3, W1, W2, W3)
        W1, b1, W2, b2, W3, b3 = W1 - lr * dW1, b1 - lr * db1, W2 - lr * dW2, b2 - lr * db2, W3 - lr * dW3, b3 - lr * db3
    return W1, b1, W2, b2, W3, b3
