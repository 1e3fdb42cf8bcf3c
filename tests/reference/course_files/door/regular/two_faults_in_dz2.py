import numpy as np
from reg_utils import relu, sigmoid


def forward_propagation_with_dropout(X, parameters, keep_prob=0.5):
    W1, b1, W2, b2, W3, b3 = (parameters[k] for k in ["W1", "b1", "W2", "b2", "W3", "b3"])
    Z1 = np.dot(W1, X) + b1
    A1 = relu(Z1)
    D1 = np.random.rand(*A1.shape) < keep_prob
    A1 = A1 * D1 / keep_prob
    Z2 = np.dot(W2, A1) + b2
    A2 = relu(Z2)
    D2 = np.random.rand(*A2.shape) < keep_prob
    A2 = A2 * D2 / keep_prob
    Z3 = np.dot(W3, A2) + b3
    A3 = sigmoid(Z3)
    return A3, (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)


def backward_propagation_with_dropout(X, Y, cache, keep_prob):
    Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3 = cache
    m = X.shape[1]
    dZ3 = A3 - Y
    dZ2 = np.dot(W3.T, dZ3) * (Z2 > 0)
    dZ1 = np.dot(W2.T, dZ2) * D1 / keep_prob * (Z1 > 0)
    grads = {"dZ3": dZ3, "dZ2": dZ2, "dZ1": dZ1}
    for i, dZ, A in [(3, dZ3, A2), (2, dZ2, A1), (1, dZ1, X)]:
        grads["dW%d" % i] = np.dot(dZ, A.T) / m
        grads["db%d" % i] = np.sum(dZ, axis=1, keepdims=True) / m
    return grads
