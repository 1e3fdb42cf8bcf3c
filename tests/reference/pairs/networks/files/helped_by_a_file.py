import numpy as np
from slopes_beside import slope, sigmoid


class Neuron:
    def __init__(self):
        self.w1 = np.random.normal()
        self.w2 = np.random.normal()
        self.b = np.random.normal()

    def feedforward(self, x):
        return sigmoid(self.w1 * x[0] + self.w2 * x[1] + self.b)

    def train(self, data, truths):
        rate = 0.1
        for _ in range(20):
            for x, y in zip(data, truths):
                total = self.w1 * x[0] + self.w2 * x[1] + self.b
                d = -2 * (y - sigmoid(total)) * slope(total)
                self.w1 -= rate * d * x[0]
                self.w2 -= rate * d * x[1]
                self.b -= rate * d


class SwappedNeuron:
    def __init__(self):
        self.w1 = np.random.normal()
        self.w2 = np.random.normal()
        self.b = np.random.normal()

    def feedforward(self, x):
        return sigmoid(self.w1 * x[0] + self.w2 * x[1] + self.b)

    def train(self, data, truths):
        rate = 0.1
        for _ in range(20):
            for x, y in zip(data, truths):
                total = self.w1 * x[0] + self.w2 * x[1] + self.b
                d = -2 * (y - sigmoid(total)) * slope(total)
                self.w1 -= rate * d * x[0]
                self.w2 -= rate * d * x[0]
                self.b -= rate * d
