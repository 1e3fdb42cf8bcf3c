import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def forward(X, W1, b1, W2, b2):
    hidden = sigmoid(np.dot(X, W1) + b1)
    output = sigmoid(np.dot(hidden, W2) + b2)
    return hidden, output


def loss(output, y):
    return np.mean((y - output) ** 2) / 2


def backward(X, y, hidden, output, W1, b1, W2, b2):
    n = X.shape[0]
    d_out = (output - y) / n
    dW2 = np.dot(hidden.T, d_out)
    db2 = np.sum(d_out, axis=0, keepdims=True)
    d_hidden = np.dot(d_out, W2.T) * hidden * (1 - hidden)
    dW1 = np.dot(X.T, d_hidden)
    db1 = np.sum(d_hidden, axis=0, keepdims=True)
    return dW1, db1, dW2, db2


if __name__ == "__main__":
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    y = np.array([[0], [1], [1], [0]])
    np.random.seed(0)
    W1, b1 = np.random.uniform(size=(2, 2)), np.random.uniform(size=(1, 2))
    W2, b2 = np.random.uniform(size=(2, 1)), np.random.uniform(size=(1, 1))
    for _ in range(1000):
        hidden, output = forward(X, W1, b1, W2, b2)
        dW1, db1, dW2, db2 = backward(X, y, hidden, output, W1, b1, W2, b2)
        W1, b1, W2, b2 = W1 - .1 * dW1, b1 - .1 * db1, W2 - .1 * dW2, b2 - .1 * db2
    print(output)
