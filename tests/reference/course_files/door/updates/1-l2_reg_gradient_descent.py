#!/usr/bin/env python3
"""L2 in place"""

import numpy as np


def l2_reg_gradient_descent(Y, weights, cache, alpha, lambtha, L):
    """one step"""
    m = Y.shape[1]
    dZ = cache['A' + str(L)] - Y
    for layer in reversed(range(1, L + 1)):
        w_key = 'W' + str(layer)
        b_key = 'b' + str(layer)
        A_prev = cache['A' + str(layer - 1)]
        dW = (np.matmul(dZ, A_prev.T) + lambtha * weights[w_key]) / m
        db = np.sum(dZ, axis=1, keepdims=True) / m
        weights[w_key] -= alpha * dW
        weights[b_key] -= alpha * db
        dZ = np.matmul(weights[w_key].T, dZ) * (1 - np.square(A_prev))
