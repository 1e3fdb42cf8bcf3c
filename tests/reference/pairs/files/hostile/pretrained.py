import numpy as np


class VGGBlock:
    def __init__(self, weights_path="vgg16_weights.npz", layer="conv1_1"):
        data = np.load(weights_path)
        self.W = data[layer + "_W"]
        self.b = data[layer + "_b"]

    def forward(self, x):
        self.x = x
        return np.maximum(x @ self.W + self.b, 0)

    def backward(self, dout):
        d = dout * (self.x @ self.W + self.b > 0)
        self.dW, self.db = self.x.T @ d, d.sum(axis=0)
        return d @ self.W.T


class GloveEmbedding:
    def __init__(self, path):
        with open(path, encoding="utf-8") as lines:
            self.W = np.array([[float(v) for v in line.split()[1:]] for line in lines])

    def forward(self, idx):
        self.idx = idx
        return self.W[idx]

    def backward(self, dout):
        self.dW = np.zeros_like(self.W)
        np.add.at(self.dW, self.idx, dout)
