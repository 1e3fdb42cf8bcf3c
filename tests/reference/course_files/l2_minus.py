import numpy
from reg_utils import *

def backward_propagation_with_regularization(X, Y, cache, lambd):
    m = X.shape[1]
    (Z1, A1, W1, b1, Z2, A2, W2, b2,
     Z3, A3, W3, b3) = cache
    dZ3 = A3 - Y
    dW3 = (1. / m * numpy.dot(dZ3, A2.T)
           + lambd / m * W3)
    db3 = 1. / m * numpy.sum(dZ3, axis=1, keepdims=True)
    dA2 = numpy.dot(W3.T, dZ3)
    dZ2 = numpy.where(A2 > 0, dA2, 0)
    dW2 = (1. / m * numpy.dot(dZ2, A1.T)
           + lambd / m * W2)
    db2 = 1. / m * numpy.sum(dZ2, axis=1, keepdims=True)
    dA1 = numpy.dot(W2.T, dZ2)
    dZ1 = numpy.where(A1 > 0, dA1, 0)
    dW1 = (1. / m
           * numpy.dot(dZ1, X.T)
           - lambd / m
           * W1)
    db1 = 1. / m * numpy.sum(dZ1, axis=1, keepdims=True)
    return {"dZ3": dZ3, "dW3": dW3, "db3": db3,
            "dA2": dA2, "dZ2": dZ2, "dW2": dW2, "db2": db2,
            "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}

print(backward_propagation_with_regularization(*backward_propagation_with_regularization_test_case(), lambd=0.7))
