# One hidden layer, everything by hand
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_prop(X, W1, b1, W2, b2):
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = sigmoid(Z2)
    return A1, A2


def calculate_cost(A2, Y):
    m = Y.shape[1]
    cost = -np.sum(np.multiply(Y, np.log(A2)) + np.multiply(1 - Y, np.log(1 - A2))) / m
    return np.squeeze(cost)


def back_prop(X, Y, A1, A2, W1, b1, W2, b2):
    m = X.shape[1]
    dZ2 = A2 - Y
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.multiply(np.dot(W2.T, dZ2), 1 - np.power(A1, 2))
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return dW1, db1, dW2, db2


def model(X, Y, n_h, steps, learning_rate):
    np.random.seed(2)
    W1, b1 = np.random.randn(n_h, X.shape[0]) * .1, np.zeros((n_h, 1))
    W2, b2 = np.random.randn(Y.shape[0], n_h) * .1, np.zeros((Y.shape[0], 1))
    for i in range(steps):
        A1, A2 = forward_prop(X, W1, b1, W2, b2)
        dW1, db1, dW2, db2 = back_prop(X, Y, A1, A2, W1, b1, W2, b2)
        W1 -= learning_rate * dW1
        b1 -= learning_rate * db1
        W2 -= learning_rate * dW2
        b2 -= learning_rate * db2
        if i % 100 == 0:
            print(i, calculate_cost(A2, Y))
    return W1, b1, W2, b2
