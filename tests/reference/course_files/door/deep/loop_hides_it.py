# Everything that is not dW or db stays inside.
import numpy as np


def L_model_forward(X, parameters):
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L + 1):
        W = parameters["W" + str(l)]
        b = parameters["b" + str(l)]
        Z = np.dot(W, A) + b
        caches.append((A, W, b, Z))
        A = np.maximum(0, Z) if l < L else 1 / (1 + np.exp(-Z))
    return A, caches


def L_model_backward(AL, Y, caches):
    m = AL.shape[1]
    L = len(caches)
    grads = {}
    delta = AL - Y
    for l in range(L - 1, -1, -1):
        A_prev, W, b, Z = caches[l]
        grads["dW" + str(l + 1)] = delta.dot(A_prev.T) / m
        grads["db" + str(l + 1)] = delta.sum(axis=1, keepdims=True) / m
        if l == 0:
            break
        upstream = W.T.dot(delta)
        gate = caches[l - 1][3] > 0
        delta = upstream * gate / m
    return grads
