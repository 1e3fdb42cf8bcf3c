import numpy as np
from math import sqrt


def initialize_parameters(n_x, n_h, n_y):
    rs = np.random.RandomState(2)
    return {"W1": 0.01 * rs.normal(size=(n_h, n_x)), "b1": np.zeros((n_h, 1)),
            "W2": 0.01 * rs.normal(size=(n_y, n_h)), "b2": np.zeros((n_y, 1))}


def initialize_parameters_he(layers_dims):
    parameters = {}
    for l, (n_in, n_out) in enumerate(zip(layers_dims[:-1], layers_dims[1:]), start=1):
        parameters[f"W{l}"] = np.random.randn(n_out, n_in) * sqrt(2 / n_in)
        parameters[f"b{l}"] = np.zeros(shape=(n_out, 1))
    return parameters


def initialize_parameters_deep(layer_dims):
    parameters = {}
    for l in range(1, len(layer_dims)):
        n_in, n_out = layer_dims[l - 1], layer_dims[l]
        parameters[f"W{l}"] = np.random.randn(n_out, n_in) / np.sqrt(n_in)
        parameters[f"b{l}"] = np.zeros((n_out, 1))
    return parameters


def initialize_parameters_random(layers_dims):
    parameters = {}
    for l in range(len(layers_dims) - 1):
        parameters[f"W{l + 1}"] = np.random.standard_normal((layers_dims[l + 1], layers_dims[l])) * 10
        parameters[f"b{l + 1}"] = np.zeros((layers_dims[l + 1], 1))
    return parameters
