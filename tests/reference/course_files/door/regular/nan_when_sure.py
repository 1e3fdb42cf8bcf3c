import numpy as np
from init_utils import sigmoid, relu


def forward_propagation(X, parameters):
    W1, b1, W2, b2, W3, b3 = (parameters[n] for n in "W1 b1 W2 b2 W3 b3".split())
    z1 = W1 @ X + b1
    a1 = relu(z1)
    z2 = W2 @ a1 + b2
    a2 = relu(z2)
    z3 = W3 @ a2 + b3
    a3 = sigmoid(z3)
    return a3, (z1, a1, W1, b1, z2, a2, W2, b2, z3, a3, W3, b3)


def compute_cost(a3, Y):
    m = Y.shape[1]
    logprobs = np.multiply(-np.log(a3), Y) + np.multiply(-np.log(1 - a3), 1 - Y)
    return 1. / m * np.sum(logprobs)


def backward_propagation(X, Y, cache):
    m = X.shape[1]
    (z1, a1, W1, b1, z2, a2, W2, b2, z3, a3, W3, b3) = cache
    dz3 = a3 - Y
    dW3 = 1. / m * np.dot(dz3, a2.T)
    db3 = 1. / m * np.sum(dz3, axis=1, keepdims=True)
    da2 = np.dot(W3.T, dz3)
    dz2 = np.multiply(da2, np.int64(a2 > 0))
    dW2 = 1. / m * np.dot(dz2, a1.T)
    db2 = 1. / m * np.sum(dz2, axis=1, keepdims=True)
    da1 = np.dot(W2.T, dz2)
    dz1 = np.multiply(da1, np.int64(a1 > 0))
    dW1 = 1. / m * np.dot(dz1, X.T)
    db1 = 1. / m * np.sum(dz1, axis=1, keepdims=True)
    return {"dZ3": dz3, "dW3": dW3, "db3": db3, "dA2": da2, "dZ2": dz2, "dW2": dW2, "db2": db2,
            "dA1": da1, "dZ1": dz1, "dW1": dW1, "db1": db1}
