"""Activation functions, each with its first derivative. All take arrays of any shape."""
import numpy as np

ALPHA = 1.6732632423543772
SCALE = 1.0507009873554805


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def sigmoid_prime(x):
    s = sigmoid(x)
    return s * (1 - s)


def tanh(x):
    return np.tanh(x)


def tanh_prime(x):
    return 1 - np.tanh(x) ** 2


def relu(x):
    return np.maximum(0, x)


def relu_prime(x):
    return np.where(x > 0, 1.0, 0.0)


def leaky_relu(x, alpha=0.01):
    return np.where(x > 0, x, alpha * x)


def leaky_relu_prime(x, alpha=0.01):
    dx = np.ones_like(x)
    dx[x <= 0] = alpha
    return dx


def elu(x, alpha=1.0):
    return np.where(x >= 0, x, alpha * (np.exp(x) - 1))


def elu_prime(x, alpha=1.0):
    return np.where(x >= 0, 1.0, alpha * np.exp(x))


def selu(x):
    return SCALE * np.where(x > 0, x, ALPHA * (np.exp(x) - 1))


def selu_prime(x):
    return SCALE * np.where(x > 0, 1, ALPHA * np.exp(x))


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)))


def gelu_prime(x):
    c = np.sqrt(2 / np.pi)
    t = np.tanh(c * (x + 0.044715 * x ** 3))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t ** 2) * c * (1 + 0.044715 * x ** 2)


def softplus(x):
    return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)


def softplus_prime(x):
    return sigmoid(x)


def swish(x, beta=1.5):
    return x * sigmoid(beta * x)


def swish_prime(x, beta=1.5):
    s = sigmoid(beta * x)
    return s + x * s * (1 - s)


def mish(x):
    return x * np.tanh(np.log(1 + np.exp(x)))


def mish_prime(x):
    w = np.exp(3 * x) + 4 * np.exp(2 * x) + (6 + 4 * x) * np.exp(x) + 4 * (1 + x)
    d = (np.exp(x) + 1) ** 2 + 1
    return np.exp(x) * w / d ** 2


def gaussian(x):
    return np.exp(-x ** 2)


def gaussian_prime(x):
    return -2 * x * gaussian(x)


def arctan(x):
    return np.arctan(x)


def arctan_prime(x):
    return 1 / (x ** 2 + 1)


def softsign(x):
    return x / (1 + np.abs(x))


def softsign_prime(x):
    return 1 / (1 + np.abs(x)) ** 2


def hard_tanh(x):
    return np.clip(x, -1, 1)


def hard_tanh_prime(x):
    return ((x > -1) & (x < 1)).astype(float)


def sinc(x):
    safe = np.where(x == 0, 1.0, x)
    return np.where(x == 0, 1.0, np.sin(safe) / safe)


def sinc_prime(x):
    safe = np.where(x == 0, 1.0, x)
    return np.where(x == 0, 0.0, np.cos(safe) / safe - np.sin(safe) / safe ** 2)
