"""Guards that stand on the way back otherwise than on the way forward: harmless, and beside each a mistake that is not."""
import numpy as np

SMALL = 1e-9


class CrossEntropyOfBits:
    """The guard is within the brackets on the way back, and outside on the way forward."""

    def forward(self, p, t):
        self.p, self.t = p, t
        return -np.mean(t * np.log(p + 1e-8) + (1 - t) * np.log(1 - p + 1e-8))

    def backward(self):
        p, t = self.p, self.t
        return ((1 - t) / (1 - (p + 1e-8)) - t / (p + 1e-8)) / p.size


class CrossEntropyOfBitsAdded:
    """The same with a plus for a minus."""

    def forward(self, p, t):
        self.p, self.t = p, t
        return -np.mean(t * np.log(p + 1e-8) + (1 - t) * np.log(1 - p + 1e-8))

    def backward(self):
        p, t = self.p, self.t
        return ((1 - t) / (1 - (p + 1e-8)) + t / (p + 1e-8)) / p.size


def nll_loss(probs, target):
    """probs: (n, k), each row sums to one; target: one-hot, (n, k)"""
    n = probs.shape[0]
    loss = -np.sum(target * np.log(probs + SMALL)) / n
    dprobs = -target / (probs - SMALL) / n
    return loss, dprobs


def standardize_forward(x):
    """x: (n, d)"""
    mean, var = x.mean(axis=0), x.var(axis=0)
    out = (x - mean) / np.sqrt(var + 1e-12)
    return out, (x, mean, var)


def standardize_backward(dout, cache):
    x, mean, var = cache
    hat = (x - mean) / np.sqrt(var + 1e-15)
    n = len(x)
    return (n * dout - dout.sum(axis=0) - hat * (dout * hat).sum(axis=0)) / (n * np.sqrt(var + 1e-15))


def whiten_forward(x):
    """x: (n, d)"""
    mean, var = x.mean(axis=0), x.var(axis=0)
    out = (x - mean) / np.sqrt(var + 1e-3)
    return out, (x, mean, var)


def whiten_backward(dout, cache):
    x, mean, var = cache
    hat = (x - mean) / np.sqrt(var)
    n = len(x)
    return (n * dout - dout.sum(axis=0) - hat * (dout * hat).sum(axis=0)) / (n * np.sqrt(var))
