import numpy as np
from reg_utils import *


def backward_propagation_with_regularization(X, Y, cache, lambd):
    """ Ableitungen des Netzes mit L2-Strafe """
    gradients = backward_propagation(X, Y, cache)
    (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3) = cache
    m = X.shape[1]
    gradients["dW1"] += lambd / (2 * m) * W1
    gradients["dW2"] += lambd / m * W2
    gradients["dW3"] += lambd / m * W3
    return gradients

