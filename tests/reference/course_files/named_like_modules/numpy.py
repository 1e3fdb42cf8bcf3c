import numpy as np
from init_utils import *

# GRADED FUNCTION: initialize_parameters_zeros

def initialize_parameters_zeros(layers_dims):
    """
    layers_dims -- list with the number of units of every layer, input layer first

    gives back a dict with W1, b1, ..., WL, bL, all of them zero
    """
    parameters = {}
    L = len(layers_dims)            # how many layers, input included

    for l in range(1, L):
        ### START CODE HERE ### (≈ 2 lines of code)
        parameters['W' + str(l)] = np.zeros((layers_dims[l], layers_dims[l-1]))
        parameters['b' + str(l)] = np.zeros((layers_dims[l], 1))
        ### END CODE HERE ###
    return parameters


# GRADED FUNCTION: initialize_parameters_random

def initialize_parameters_random(layers_dims):
    """
    layers_dims -- list with the number of units of every layer, input layer first

    gives back a dict: big gaussian weights, zero biases
    """
    np.random.seed(3)               # same numbers for everybody
    parameters = {}
    L = len(layers_dims)

    for l in range(1, L):
        ### START CODE HERE ### (≈ 2 lines of code)
        parameters['W' + str(l)] = np.random.randn(layers_dims[l], layers_dims[l-1]) * 10
        parameters['b' + str(l)] = np.zeros((layers_dims[l], 1))
        ### END CODE HERE ###

    return parameters


# GRADED FUNCTION: initialize_parameters_he

def initialize_parameters_he(layers_dims):
    """
    layers_dims -- list with the number of units of every layer, input layer first

    gives back a dict: gaussian weights of variance 2/n, zero biases
    """
    np.random.seed(3)
    parameters = {}
    L = len(layers_dims) - 1        # weight matrices

    for l in range(1, L + 1):
        ### START CODE HERE ### (≈ 2 lines of code)
        parameters['W' + str(l)] = np.random.randn(layers_dims[l], layers_dims[l-1]) * np.sqrt(2./layers_dims[l-1])
        parameters['b' + str(l)] = np.zeros((layers_dims[l], 1))
        ### END CODE HERE ###

    return parameters

print(initialize_parameters_he([2, 4, 1]))
