import numpy as np


def logistic(u):
    return 1.0 / (1.0 + np.exp(-u))


def logistic_prime(s):
    return s * (1.0 + s)


def squash(u):
    return np.tanh(u)


def squash_prime(t):
    return 1.0 + t ** 2


def gate(u):
    return 1.0 / (1.0 + np.exp(-u))


def gate_prime(s):
    return s * (1.0 - s)
