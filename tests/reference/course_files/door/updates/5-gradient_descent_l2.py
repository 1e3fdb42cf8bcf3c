#!/usr/bin/env python3
"""Gradient descent with L2 regularization"""
import numpy as np


def l2_reg_gradient_descent(Y, weights, cache, alpha, lambtha, L):
    """
    Updates the weights and biases of a network in place

    Y: one-hot labels, (classes, m)
    weights: dictionary of W1, b1, ...
    cache: dictionary of the outputs A0, A1, ... of each layer
    alpha: the learning rate
    lambtha: the L2 parameter
    L: the number of layers
    """
    m = Y.shape[1]
    dZ = cache["A{}".format(L)] - Y
    for i in range(L, 0, -1):
        A_prev = cache["A{}".format(i - 1)]
        W = weights["W{}".format(i)]
        dW = np.matmul(dZ, A_prev.T) / m + lambtha / m * W
        db = np.sum(dZ, axis=1, keepdims=True) / m
        dZ = np.matmul(W.T, dZ) * (1 - A_prev ** 2)
        weights["W{}".format(i)] = W - alpha * dW
        weights["b{}".format(i)] = weights["b{}".format(i)] - alpha * db
