import numpy as np


def dropout_forward_prop(X, weights, L, keep_prob):
    cache = {}
    cache['A0'] = X
    for layer in range(L):
        W = weights['W{}'.format(layer + 1)]
        b = weights['b{}'.format(layer + 1)]
        Z = W @ cache['A{}'.format(layer)] + b
        if layer < L - 1:
            drop = (np.random.rand(*Z.shape) < keep_prob).astype(int)
            cache['D{}'.format(layer + 1)] = drop
            cache['A{}'.format(layer + 1)] = np.tanh(Z) * drop / keep_prob
        else:
            exp = np.exp(Z)
            cache['A{}'.format(layer + 1)] = exp / exp.sum(axis=0, keepdims=True)
    return cache


def dropout_gradient_descent(Y, weights, cache, alpha, keep_prob, L):
    m = Y.shape[1]
    old = {k: v.copy() for k, v in weights.items()}
    dz = cache['A{}'.format(L)] - Y
    for layer in range(L, 0, -1):
        a = cache['A{}'.format(layer - 1)]
        weights['W{}'.format(layer)] -= alpha * (dz @ a.T) / m
        weights['b{}'.format(layer)] -= alpha * dz.sum(axis=1, keepdims=True) / m
        if layer > 1:
            da = old['W{}'.format(layer)].T @ dz
            da = da * cache['D{}'.format(layer - 1)]
            dz = da * (1 - (a * keep_prob) ** 2)
