from __future__ import division, print_function
import numpy as np
import matplotlib.pyplot as plt
plt.switch_backend("agg")

class InitializationError(Exception):
    pass

def initialize_parameters_random(layers_dims):
    np.random.seed(3)
    params = dict()
    for l, (n_in, n_out) in enumerate(zip(layers_dims[:-1], layers_dims[1:]), start=1):
        params["W" + str(l)] = 10 * np.random.randn(n_out, n_in)
        params["b" + str(l)] = np.zeros((n_out, 1))
    return params

def initialize_parameters_he(layers_dims):
    np.random.seed(3)
    params = dict()
    for l, (n_in, n_out) in enumerate(zip(layers_dims[:-1], layers_dims[1:]), start=1):
        params["W" + str(l)] = np.random.rand(n_out, n_in) * np.sqrt(2 / n_in)
        params["b" + str(l)] = np.zeros((n_out, 1))
    return params

raise InitializationError("not meant to be run")
