import numpy as np
from gc_utils import *


def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7):
    theta, keys = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)
    approx = []
    for i in range(len(theta)):
        shift = np.zeros_like(theta)
        shift[i] = epsilon
        J = [forward_propagation_n(X, Y, vector_to_dictionary(theta + s * shift))[0] for s in (+1, -1)]
        approx.append((J[0] - J[1]) / epsilon)
    approx = np.array(approx).reshape(-1, 1)
    difference = np.linalg.norm(grad - approx) / (np.linalg.norm(grad) + np.linalg.norm(approx))
    return difference
