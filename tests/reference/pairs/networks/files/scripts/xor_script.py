import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0, 1, 1, 0]]).T

np.random.seed(1)
W1 = np.random.uniform(-1, 1, (2, 5))
W2 = np.random.uniform(-1, 1, (5, 1))
lr = 0.1

for epoch in range(10000):
    hidden = sigmoid(np.dot(X, W1))
    out = sigmoid(np.dot(hidden, W2))
    error = y - out
    d_out = error * out * (1 - out)
    d_hidden = d_out.dot(W2.T) * hidden * (1 - hidden)
    W2 += lr * hidden.T.dot(d_out)
    W1 += lr * X.T.dot(d_hidden)
    if epoch % 1000 == 0:
        print("error", np.mean(np.abs(error)))
