import numpy as np
import Vector_Utils as vu
from Forward_Propagation_n import forward_propagation_n


def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7):
    theta, _ = vu.dictionary_to_vector(parameters)
    grad = vu.gradients_to_vector(gradients)
    gradapprox = np.zeros(grad.shape)
    for i in range(theta.shape[0]):
        up = np.copy(theta)
        up[i, 0] = up[i, 0] + epsilon
        down = np.copy(theta)
        down[i, 0] = down[i, 0] + epsilon
        J_up, _ = forward_propagation_n(X, Y, vu.vector_to_dictionary(up))
        J_down, _ = forward_propagation_n(X, Y, vu.vector_to_dictionary(down))
        gradapprox[i, 0] = (J_up - J_down) / (2 * epsilon)
    return np.linalg.norm(grad - gradapprox) / (np.linalg.norm(grad) + np.linalg.norm(gradapprox))
