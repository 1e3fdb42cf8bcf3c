import numpy as np


def compute_cost(a3, Y):
    """Cross-entropy of the predictions a3 (1, m) for the labels Y (1, m)."""
    m = Y.shape[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        logprobs = -np.log(a3) * Y - np.log(1 - a3) * (1 - Y)
    return np.nansum(logprobs) / m


def compute_cost_with_regularization(A3, Y, parameters, lambd):
    m = Y.shape[1]
    weights = [parameters["W1"], parameters["W2"], parameters["W3"]]
    return compute_cost(A3, Y) + lambd / (2. * m) * np.sum([np.sum(np.square(W)) for W in weights])
