import numpy as np


def bent(z):
    return np.tanh(z)


def bent_slope(z):
    return 1 - np.tanh(z) ** 2


class ByName:
    def __init__(self, sizes, bend):
        self.weights = [np.random.randn(b, a) for a, b in zip(sizes, sizes[1:])]
        self.bend = dict(zip(["tanh", "same"], [bent, lambda z: z]))[bend]
        self.slope = {"tanh": bent_slope, "same": np.ones_like}[bend]

    def answer(self, x):
        for w in self.weights:
            x = self.bend(w @ x)
        return x

    def backprop(self, x, y):
        kept, sums = [x], []
        for w in self.weights:
            sums.append(w @ kept[-1])
            kept.append(self.bend(sums[-1]))
        delta = (kept[-1] - y) * self.slope(sums[-1])
        found = [delta @ kept[-2].T]
        for k in range(2, len(self.weights) + 1):
            delta = (self.weights[-k + 1].T @ delta) * self.slope(sums[-k])
            found.insert(0, delta @ kept[-k - 1].T)
        return found


class ByNameAtTheAnswer(ByName):
    """The slope of what was bent already."""

    def backprop(self, x, y):
        kept, sums = [x], []
        for w in self.weights:
            sums.append(w @ kept[-1])
            kept.append(self.bend(sums[-1]))
        delta = (kept[-1] - y) * self.slope(sums[-1])
        found = [delta @ kept[-2].T]
        for k in range(2, len(self.weights) + 1):
            delta = (self.weights[-k + 1].T @ delta) * self.slope(kept[-k])
            found.insert(0, delta @ kept[-k - 1].T)
        return found


class ByNumber:
    def __init__(self, layers):
        self.w = []
        for a, b in zip(layers, layers[1:]):
            self.w.append(np.random.randn(a, b))

    def forward(self, X):
        self.one = np.tanh(X @ self.w[0])
        self.two = np.tanh(self.one @ self.w[1])
        return self.two @ self.w[2]

    def train(self, X, Y, rounds, learning_rate):
        for _ in range(rounds):
            third = self.forward(X) - Y
            second = (third @ self.w[2].T) * (1 - self.two**2)
            first = (second @ self.w[1].T) * (1 - self.one**2)
            self.w[2] -= learning_rate * self.two.T @ third
            self.w[1] -= learning_rate * self.one.T @ second
            self.w[0] -= learning_rate * X.T @ first


class ByNumberTooLate(ByNumber):
    """The last layer is new when the error goes through it."""

    def train(self, X, Y, rounds, learning_rate):
        for _ in range(rounds):
            third = self.forward(X) - Y
            self.w[2] -= learning_rate * self.two.T @ third
            second = (third @ self.w[2].T) * (1 - self.two**2)
            first = (second @ self.w[1].T) * (1 - self.one**2)
            self.w[1] -= learning_rate * self.one.T @ second
            self.w[0] -= learning_rate * X.T @ first


class ByRow:
    def __init__(self, structure):
        self.w = [np.random.randn(a, b) for a, b in zip(structure, structure[1:])]
        self.kept = [np.zeros(0) for _ in self.w]

    def forward(self, x):
        self.kept[0] = x
        for k in range(len(self.w) - 1):
            self.kept[k + 1] = np.tanh(self.kept[k] @ self.w[k])
        return self.kept[-1] @ self.w[-1]

    def back_propagation(self, X, Y, epochs=5, learning_rate=0.2):
        for _ in range(epochs):
            for i in range(X.shape[0]):
                delta = Y[i] - self.forward(X[i])
                for k in range(len(self.w) - 1, -1, -1):
                    step = learning_rate * np.outer(self.kept[k], delta)
                    delta = (self.w[k] @ delta) * (1 - self.kept[k] ** 2)
                    self.w[k] += step


class ByRowBentTwice(ByRow):
    """What is kept is bent once more for its slope."""

    def back_propagation(self, X, Y, epochs=5, learning_rate=0.2):
        for _ in range(epochs):
            for i in range(X.shape[0]):
                delta = Y[i] - self.forward(X[i])
                for k in range(len(self.w) - 1, -1, -1):
                    step = learning_rate * np.outer(self.kept[k], delta)
                    delta = (self.w[k] @ delta) * bent_slope(self.kept[k])
                    self.w[k] += step


def step_of_lists(X, Y, weights, learning_rate):
    h = np.tanh(X @ weights[0])
    delta = Y - h @ weights[1]
    below = (delta @ weights[1].T) * (1 - h**2)
    weights[1] += learning_rate * h.T @ delta
    weights[0] += learning_rate * X.T @ below


def step_of_lists_halved(X, Y, weights, learning_rate):
    h = np.tanh(X @ weights[0])
    delta = Y - h @ weights[1]
    below = (delta @ weights[1].T) * (1 - h**2)
    weights[1] += learning_rate * h.T @ delta
    weights[0] += learning_rate * X.T @ below / 2
