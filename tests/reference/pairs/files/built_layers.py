"""Layers that have no parameters until somebody calls another method than the constructor."""
import numpy as np


class Allocated:
    """Is told how much comes in by a method of its own name."""

    def __init__(self, n_out):
        self.n_out = n_out

    def allocate(self, n_in):
        self.kernel = np.random.randn(n_in, self.n_out) / np.sqrt(n_in)
        self.offset = np.zeros(self.n_out)

    def forward(self, x):
        self.x = x
        return x @ self.kernel + self.offset

    def backward(self, dout):
        self.dkernel = self.x.T @ dout
        self.doffset = dout.sum(axis=0)
        return dout @ self.kernel.T


class AllocatedMean(Allocated):
    def forward(self, x):
        self.x = x
        return x @ self.kernel + self.offset

    def backward(self, dout):
        self.dkernel = self.x.T @ dout
        self.doffset = dout.mean(axis=0)
        return dout @ self.kernel.T


class Drawn:
    """Columns; its parameters are drawn by a method that is told from what."""

    def __init__(self, n_units, n_inputs):
        self.n_units = n_units
        self.n_inputs = n_inputs
        self.weights = None
        self.biases = None

    def draw_parameters(self, weight_mean, weight_std, bias_mean=0.0, bias_std=1.0):
        self.weights = np.random.normal(weight_mean, weight_std, [self.n_units, self.n_inputs])
        self.biases = np.random.normal(bias_mean, bias_std, [self.n_units, 1])

    def forward(self, a):
        self.a = a
        self.z = self.weights @ a + self.biases
        return np.tanh(self.z)

    def backward(self, da):
        dz = da * (1 - np.tanh(self.z) ** 2)
        self.dweights = dz @ self.a.T
        self.dbiases = dz.sum(axis=1, keepdims=True)
        return self.weights.T @ dz


class Handed:
    """Its parameters are made by whoever owns it."""

    def __init__(self, units):
        self.units = units
        self.dW, self.db = None, None

    def set_params(self, W, b):
        self.W = W
        self.b = b

    def forward(self, X):
        self.X = X
        return np.dot(X, self.W) + self.b

    def backward(self, delta):
        self.dW = np.dot(self.X.T, delta)
        self.db = np.sum(delta, axis=0)
        return np.dot(delta, self.W.T)


class HandedHalf(Handed):
    def forward(self, X):
        self.X = X
        return np.dot(X, self.W) + self.b

    def backward(self, delta):
        self.dW = np.dot(self.X.T, delta) / 2
        self.db = np.sum(delta, axis=0)
        return np.dot(delta, self.W.T)


class Normalizer:
    """Two methods; one of them is for a neighbour and no help."""

    def __init__(self, eps=1e-5):
        self.eps = eps

    def connect(self, following):
        self.following = following.name

    def make_variables(self, input_shape):
        self.gain = np.ones(input_shape)
        self.shift = np.zeros(input_shape)

    def forward(self, x):
        self.centred = x - x.mean(axis=0)
        self.std = np.sqrt(x.var(axis=0) + self.eps)
        self.hat = self.centred / self.std
        return self.gain * self.hat + self.shift

    def backward(self, grad):
        self.dgain = np.sum(grad * self.hat, axis=0)
        self.dshift = np.sum(grad, axis=0)
        g = grad * self.gain
        return (g - g.mean(axis=0) - self.hat * np.mean(g * self.hat, axis=0)) / self.std
