#!/usr/bin/env python3
"""Dropout forward and backward for a network of L layers"""
import numpy as np


def dropout_forward_prop(X, weights, L, keep_prob):
    """returns the cache with A0 ... AL and the masks D1 ... D(L-1)"""
    cache = {"A0": X}
    for i in range(1, L + 1):
        Z = np.matmul(weights["W" + str(i)], cache["A" + str(i - 1)]) + weights["b" + str(i)]
        if i == L:
            t = np.exp(Z - np.max(Z, axis=0, keepdims=True))
            cache["A" + str(i)] = t / np.sum(t, axis=0, keepdims=True)
        else:
            A = np.tanh(Z)
            D = np.random.binomial(1, keep_prob, size=A.shape)
            cache["D" + str(i)] = D
            cache["A" + str(i)] = A * D / keep_prob
    return cache


def dropout_gradient_descent(Y, weights, cache, alpha, keep_prob, L):
    """updates weights in place"""
    m = Y.shape[1]
    dZ = cache["A" + str(L)] - Y
    for i in range(L, 0, -1):
        A_prev = cache["A" + str(i - 1)]
        W = weights["W" + str(i)]
        dW = np.matmul(dZ, A_prev.T) / m
        db = np.sum(dZ, axis=1, keepdims=True) / m
        if i > 1:
            D = cache["D" + str(i - 1)]
            dA = np.matmul(W.T, dZ) * D / keep_prob
            tanh = A_prev * keep_prob
            dZ = dA * (1 - tanh ** 2)
        weights["W" + str(i)] = W - alpha * dW
        weights["b" + str(i)] = weights["b" + str(i)] - alpha * db
