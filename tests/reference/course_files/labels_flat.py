import numpy as np
from reg_utils import sigmoid, relu, forward_propagation


def compute_cost(A3, Y):
    Y = np.asarray(Y).reshape(1, -1)
    m = Y.shape[1]
    return float(-(np.sum(Y * np.log(A3)) + np.sum((1 - Y) * np.log(1 - A3))) / m)


def backward_propagation(X, Y, cache):
    Y = np.asarray(Y).reshape(1, -1)
    m = Y.shape[1]
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache

    dZ3 = A3 - Y
    dW3 = np.dot(dZ3, A2.T) / float(m)
    db3 = np.sum(dZ3, axis=1).reshape(-1, 1) / float(m)

    dA2 = np.dot(W3.T, dZ3)
    dZ2 = dA2.copy()
    dZ2[Z2 <= 0] = 0
    dW2 = np.dot(dZ2, A1.T) / float(m)
    db2 = np.sum(dZ2, axis=1).reshape(-1, 1) / float(m)

    dA1 = np.dot(W2.T, dZ2)
    dZ1 = dA1.copy()
    dZ1[Z1 <= 0] = 0
    dW1 = np.dot(dZ1, X.T) / float(m)
    db1 = np.sum(dZ1, axis=1).reshape(-1, 1) / float(m)

    return {"dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2, "db2": db2,
            "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}


y_train = np.loadtxt("labels.csv")
X_train = np.loadtxt("points.csv", delimiter=",").T
