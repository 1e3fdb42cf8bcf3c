import math
import numpy as np


def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
    """list of (X, Y) pairs"""
    np.random.seed(seed)
    m = X.shape[1]
    order = np.random.permutation(m)
    X, Y = X[:, order], Y[:, order]
    batches = []
    for k in range(math.floor(m / mini_batch_size)):
        at = slice(k * mini_batch_size, (k + 1) * mini_batch_size)
        batches.append((X[:, at], Y[:, at]))
    return batches
