import numpy as np


def l2_reg_cost(cost, lambtha, weights, L, m):
    """cost with the penalty on top"""
    penalty = 0
    for l in range(1, L + 1):
        penalty += np.linalg.norm(weights['W' + str(l)]) ** 2
    return cost + lambtha / (2 * m) * penalty


def l2_reg_gradient_descent(Y, weights, cache, alpha, lambtha, L):
    """weights are changed in place"""
    m = Y.shape[1]
    copy = weights.copy()
    for l in range(L, 0, -1):
        A = cache['A' + str(l)]
        if l == L:
            dz = A - Y
        else:
            dz = np.dot(copy['W' + str(l + 1)].T, dz) * (1 - A * A)
        dw = np.dot(dz, cache['A' + str(l - 1)].T) / m
        db = np.sum(dz, axis=1, keepdims=True) / m
        weights['W' + str(l)] = copy['W' + str(l)] - alpha * (dw + lambtha / m * copy['W' + str(l)])
        weights['b' + str(l)] = copy['b' + str(l)] - alpha * (db + lambtha / m * copy['b' + str(l)])
