import numpy as np


def layer_sizes(X, Y):
    return X.shape[0], 4, Y.shape[0]


def forward(X, parameters):
    Z1 = parameters['W1'].dot(X) + parameters['b1']
    A1 = np.tanh(Z1)
    Z2 = parameters['W2'].dot(A1) + parameters['b2']
    A2 = 1 / (1 + np.exp(-Z2))
    return A2, {'A1': A1, 'A2': A2}


def compute_cost(A2, Y):
    logprobs = Y * np.log(A2) + (1 - Y) * np.log(1 - A2)
    return float(-np.nansum(logprobs) / Y.shape[1])


def compute_gradients(parameters, cache, X, Y):
    m = X.shape[1]
    dZ2 = cache['A2'] - Y
    dZ1 = parameters['W2'].T.dot(dZ2) * (1 - np.square(cache['A1']))
    return {'dW1': dZ1.dot(X.T) / m, 'db1': dZ1.sum(axis=1, keepdims=True) / m,
            'dW2': dZ2.dot(cache['A1'].T) / m, 'db2': dZ2.sum(axis=1, keepdims=True) / m}
