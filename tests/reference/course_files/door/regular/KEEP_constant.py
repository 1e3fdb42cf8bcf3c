import numpy as np

KEEP = 0.75
rng = np.random.RandomState(0)


def forward_propagation_with_dropout(X, parameters):
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    W3, b3 = parameters["W3"], parameters["b3"]
    Z1 = W1 @ X + b1
    D1 = rng.rand(*Z1.shape) < KEEP
    A1 = np.maximum(Z1, 0) * D1 / KEEP
    Z2 = W2 @ A1 + b2
    D2 = rng.rand(*Z2.shape) < KEEP
    A2 = np.maximum(Z2, 0) * D2 / KEEP
    Z3 = W3 @ A2 + b3
    A3 = 1 / (1 + np.exp(-Z3))
    cache = (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)
    return A3, cache


def backward_propagation_with_dropout(X, Y, cache):
    m = X.shape[1]
    Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3 = cache
    grads = {}
    grads["dZ3"] = A3 - Y
    grads["dW3"] = grads["dZ3"] @ A2.T / m
    grads["db3"] = grads["dZ3"].sum(axis=1, keepdims=True) / m
    grads["dA2"] = W3.T @ grads["dZ3"] * D2 / KEEP
    grads["dZ2"] = grads["dA2"] * (Z2 > 0)
    grads["dW2"] = grads["dZ2"] @ A1.T / m
    grads["db2"] = grads["dZ2"].sum(axis=1, keepdims=True) / m
    grads["dA1"] = W2.T @ grads["dZ2"] * D1 / KEEP
    grads["dZ1"] = grads["dA1"] * (Z1 > 0)
    grads["dW1"] = grads["dZ1"] @ X.T / m
    grads["db1"] = grads["dZ1"].sum(axis=1, keepdims=True) / m
    return grads
