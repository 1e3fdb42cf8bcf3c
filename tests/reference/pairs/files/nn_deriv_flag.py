import numpy as np


def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


def tanh(x, deriv=False):
    if deriv == True:
        return 1 - np.tanh(x)**2
    return np.tanh(x)


def relu(x, derivative=False):
    if derivative:
        return (x < 0).astype(float)
    return np.maximum(x, 0.)


def linear(x, derivative=False):
    return np.ones_like(x) if derivative else 1.0 * x


def mse(pred, target, derivative=False):
    # pred and target: (n, k)
    if derivative:
        return 2 * (pred - target) / pred.shape[0]
    return np.mean((pred - target) ** 2)


def step(X, Y, W1, W2, lr=0.1):
    z1 = X @ W1
    h = tanh(z1)
    z2 = h @ W2
    out = nonlin(z2)
    err = (out - Y) * nonlin(z2, deriv=True)
    g2 = h.T @ err
    g1 = X.T @ (err @ W2.T * tanh(z1, deriv=True))
    return W1 - lr * g1, W2 - lr * g2


if __name__ == "__main__":
    rs = np.random.RandomState(0)
    X, Y = rs.rand(5, 3), rs.rand(5, 2)
    print(step(X, Y, rs.randn(3, 4), rs.randn(4, 2)))
