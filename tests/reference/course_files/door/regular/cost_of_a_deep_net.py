import numpy as np


def compute_cost(AL, Y):
    m = Y.shape[1]
    return -np.sum(np.log(AL) * Y + np.log(1 - AL) * (1 - Y)) / m


def compute_cost_with_regularization(AL, Y, parameters, lambd):
    m = Y.shape[1]
    L = len(parameters) // 2
    squares = 0
    for l in range(1, L):
        squares = squares + np.sum(np.square(parameters['W' + str(l)]))
    return compute_cost(AL, Y) - lambd * squares / (2 * m)
