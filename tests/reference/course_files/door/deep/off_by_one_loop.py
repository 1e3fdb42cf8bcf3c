import numpy as np
from dnn_utils import sigmoid, relu, relu_backward, sigmoid_backward


def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    return np.dot(W.T, dZ), np.dot(dZ, A_prev.T) / m, np.sum(dZ, axis=1, keepdims=True) / m


def L_model_forward(X, parameters):
    A = X
    caches = []
    L = len(parameters) // 2
    for l in range(1, L + 1):
        W, b = parameters['W' + str(l)], parameters['b' + str(l)]
        Z = np.dot(W, A) + b
        linear_cache = (A, W, b)
        if l < L:
            A, activation_cache = relu(Z)
        else:
            A, activation_cache = sigmoid(Z)
        caches.append((linear_cache, activation_cache))
    return A, caches


def L_model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    # output layer
    linear_cache, activation_cache = caches[-1]
    dA, grads['dW' + str(L)], grads['db' + str(L)] = linear_backward(sigmoid_backward(dAL, activation_cache), linear_cache)
    # hidden layers
    for l in range(L - 1, 2, -1):
        linear_cache, activation_cache = caches[l - 1]
        dA, grads['dW' + str(l)], grads['db' + str(l)] = linear_backward(relu_backward(dA, activation_cache), linear_cache)
    # first layer
    if L > 1:
        linear_cache, activation_cache = caches[0]
        dA, grads['dW1'], grads['db1'] = linear_backward(relu_backward(dA, activation_cache), linear_cache)
    return grads
