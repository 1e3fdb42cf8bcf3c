from numpy import *


def affineForward(X, W, b):
    # X: N x D, W: D x M, b: 1 x M
    return dot(X, W) + b, [X, W, b]


def affineBackward(dOut, cache):
    X, W, b = cache
    dX = dot(dOut, W.T)
    dW = dot(X.T, dOut)
    db = sum(dOut, axis=0, keepdims=True)
    return dX, dW, db


def forward_relu(x):
    return maximum(x, 0), x


def backward_relu(dout, cache):
    return where(cache > 0, dout, 0)


def conv_foward(x, w):
    """x: (N, L), w: (K,) with K <= L"""
    L = x.shape[1] - len(w) + 1
    return stack([x[:, i:i + len(w)].dot(w) for i in range(L)], axis=1), (x, w)


def conv_backward(dout, cache):
    x, w = cache
    dx, dw = zeros_like(x), zeros_like(w)
    for i in range(dout.shape[1]):
        dx[:, i:i + len(w)] += outer(dout[:, i], w)
        dw += dout[:, i].dot(x[:, i:i + len(w)])
    return dx, dw


def forwardMul(a, b):
    """a, b: (N, D)"""
    return a * b, (a, b)


def backwardMul(dout, cache):
    """Returns the gradients of a and of b, in this order."""
    a, b = cache
    return dout * a, dout * b


def scale_shift_forward(x, scale, shift):
    """x: (N, D), scale: (D,), shift: (D,)"""
    return x * scale + shift, (x, scale)


def scale_shift_backward(dout, cache):
    x, scale = cache
    dshift = dout.sum(axis=0)
    dscale = (dout * x).sum(axis=0)
    dx = dout * scale
    return dshift, dscale, dx


def sigmoid(x):
    return 1 / (1 + exp(-x))


def dsigmoid(x):
    return sigmoid(x) * sigmoid(-x)


def htan(x):
    return tanh(x)


def htan_der(x):
    return tanh(x) ** 2 - 1


class Linear:
    def __init__(self, n, m):
        self.W = random.randn(n, m)
        self.gW = zeros((n, m))

    def fprop(self, x):
        self.x = x
        return x @ self.W

    def bprop(self, g):
        self.gW = self.x.T @ g
        return g @ self.W.T


class Tanh:
    def __call__(self, x):
        self.y = tanh(x)
        return self.y

    def backward(self, g):
        return g * (1 - self.y ** 2)


class ReLU:
    def forward(self, x):
        self.x = x
        return maximum(x, 0)

    def backprop(self, g):
        return maximum(g, 0)


class Square:
    def forward_pass(self, z):
        self.z = z
        return z ** 2

    def backward_pass(self, g):
        return g * self.z
