#!/usr/bin/env python3
"""Module with the dropout gradient descent"""
import numpy as np


def dropout_gradient_descent(Y, weights, cache, alpha, keep_prob, L):
    """Updates the weights of a network with dropout (tanh hidden layers, softmax output)"""
    m = Y.shape[1]
    for i in range(L, 0, -1):
        A = cache["A{}".format(i)]
        A_prev = cache["A{}".format(i - 1)]
        if i == L:
            dZ = A - Y
        else:
            dZ = dA * (1 - A ** 2)
        dW = np.matmul(dZ, A_prev.T) / m
        db = np.sum(dZ, axis=1, keepdims=True) / m
        if i > 1:
            dA = np.matmul(weights["W{}".format(i)].T, dZ)
            dA = dA * cache["D{}".format(i - 1)] / keep_prob
        weights["W{}".format(i)] = weights["W{}".format(i)] - alpha * dW
        weights["b{}".format(i)] = weights["b{}".format(i)] - alpha * db
