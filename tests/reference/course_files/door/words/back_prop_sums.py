import numpy as np

def foward_prop(X, W1, b1, W2, b2):
    """relu, then sigmoid"""
    A1 = np.maximum(0, W1 @ X + b1)
    A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))
    return A1, A2

def compute_cost(A2, Y):
    m = Y.shape[1]
    return -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m

def back_prop(X, Y, A1, A2, W1, b1, W2, b2):
    m = X.shape[1]
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = dZ2.sum(axis=1, keepdims=True) / m
    dZ1 = W2.T @ dZ2
    dZ1[A1 <= 0] = 0
    dW1 = dZ1 @ X.T / m
    db1 = dZ1.sum(axis=1, keepdims=True)
    return dW2, db2, dW1, db1
