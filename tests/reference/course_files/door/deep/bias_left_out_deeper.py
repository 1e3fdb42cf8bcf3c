import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def L_model_forward(X, parameters):
    L = len(parameters) // 2
    caches = []
    Z = np.dot(parameters["W1"], X) + parameters["b1"]
    caches.append(((X, parameters["W1"], parameters["b1"]), Z))
    for l in range(2, L):
        A = np.maximum(0, Z)
        Z = np.dot(parameters["W" + str(l)], A)
        caches.append(((A, parameters["W" + str(l)], parameters["b" + str(l)]), Z))
    if L > 1:
        A = np.maximum(0, Z)
        Z = np.dot(parameters["W" + str(L)], A) + parameters["b" + str(L)]
        caches.append(((A, parameters["W" + str(L)], parameters["b" + str(L)]), Z))
    return sigmoid(Z), caches


def L_model_backward(AL, Y, caches):
    m = Y.shape[1]
    grads = {}
    dZ = AL - Y
    for l in range(len(caches), 0, -1):
        (A_prev, W, b), _ = caches[l - 1]
        grads["dW" + str(l)] = np.dot(dZ, A_prev.T) / m
        grads["db" + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            dZ = np.dot(W.T, dZ) * (caches[l - 2][1] > 0)
    return grads
