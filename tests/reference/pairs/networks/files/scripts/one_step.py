"""One step, without a loop."""

import numpy as np

inputs = np.array([[0.1, 0.2, 0.7]])
target = np.array([[1.0, 0.0]])

W1 = np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]])
W2 = np.array([[0.7, 0.1], [0.2, 0.4]])
rate = 0.5

z1 = inputs @ W1
a1 = 1 / (1 + np.exp(-z1))
z2 = a1 @ W2
a2 = 1 / (1 + np.exp(-z2))
error = a2 - target
dZ2 = error * a2 * (1 - a2)
dW2 = a1.T @ dZ2
dZ1 = dZ2 @ W2.T * a1 * (1 - a1)
dW1 = inputs.T @ dZ1
W1 = W1 - rate * dW1
W2 = W2 - rate * dW2
