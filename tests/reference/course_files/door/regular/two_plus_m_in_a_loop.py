import numpy as np


def compute_cost(AL, Y):
    m = Y.shape[1]
    return float(-np.nansum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m)


def compute_cost_with_regularization(AL, Y, parameters, lambd):
    m = Y.shape[1]
    L2 = 0
    for name in parameters:
        if name[0] == "W":
            L2 += np.sum(np.square(parameters[name]))
    L2 *= lambd / (2 + m)
    return compute_cost(AL, Y) + L2
