#!/usr/bin/env python3
"""L2: cost and gradient descent"""
import numpy as np


def l2_reg_cost(cost, lambtha, weights, L, m):
    """adds the penalty to cost"""
    total = 0
    for i in range(1, L + 1):
        total += np.sum(weights["W" + str(i)] ** 2)
    return cost + lambtha * total / (2 * m)


def l2_reg_gradient_descent(Y, weights, cache, alpha, lambtha, L):
    """changes weights in place"""
    m = Y.shape[1]
    steps = {}
    dZ = cache["A" + str(L)] - Y
    for i in range(L, 0, -1):
        steps["W" + str(i)] = (dZ @ cache["A" + str(i - 1)].T + lambtha * weights["W" + str(i)]) / m
        steps["b" + str(i)] = np.mean(dZ, axis=1, keepdims=True)
        if i > 1:
            dZ = weights["W" + str(i)].T @ dZ * (1 - cache["A" + str(i - 1)] ** 2)
    for name, step in steps.items():
        weights[name] -= alpha * step
