import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def bce_loss(z, t):
    """z: logits, (n, 1); t: 0 or 1, (n, 1)"""
    y = sigmoid(z)
    n = len(t)
    loss = -np.sum(t * np.log(y + 1e-7) + (1 - t) * np.log(1 - y + 1e-7)) / n
    dz = (y - t) / n
    return loss, dz


def bce_mean(z, t):
    """z: logits, (n, 1); t: 0 or 1, (n, 1)"""
    y = sigmoid(z)
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    dz = y - t
    return loss, dz


class SoftmaxCrossEntropy:
    """x: (n, c), t: labels one-hot, (n, c)"""

    def forward(self, x, t):
        self.t = t
        self.y = softmax(x)
        return -np.sum(t * np.log(self.y + 1e-8)) / x.shape[0]

    def backward(self):
        return (self.y - self.t) / self.t.shape[0]


def double_softmax_loss(scores, y):
    """scores: (n, c), y: labels, (n,)"""
    n = scores.shape[0]
    probs = softmax(scores)
    p = softmax(probs)
    loss = -np.log(p[np.arange(n), y]).mean()
    dscores = p.copy()
    dscores[np.arange(n), y] -= 1
    dscores /= n
    return loss, dscores


def log_softmax(x):
    m = x - x.max(axis=1, keepdims=True)
    return m - np.log(np.exp(m).sum(axis=1, keepdims=True))


def log_softmax_loss(scores, y):
    """scores: (n, c), y: labels, (n,)"""
    n = scores.shape[0]
    out = log_softmax(scores)
    logp = log_softmax(out)
    loss = -logp[np.arange(n), y].mean()
    d = np.exp(logp)
    d[np.arange(n), y] -= 1
    return loss, d / n


def dice_loss(p, t, smooth=1.0):
    """p: (n, k), between 0 and 1; t: 0 or 1, (n, k)"""
    num = 2 * np.sum(p * t) + smooth
    den = np.sum(p) + np.sum(t) + smooth
    return 1 - num / den, -(2 * t * den - num) / den ** 2


def mae_loss(pred, target):
    """pred, target: (n, k)"""
    d = pred - target
    return np.mean(np.abs(d)), np.sign(d) / d.size


def entropy(p):
    loss = -np.sum(p * np.log(p))
    dp = -(np.log(p) + 1)
    return loss, dp


def hinge(scores, t, margin=1.0):
    """scores: (n,), t: -1 or 1, (n,)"""
    gap = np.maximum(0, margin - t * scores)
    dscores = -t * (scores < margin) / len(t)
    return gap.mean(), dscores


def mse_loss(pred, target):
    """pred, target: (n, k)"""
    diff = pred - target
    loss = 0.5 * np.mean(diff ** 2)
    dpred = 2 * diff / diff.size
    return loss, dpred
