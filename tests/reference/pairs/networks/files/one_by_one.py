import numpy as np


class Bikes:
    def __init__(self, input_nodes, hidden_nodes, output_nodes, learning_rate):
        self.inward = np.random.normal(0.0, input_nodes**-0.5, (input_nodes, hidden_nodes))
        self.outward = np.random.normal(0.0, hidden_nodes**-0.5, (hidden_nodes, output_nodes))
        self.lr = learning_rate
        self.bend = lambda x: 1 / (1 + np.exp(-x))

    def train(self, features, targets):
        total_in, total_out = np.zeros(self.inward.shape), np.zeros(self.outward.shape)
        for x, y in zip(features, targets):
            answer, hidden = self.once(x)
            total_in, total_out = self.backpropagation(answer, hidden, x, y, total_in, total_out)
        self.update(total_in, total_out, features.shape[0])

    def once(self, x):
        hidden = self.bend(np.dot(x, self.inward))
        return np.dot(hidden, self.outward), hidden

    def backpropagation(self, answer, hidden, x, y, total_in, total_out):
        error = y - answer
        below = np.dot(self.outward, error) * hidden * (1 - hidden)
        total_in += below * x[:, None]
        total_out += error * hidden[:, None]
        return total_in, total_out

    def update(self, total_in, total_out, many):
        self.outward += self.lr * total_out / many
        self.inward += self.lr * total_in / many

    def run(self, features):
        return np.dot(self.bend(np.dot(features, self.inward)), self.outward)


class BikesTwice(Bikes):
    """One of both is divided by the number of examples twice."""

    def train(self, features, targets):
        total_in, total_out = np.zeros(self.inward.shape), np.zeros(self.outward.shape)
        for x, y in zip(features, targets):
            answer, hidden = self.once(x)
            total_in, total_out = self.backpropagation(answer, hidden, x, y, total_in, total_out)
        self.update(total_in / len(features), total_out, features.shape[0])
