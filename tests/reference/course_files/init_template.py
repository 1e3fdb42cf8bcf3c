import numpy as np
from init_utils import *


def initialize_parameters_zeros(layers_dims):
    parameters = {}
    L = len(layers_dims)
    for l in range(1, L):
        ### START CODE HERE ### (≈ 2 lines of code)
        parameters['W' + str(l)] = None
        parameters['b' + str(l)] = None
        ### END CODE HERE ###
    return parameters


def initialize_parameters_random(layers_dims):
    """ TODO: big numbers """
    pass


def initialize_parameters_he(layers_dims):
    raise NotImplementedError("do this before Friday")


model(train_X, train_Y, initialization = "zeros")
