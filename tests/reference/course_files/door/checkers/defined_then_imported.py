import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def relu(x):
    return np.maximum(0, x)


def dictionary_to_vector(parameters):
    keys, parts = [], []
    for key in ["W1", "b1", "W2", "b2", "W3", "b3"]:
        column = np.reshape(parameters[key], (-1, 1))
        keys += [key] * column.shape[0]
        parts.append(column)
    return np.concatenate(parts, axis=0), keys


def gradients_to_vector(gradients):
    return np.concatenate([gradients[key].reshape(-1, 1) for key in ["dW1", "db1", "dW2", "db2", "dW3", "db3"]])


# ---------------------------------------------------------------- part 2
from my_gc_helpers import sigmoid, relu, dictionary_to_vector, gradients_to_vector, vector_to_dictionary


def forward_propagation_n(X, Y, parameters):
    m = X.shape[1]
    W1, b1, W2, b2, W3, b3 = [parameters[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3")]
    Z1 = W1.dot(X) + b1
    A1 = relu(Z1)
    Z2 = W2.dot(A1) + b2
    A2 = relu(Z2)
    Z3 = W3.dot(A2) + b3
    A3 = sigmoid(Z3)
    cost = -np.nansum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / m
    return cost, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)


def backward_propagation_n(X, Y, cache):
    m = X.shape[1]
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    dZ3 = A3 - Y
    dW3, db3 = dZ3.dot(A2.T) / m, dZ3.sum(axis=1, keepdims=True) / m
    dA2 = W3.T.dot(dZ3)
    dZ2 = dA2 * (Z2 > 0)
    dW2, db2 = dZ2.dot(A1.T) / m, dZ2.sum(axis=1, keepdims=True) / m
    dA1 = W2.T.dot(dZ2)
    dZ1 = dA1 * (Z1 > 0)
    dW1, db1 = dZ1.dot(X.T) / m, dZ1.sum(axis=1, keepdims=True) / m
    return {"dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2, "db2": db2,
            "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}
