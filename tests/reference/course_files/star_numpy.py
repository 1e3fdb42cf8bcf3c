from numpy import *
from numpy.linalg import norm

def forward_propagation(x, theta):
    return theta * x

def backward_propagation(x, theta):
    return x

def gradient_check(x, theta, epsilon=1e-7):
    g = backward_propagation(x, theta)
    a = (forward_propagation(x, theta + epsilon) - forward_propagation(x, theta - epsilon)) / (2 * epsilon)
    return norm(array(g - a)) / (norm(array(g)) + norm(array(a)))

def backward_propagation_n(X, Y, cache):
    m = X.shape[1]
    (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3) = cache
    dZ3 = A3 - Y
    dW3 = dot(dZ3, A2.T) / m
    db3 = sum(dZ3, axis=1, keepdims=True) / m
    dA2 = dot(W3.T, dZ3)
    dZ2 = multiply(dA2, A2 > 0)
    dW2 = dot(dZ2, A1.T) / m
    db2 = sum(dZ2, axis=1, keepdims=True) / m
    dA1 = dot(W2.T, dZ2)
    dZ1 = multiply(dA1, A1 > 0)
    dW1 = dot(dZ1, X.T) / m
    db1 = sum(dZ1, axis=1, keepdims=True) / m
    return {"dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2, "db2": db2,
            "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}
