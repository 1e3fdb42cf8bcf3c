import numpy as np


def initialize_rmsprop(parameters):
    L = len(parameters) // 2
    s = {}
    for l in range(1, L + 1):
        s["dW" + str(l)] = np.zeros_like(parameters["W" + str(l)])
        s["db" + str(l)] = np.zeros_like(parameters["b" + str(l)])
    return s


def update_parameters_with_rmsprop(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
    L = len(parameters) // 2
    for l in range(1, L + 1):
        for p in ("W" + str(l), "b" + str(l)):
            s["d" + p] = beta * s["d" + p] + (1 - beta) * grads["d" + p] ** 2
            parameters[p] = parameters[p] - learning_rate * grads["d" + p] / (np.sqrt(s["d" + p]) + epsilon)
    return parameters, s
