import numpy as np

from functions import cross_entropy, softmax


class Linear:
    def __init__(self, fan_in, fan_out, rng=None):
        rng = rng or np.random.RandomState(0)
        self.params = {"W": rng.randn(fan_in, fan_out) / np.sqrt(fan_in), "b": np.zeros((1, fan_out))}
        self.grads = {}

    def forward(self, x):
        self.x = x
        return x @ self.params["W"] + self.params["b"]

    def backward(self, delta):
        self.grads["W"] = self.x.T @ delta
        self.grads["b"] = delta.sum(0, keepdims=True)
        return delta @ self.params["W"].T


class ReLU:
    def forward(self, x):
        self.on = x > 0
        return x * self.on

    def backward(self, delta):
        return delta * self.on


class LeakyReLU:
    def __init__(self, slope=0.2):
        self.slope = slope

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.slope * x)

    def backward(self, delta):
        return np.where(self.x > 0, delta, -self.slope * delta)


class BatchNorm1d:
    def __init__(self, width, eps=1e-5, momentum=0.1):
        self.gamma, self.beta = np.ones(width), np.zeros(width)
        self.mean, self.var = np.zeros(width), np.ones(width)
        self.eps, self.momentum = eps, momentum
        self.training = True

    def forward(self, x):
        if self.training:
            mu, var = x.mean(0), x.var(0)
            self.mean = (1 - self.momentum) * self.mean + self.momentum * mu
            self.var = (1 - self.momentum) * self.var + self.momentum * var
        else:
            mu, var = self.mean, self.var
        self.inv = 1 / np.sqrt(var + self.eps)
        self.centred = x - mu
        self.norm = self.centred * self.inv
        return self.gamma * self.norm + self.beta

    def backward(self, delta):
        self.dgamma = (delta * self.norm).sum(0)
        self.dbeta = delta.sum(0)
        d = delta * self.gamma
        if not self.training:
            return d * self.inv
        dvar = (d * self.centred).sum(0) * -0.5 * self.inv ** 3
        dmu = -(d * self.inv).sum(0)
        return d * self.inv + dvar * 2 * self.centred / len(delta) + dmu


class MaxPool2x2:
    """(N, C, H, W) with even H and W"""

    def forward(self, x):
        n, c, h, w = x.shape
        blocks = x.reshape(n, c, h // 2, 2, w // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, h // 2, w // 2, 4)
        self.best = blocks.argmax(-1)
        self.shape = x.shape
        return blocks.max(-1)

    def backward(self, delta):
        n, c, h, w = self.shape
        out = np.zeros((n, c, h // 2, w // 2, 4))
        np.put_along_axis(out, self.best[..., None], delta[..., None], axis=-1)
        return out.reshape(n, c, h // 2, w // 2, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(self.shape)


class CrossEntropy:
    def forward(self, z, labels):
        self.p, self.labels = softmax(z), labels
        return cross_entropy(self.p, labels)

    def backward(self):
        d = self.p.copy()
        d[np.arange(self.labels.size), self.labels] -= 1
        return d / self.labels.size
