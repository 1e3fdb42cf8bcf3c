import numpy as np


def dropout_forward(x, p, mode):
    """x: (N, D); p: probability of keeping a unit; mode: 'train' or 'test'"""
    if mode == 'train':
        mask = np.random.rand(*x.shape) < p
        return x * mask, (mode, p, mask)
    return x * p, (mode, p, None)


def dropout_backward(dout, cache):
    mode, p, mask = cache
    if mode == 'train':
        dx = dout * mask
    else:
        dx = dout
    return dx


def batchnorm_forward(x, gamma, beta, running_mean, running_var, mode='train'):
    """x: (N, D); gamma, beta, running_mean: (D,); running_var: (D,), positive; mode: 'train' or 'test'"""
    if mode == 'train':
        mean, var = x.mean(axis=0), x.var(axis=0)
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + 1e-5)
    xhat = (x - mean) / std
    return gamma * xhat + beta, {'xhat': xhat, 'std': std, 'gamma': gamma, 'mode': mode}


def batchnorm_backward(dout, cache):
    xhat, std, gamma = cache['xhat'], cache['std'], cache['gamma']
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    g = dout * gamma
    dx = (g - g.mean(axis=0) - xhat * (g * xhat).mean(axis=0)) / std
    return dx, dgamma, dbeta


class SpatialDropout:
    """Leaves out whole channels. x: (N, C, H, W)"""

    def __init__(self, rate=0.25, seed=0):
        self.keep = 1 - rate
        self.rng = np.random.RandomState(seed)

    def forward(self, x):
        self.mask = (self.rng.uniform(size=x.shape[:2]) < self.keep) / self.keep
        return x * self.mask[:, :, None, None]

    def backward(self, dout):
        return dout * self.mask[:, :, None, None]


class Noise:
    def __init__(self, sigma=0.1):
        self.sigma = sigma

    def forward(self, x):
        self.factor = 1 + self.sigma * np.random.normal(size=x.shape)
        return x * self.factor

    def backward(self, dout):
        return dout * self.factor


class StochasticDepth:
    """y = x + b tanh(x) / p, where b is 1 with probability p for every example"""

    def __init__(self, p=0.7):
        self.p = p

    def forward(self, x):
        self.b = (np.random.rand(len(x), 1) < self.p) * 1.0
        self.t = np.tanh(x)
        return x + self.b * self.t / self.p

    def backward(self, dout):
        return dout + dout * self.b * (1 - self.t ** 2)
