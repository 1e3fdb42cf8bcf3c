import numpy as np
from utils.gc_utils import dictionary_to_vector, vector_to_dictionary, gradients_to_vector
from utils.gc_utils import forward_propagation_n


def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7):
    theta, _ = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)
    J = lambda vector: forward_propagation_n(X, Y, vector_to_dictionary(vector))[0]
    basis = np.eye(theta.shape[0])
    gradapprox = np.array([[(J(theta + epsilon * e[:, None]) - J(theta - epsilon * e[:, None])) / (2 * epsilon)] for e in basis])
    difference = np.linalg.norm(grad - gradapprox) / (np.linalg.norm(grad) + np.linalg.norm(gradapprox))
    print("\033[93mcheck\033[0m" if difference > 2e-7 else "\033[92mfine\033[0m", difference)
    return difference
