"""Many classes: integers, one-hot rows; one example at a time."""

import numpy as np


def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


class SoftmaxRegression:
    def __init__(self, n_features, n_classes, learning_rate=0.1):
        self.W = np.zeros((n_features, n_classes))
        self.b = np.zeros(n_classes)
        self.learning_rate = learning_rate

    def fit(self, X, y, epochs=10):
        n = X.shape[0]
        onehot = np.eye(self.W.shape[1])[y]
        for _ in range(epochs):
            probs = softmax(X @ self.W + self.b)
            grad = probs - onehot
            self.W -= self.learning_rate * X.T @ grad / n
            self.b -= self.learning_rate * grad.mean(axis=0)


class SoftmaxBySquares:
    """Squares behind a softmax, whose slope is taken as if each output stood alone."""

    def __init__(self, n_features, n_classes):
        self.W = np.random.randn(n_features, n_classes) * 0.01
        self.b = np.zeros(n_classes)

    def fit(self, X, Y, lr=0.1, epochs=10):
        for _ in range(epochs):
            probs = softmax(X @ self.W + self.b)
            loss = 0.5 * np.sum((probs - Y) ** 2)
            grad = (probs - Y) * probs * (1 - probs)
            self.W -= lr * X.T @ grad
            self.b -= lr * grad.sum(axis=0)
        return loss


class TwoLayerSoftmax:
    def __init__(self, input_size, hidden_size, num_classes):
        self.W1 = 0.01 * np.random.randn(input_size, hidden_size)
        self.b1 = np.zeros(hidden_size)
        self.W2 = 0.01 * np.random.randn(hidden_size, num_classes)
        self.b2 = np.zeros(num_classes)

    def train_on_batch(self, X, y, learning_rate):
        N = X.shape[0]
        hidden = np.maximum(0, X.dot(self.W1) + self.b1)
        scores = hidden.dot(self.W2) + self.b2
        exps = np.exp(scores - scores.max(axis=1, keepdims=True))
        probs = exps / exps.sum(axis=1, keepdims=True)
        loss = -np.log(probs[np.arange(N), y]).mean()
        dscores = probs.copy()
        dscores[np.arange(N), y] -= 1
        dscores /= N
        dW2 = hidden.T.dot(dscores)
        db2 = dscores.sum(axis=0)
        dhidden = dscores.dot(self.W2.T)
        dhidden[hidden <= 0] = 0
        self.W1 -= learning_rate * X.T.dot(dhidden)
        self.b1 -= learning_rate * dhidden.sum(axis=0)
        self.W2 -= learning_rate * dW2
        self.b2 -= learning_rate * db2
        return loss


class TwoLayerSoftmaxOpenGate(TwoLayerSoftmax):
    def train_on_batch(self, X, y, learning_rate):
        N = X.shape[0]
        hidden = np.maximum(0, X.dot(self.W1) + self.b1)
        scores = hidden.dot(self.W2) + self.b2
        exps = np.exp(scores - scores.max(axis=1, keepdims=True))
        probs = exps / exps.sum(axis=1, keepdims=True)
        loss = -np.log(probs[np.arange(N), y]).mean()
        dscores = probs.copy()
        dscores[np.arange(N), y] -= 1
        dscores /= N
        dW2 = hidden.T.dot(dscores)
        db2 = dscores.sum(axis=0)
        dhidden = dscores.dot(self.W2.T)
        self.W1 -= learning_rate * X.T.dot(dhidden)
        self.b1 -= learning_rate * dhidden.sum(axis=0)
        self.W2 -= learning_rate * dW2
        self.b2 -= learning_rate * db2
        return loss
