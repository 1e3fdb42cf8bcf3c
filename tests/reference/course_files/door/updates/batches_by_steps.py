import numpy as np


def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    rs = np.random.RandomState(seed)
    order = rs.permutation(X.shape[1])
    return [(X[:, order[i:i + mini_batch_size]], Y[:, order[i:i + mini_batch_size]])
            for i in range(0, len(order), mini_batch_size)]


def update_parameters_with_gd(parameters, grads, learning_rate):
    for name in parameters:
        parameters[name] = parameters[name] - learning_rate * grads["d" + name]
    return parameters
