import numpy as np


def relu(z):
    return z * (z > 0)


def feed_forward(X, W1, b1, W2, b2):
    A1 = relu(W1 @ X + b1)
    A2 = 1.0 / (1.0 + np.exp(-(W2 @ A1 + b2)))
    return A1, A2


def backpropagation(A2, Y, W2, A1, X):
    m = X.shape[1]
    dZ2 = (A2 - Y) / m
    dZ1 = W2.T @ dZ2
    dZ1 = np.where(A1 > 0, dZ1, 0.0)
    return {"dW2": dZ2 @ A1.T, "db2": dZ2.sum(axis=1, keepdims=True),
            "dW1": dZ1 @ X.T, "db1": dZ1.sum(axis=1, keepdims=True)}


if __name__ == "__main__":
    r = np.random.RandomState(0)
    X = r.randn(2, 50)
    Y = (X[:1] * X[1:] > 0).astype(float)
    W1, b1, W2, b2 = r.randn(8, 2), np.zeros((8, 1)), r.randn(1, 8), np.zeros((1, 1))
    for i in range(500):
        A1, A2 = feed_forward(X, W1, b1, W2, b2)
        g = backpropagation(A2, Y, W2, A1, X)
        W1, b1, W2, b2 = W1 - g["dW1"], b1 - g["db1"], W2 - g["dW2"], b2 - g["db2"]
    print(((A2 > 0.5) == Y).mean())
