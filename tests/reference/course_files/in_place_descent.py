import numpy as np


def l2_reg_gradient_descent(Y, weights, cache, alpha, lambtha, L):
    m = Y.shape[1]
    dz = cache["A" + str(L)] - Y
    for i in range(L, 0, -1):
        A = cache["A" + str(i - 1)]
        W = weights["W" + str(i)]
        dw = np.matmul(dz, A.T) / m + lambtha / m * W
        db = np.sum(dz, axis=1, keepdims=True) / m
        dz = np.matmul(W.T, dz) * (1 - A ** 2)
        weights["W" + str(i)] = W - alpha * dw
        weights["b" + str(i)] = weights["b" + str(i)] - alpha * db


def dropout_forward_prop(X, weights, L, keep_prob):
    cache = {"A0": X}
    for i in range(1, L + 1):
        Z = np.matmul(weights["W" + str(i)], cache["A" + str(i - 1)]) + weights["b" + str(i)]
        if i == L:
            t = np.exp(Z)
            cache["A" + str(i)] = t / np.sum(t, axis=0, keepdims=True)
        else:
            A = np.tanh(Z)
            D = np.random.binomial(1, keep_prob, size=A.shape)
            cache["D" + str(i)] = D
            cache["A" + str(i)] = A * D / keep_prob
    return cache


def dropout_gradient_descent(Y, weights, cache, alpha, keep_prob, L):
    m = Y.shape[1]
    dz = cache["A" + str(L)] - Y
    for i in range(L, 0, -1):
        A = cache["A" + str(i - 1)]
        W = weights["W" + str(i)]
        dw = np.matmul(dz, A.T) / m
        db = np.sum(dz, axis=1, keepdims=True) / m
        if i > 1:
            D = cache["D" + str(i - 1)]
            dz = np.matmul(W.T, dz) * D / keep_prob * (1 - (A * keep_prob) ** 2)
        weights["W" + str(i)] = W - alpha * dw
        weights["b" + str(i)] = weights["b" + str(i)] - alpha * db
