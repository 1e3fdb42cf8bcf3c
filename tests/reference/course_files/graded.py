import numpy as np
from grader import graded, points, check
from public_tests import *
from test_utils import *
from init_utils import relu, sigmoid


@graded
@points(10)
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


@graded
@points(15)
@check(shapes=True, seed=3)
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


@graded.optional(name="forward")
def forward_propagation(X, parameters):
    W1 = parameters["W1"]
    b1 = parameters["b1"]
    W2 = parameters["W2"]
    b2 = parameters["b2"]
    W3 = parameters["W3"]
    b3 = parameters["b3"]

    Z1 = np.dot(W1, X) + b1
    A1 = relu(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = relu(Z2)
    Z3 = np.dot(W3, A2) + b3
    A3 = sigmoid(Z3)

    cache = (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)
    return A3, cache

initialize_parameters_zeros_test(initialize_parameters_zeros)
initialize_parameters_he_test(initialize_parameters_he)
submit(token="000000")
