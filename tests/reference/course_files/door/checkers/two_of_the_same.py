import numpy as np
from gc_utils import dictionary_to_vector, gradients_to_vector, vector_to_dictionary, forward_propagation_n


def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7):
    theta, _ = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)
    n = theta.shape[0]
    gradapprox = grad
    for i in range(n):
        old = theta[i, 0]
        theta[i, 0] = old + epsilon
        plus = forward_propagation_n(X, Y, vector_to_dictionary(theta))[0]
        theta[i, 0] = old - epsilon
        minus = forward_propagation_n(X, Y, vector_to_dictionary(theta))[0]
        theta[i, 0] = old
        gradapprox[i, 0] = (plus - minus) / (2 * epsilon)
    top = np.linalg.norm(grad - gradapprox)
    bottom = np.linalg.norm(grad) + np.linalg.norm(gradapprox)
    return top / bottom
