import numpy as np

def initialize_parameters_zeros(layers_dims):
    parameters = {}
    L = len(layers_dims)
    for i in range(1, L):
        parameters["W%d" % i] = np.zeros((layers_dims[i-1], layers_dims[i]))
        parameters["b%d" % i] = np.zeros((layers_dims[i], 1))
    return parameters

def initialize_parameters_he(layers_dims):
    parameters = {}
    L = len(layers_dims)
    for i in range(1, L):
        parameters["W%d" % i] = np.random.randn(layers_dims[i], layers_dims[i-1]) * (2 / layers_dims[i-1]) ** 0.5
        parameters["b%d" % i] = np.zeros(shape=(layers_dims[i], 1))
    return parameters

parameters = initialize_parameters_zeros([3, 2, 1])
print("W1 = ", parameters["W1"])
print("b1 = ", parameters["b1"])
assert False
