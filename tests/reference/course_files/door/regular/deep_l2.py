import numpy as np


def initialize_parameters(layer_dims):
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * np.sqrt(2 / layer_dims[l - 1])
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


def forward_propagation(X, parameters):
    L = len(parameters) // 2
    cache = {"A0": X}
    for l in range(1, L + 1):
        cache["Z" + str(l)] = np.dot(parameters["W" + str(l)], cache["A" + str(l - 1)]) + parameters["b" + str(l)]
        if l < L:
            cache["A" + str(l)] = np.maximum(0, cache["Z" + str(l)])
        else:
            cache["A" + str(l)] = 1 / (1 + np.exp(-cache["Z" + str(l)]))
    return cache["A" + str(L)], cache


def compute_cost_with_regularization(AL, Y, parameters, lambd):
    m = Y.shape[1]
    cross_entropy = -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m
    penalty = 0
    for name, value in parameters.items():
        if name.startswith("W"):
            penalty += np.sum(value ** 2)
    return cross_entropy + lambd / (2 * m) * penalty


def backward_propagation_with_regularization(X, Y, cache, parameters, lambd):
    m = X.shape[1]
    L = len(parameters) // 2
    gradients = {}
    dZ = cache["A" + str(L)] - Y
    for l in range(L, 0, -1):
        W = parameters["W" + str(l)]
        gradients["dW" + str(l)] = np.dot(dZ, cache["A" + str(l - 1)].T) / m + lambd / m * W
        gradients["db" + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            dZ = np.dot(W.T, dZ) * (cache["Z" + str(l - 1)] > 0)
    return gradients
