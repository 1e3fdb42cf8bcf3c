import numpy as np


def forward_dropout(X, parameters, keep_prob):
    L = len(parameters) // 2
    A, caches = X, []
    for l in range(1, L + 1):
        W, b = parameters["W" + str(l)], parameters["b" + str(l)]
        Z = np.dot(W, A) + b
        A_prev, D = A, None
        if l < L:
            A = np.maximum(0, Z)
            D = np.random.rand(A.shape[0], A.shape[1]) < keep_prob
            A = A * D / keep_prob
        else:
            A = 1 / (1 + np.exp(-Z))
        caches.append((A_prev, W, b, Z, D))
    return A, caches


def backward_dropout(AL, Y, caches, keep_prob):
    m = Y.shape[1]
    grads = {}
    dZ = AL - Y
    for l in reversed(range(len(caches))):
        A_prev, W, b, Z, D = caches[l]
        grads["dW" + str(l + 1)] = np.dot(dZ, A_prev.T) / m
        grads["db" + str(l + 1)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 0:
            _, _, _, Z_below, D_below = caches[l - 1]
            dA = np.dot(W.T, dZ) * D_below / keep_prob
            dZ = dA * (Z_below > 0)
    return grads
