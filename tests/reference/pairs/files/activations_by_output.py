import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_derivative(a):
    return a * (1 - a)


def tanh(z):
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


def tanh_derivative(a):
    return 1 - np.square(a)


def relu(z):
    return z * (z > 0)


def deriv_relu(z):
    return 1. * (z > 0)


def softplus(z):
    return np.log(1 + np.exp(z))


def dsoftplus(z):
    return np.exp(z) / (1 + np.exp(-z))


def train(X, y, hidden=4, epochs=100, lr=0.5):
    rng = np.random.RandomState(1)
    w0 = rng.randn(X.shape[1], hidden)
    w1 = rng.randn(hidden, 1)
    for _ in range(epochs):
        a1 = tanh(X.dot(w0))
        a2 = sigmoid(a1.dot(w1))
        delta2 = (a2 - y) * sigmoid_derivative(a2)
        delta1 = delta2.dot(w1.T) * tanh_derivative(a1)
        w1 -= lr * a1.T.dot(delta2)
        w0 -= lr * X.T.dot(delta1)
    return w0, w1


if __name__ == '__main__':
    X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1.0]])
    y = np.array([[0, 1, 1, 0]]).T
    print(train(X, y))
