import numpy as np


def relu(x):
    return np.maximum(x, 0)


def sigmoid(x):
    return 1. / (1. + np.exp(-x))


def forward_propagation_with_dropout(X, parameters, keep_prob):
    keep_prob = 0.5
    W1, b1, W2, b2, W3, b3 = [parameters[k] for k in ['W1', 'b1', 'W2', 'b2', 'W3', 'b3']]
    Z1 = W1.dot(X) + b1
    D1 = np.random.rand(*Z1.shape) < keep_prob
    A1 = relu(Z1) * D1 / keep_prob
    Z2 = W2.dot(A1) + b2
    D2 = np.random.rand(*Z2.shape) < keep_prob
    A2 = relu(Z2) * D2 / keep_prob
    Z3 = W3.dot(A2) + b3
    A3 = sigmoid(Z3)
    return A3, (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)


def backward_propagation_with_dropout(X, Y, cache, keep_prob):
    keep_prob = 0.5
    m = Y.shape[1]
    Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3 = cache
    dZ3 = A3 - Y
    dW3 = dZ3.dot(A2.T) / m
    db3 = dZ3.mean(axis=1, keepdims=True)
    dA2 = W3.T.dot(dZ3) * D2 / keep_prob
    dZ2 = dA2 * (Z2 > 0)
    dW2 = dZ2.dot(A1.T) / m
    db2 = dZ2.mean(axis=1, keepdims=True)
    dA1 = W2.T.dot(dZ2) * D1 / keep_prob
    dZ1 = dA1 * (Z1 > 0)
    dW1 = dZ1.dot(X.T) / m
    db1 = dZ1.mean(axis=1, keepdims=True)
    return dict(dZ3=dZ3, dW3=dW3, db3=db3, dA2=dA2, dZ2=dZ2, dW2=dW2, db2=db2, dA1=dA1, dZ1=dZ1, dW1=dW1, db1=db1)
