import numpy as np
from numpy import exp, log, dot, sum as total


def L_model_foward(X, parameters):
    A, caches = X, []
    L = len(parameters) // 2
    for l in range(1, L + 1):
        W, b = parameters["W" + str(l)], parameters["b" + str(l)]
        Z = dot(W, A) + b
        caches.append((A, W, Z))
        A = 1 / (1 + exp(-Z)) if l == L else Z.clip(0)
    return A, caches


def L_model_backward(AL, Y, caches):
    m = Y.shape[1]
    grads = {}
    dZ = AL - Y
    for l in reversed(range(1, len(caches) + 1)):
        A_prev, W, Z = caches[l - 1]
        grads["dW" + str(l)] = dot(dZ, A_prev.T) / m
        grads["db" + str(l)] = total(dZ, axis=0, keepdims=True).T / m
        dZ = dot(W.T, dZ) * (A_prev > 0)
    return grads
