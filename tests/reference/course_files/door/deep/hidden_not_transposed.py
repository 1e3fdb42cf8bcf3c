"""Net with any number of layers.  Usage: parameters, costs = train(X, Y, [n_x, 7, 7, 1])"""
import numpy as np


def init(dims, seed=3):
    r = np.random.RandomState(seed)
    p = {}
    for l in range(1, len(dims)):
        p['W' + str(l)] = r.randn(dims[l], dims[l - 1]) / np.sqrt(dims[l - 1])
        p['b' + str(l)] = np.zeros((dims[l], 1))
    return p


def L_model_forward(X, parameters):
    L = len(parameters) // 2
    caches = []
    A = X
    for l in range(1, L + 1):
        A_prev = A
        Z = np.dot(parameters['W' + str(l)], A_prev) + parameters['b' + str(l)]
        A = np.maximum(Z, 0) if l != L else 1.0 / (1.0 + np.exp(-Z))
        caches.append(((A_prev, parameters['W' + str(l)], parameters['b' + str(l)]), Z))
    return A, caches


def L_model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    m = AL.shape[1]

    (A_prev, W, b), Z = caches[L - 1]
    dZ = AL - Y
    grads['dW' + str(L)] = np.dot(dZ, A_prev.T) / m
    grads['db' + str(L)] = np.sum(dZ, axis=1, keepdims=True) / m
    dA = np.dot(W.T, dZ)

    for l in reversed(range(L - 1)):
        (A_prev, W, b), Z = caches[l]
        dZ = dA * (Z > 0)
        grads['dW' + str(l + 1)] = np.dot(dZ, A_prev.T) / m
        grads['db' + str(l + 1)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 0:
            dA = np.dot(W, dZ)
    return grads


def train(X, Y, dims, steps=1000, lr=0.1):
    parameters, costs = init(dims), []
    for i in range(steps):
        AL, caches = L_model_forward(X, parameters)
        costs.append(-np.mean(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)))
        grads = L_model_backward(AL, Y, caches)
        for k in parameters:
            parameters[k] = parameters[k] - lr * grads['d' + k]
    return parameters, costs
