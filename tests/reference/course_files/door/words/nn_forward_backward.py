"""A small net: input, hidden (sigmoid), output (sigmoid)."""
import numpy as np


def sigmoid(t):
    return 1.0 / (1.0 + np.exp(-t))


def nn_forward(X, params):
    z1 = np.dot(params['W1'], X) + params['b1']
    a1 = sigmoid(z1)
    z2 = np.dot(params['W2'], a1) + params['b2']
    a2 = sigmoid(z2)
    cache = {'Z1': z1, 'A1': a1, 'Z2': z2, 'A2': a2}
    return a2, cache


def nn_cost(A2, Y):
    m = Y.shape[1]
    return -1.0 / m * np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))


def nn_backward(X, Y, params, cache):
    m = X.shape[1]
    a1, a2 = cache['A1'], cache['A2']
    dz2 = a2 - Y
    dz1 = np.dot(params['W2'].T, dz2) * a1 * (1 - a1)
    grads = {
        'dW2': np.dot(dz2, a1.T) / m,
        'db2': np.sum(dz2, axis=1, keepdims=True) / m,
        'dW1': np.dot(dz1, X.T) / m,
        'db1': np.sum(dz1, axis=1, keepdims=True) / m,
    }
    return grads
