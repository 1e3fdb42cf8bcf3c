import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def L_model_forward(X, parameters):
    L = len(parameters) // 2
    A = X
    caches = []
    for l in range(1, L + 1):
        W = parameters["W" + str(l)]
        b = parameters["b" + str(l)]
        A_prev = A
        Z = np.dot(W, A_prev) + b
        A = np.tanh(Z) if l < L else sigmoid(Z)
        caches.append({"A_prev": A_prev, "W": W, "Z": Z, "A": A})
    return A, caches


def compute_cost(AL, Y):
    m = Y.shape[1]
    return np.squeeze(-np.nansum(np.log(AL) * Y + np.log(1 - AL) * (1 - Y)) / m)


def L_model_backward(AL, Y, caches):
    m = Y.shape[1]
    L = len(caches)
    grads = {}
    dZ = AL - Y
    for l in range(L, 0, -1):
        cache = caches[l - 1]
        grads["dW" + str(l)] = np.dot(dZ, cache["A_prev"].T) / m
        grads["db" + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            grads["dA" + str(l - 1)] = np.dot(cache["W"].T, dZ)
            dZ = grads["dA" + str(l - 1)] * (1 - cache["A_prev"] ** 2)
    return grads
