"""Assignment 1. Fill in the missing parts."""
import numpy as np


def affine_forward(x, w, b):
    """x: (N, D), w: (D, M), b: (M,)"""
    out = x.dot(w) + b
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    x, w, b = cache
    dx, dw, db = None, None, None
    ###########################################################################
    # TODO: Implement the backward pass.                                      #
    ###########################################################################
    pass
    ###########################################################################
    #                             END OF YOUR CODE                            #
    ###########################################################################
    return dx, dw, db


def relu_forward(x):
    out = None
    out = np.maximum(0, x)
    return out, x


def relu_backward(dout, cache):
    raise NotImplementedError("relu_backward")


def sigmoid_forward(x):
    out = None
    ### START CODE HERE ###
    out = 1 / (1 + np.exp(-x))
    ### END CODE HERE ###
    return out, out


def sigmoid_backward(dout, cache):
    dx = None
    ### START CODE HERE ###
    dx = dout * cache * (1 - cache)
    ### END CODE HERE ###
    return dx


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    """x: (N, D), gamma, beta: (D,)"""
    mu = x.mean(0)
    std = np.sqrt(x.var(0) + eps)
    xhat = (x - mu) / std
    return gamma * xhat + beta, (xhat, gamma, std)


def batchnorm_backward(dout, cache):
    xhat, gamma, std = cache
    dgamma = (dout * xhat).sum(0)
    dbeta = dout.sum(0)
    dx = None
    # your code here
    return dx, dgamma, dbeta


def svm_loss(W, X, y, reg):
    """W: (D, C), X: (N, D), y: (N,) labels"""
    dW = np.zeros_like(W)
    scores = X.dot(W)
    correct = scores[np.arange(len(y)), y][:, None]
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(len(y)), y] = 0
    loss = margins.sum() / len(y) + reg * np.sum(W * W)
    # TODO: the gradient of the loss, stored in dW
    dW = None
    return loss, dW


def two_layer_loss(W1, W2, X, y):
    """W1: (D, H), W2: (H, C), X: (N, D), y: (N,) labels"""
    H = np.tanh(X @ W1)
    S = H @ W2
    P = np.exp(S - S.max(1, keepdims=True))
    P /= P.sum(1, keepdims=True)
    loss = -np.log(P[np.arange(len(y)), y]).mean()
    dS = P.copy()
    dS[np.arange(len(y)), y] -= 1
    dS /= len(y)
    dW2 = H.T @ dS
    dW1 = ...
    return loss, dW1, dW2


def tanh(x):
    return np.tanh(x)


def tanh_grad(x):
    pass


class Flatten:
    def forward(self, x):
        self.shape = x.shape
        return x.reshape(x.shape[0], -1)

    def backward(self, dout):
        return dout.reshape(self.shape)


class Conv:
    def __init__(self, n_filters, channels, size):
        self.w = np.random.randn(n_filters, channels, size, size)
        self.b = np.zeros(n_filters)

    def forward(self, x):
        """x: (N, channels, H, W)"""
        self.x = x
        k = self.w.shape[2]
        h, w = x.shape[2] - k + 1, x.shape[3] - k + 1
        out = np.zeros((x.shape[0], self.w.shape[0], h, w))
        for i in range(h):
            for j in range(w):
                out[:, :, i, j] = np.tensordot(x[:, :, i:i + k, j:j + k], self.w, ([1, 2, 3], [1, 2, 3])) + self.b
        return out

    def backward(self, dout):
        dx = np.zeros_like(self.x)
        # TODO: dw, db and dx
        raise NotImplementedError
        return dx


class MaxPool:
    def __init__(self, size):
        self.size = size

    def forward(self, x):
        """x: (N, C, H, W)"""
        self.x = x
        n, c, h, w = x.shape
        s = self.size
        return x[:, :, :h // s * s, :w // s * s].reshape(n, c, h // s, s, w // s, s).max(axis=(3, 5))

    def backward(self, dout):
        pass
