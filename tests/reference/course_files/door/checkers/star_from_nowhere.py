import numpy as np
from gradient_checking.helpers import *


def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7):
    theta = dictionary_to_vector(parameters)[0]
    grad = gradients_to_vector(gradients)
    gradapprox = np.zeros_like(theta)

    for i in range(theta.size):
        one = np.zeros_like(theta)
        one[i] = epsilon
        J_plus = forward_propagation_n(X, Y, vector_to_dictionary(theta + one))[0]
        J_minus = forward_propagation_n(X, Y, vector_to_dictionary(theta - one))[0]
        gradapprox[i] = (J_plus - J_minus) / (2. * epsilon)

    return np.linalg.norm(grad - gradapprox) / (np.linalg.norm(grad) + np.linalg.norm(gradapprox))
