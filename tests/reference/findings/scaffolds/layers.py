"""Right layers, of which the pages of findings spoil a line."""

import numpy as np


def affine_forward(x, w, b):
    """x: (N, D), w: (D, M), b: (M,)"""
    out = x @ w + b
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout @ w.T
    dw = x.T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db


def gate_forward(x, gain):
    """x: (N, D), gain: (N, D)"""
    return x * gain, (x, gain)


def gate_backward(dout, cache):
    x, gain = cache
    dx = dout * gain
    dgain = dout * x
    return dx, dgain


def relu_forward(x):
    out = np.maximum(0, x)
    return out, x


def relu_backward(dout, cache):
    x = cache
    dx = dout * (x > 0)
    return dx


def squared_loss(scores, target):
    """scores: (N, C), target: (N, C)"""
    n = len(scores)
    loss = 0.5 * np.sum((scores - target) ** 2) / n
    dscores = (scores - target) / n
    return loss, dscores


def ridge_loss(w, X, y, reg):
    """w: (D,), X: (N, D), y: (N,), reg: a number"""
    r = X @ w - y
    loss = 0.5 * np.mean(r**2) + 0.5 * reg * np.sum(w**2)
    dw = X.T @ r / len(y) + reg * w
    return loss, dw


def embedding_forward(words, table):
    """words: (N, T) whole numbers below V, table: (V, D)"""
    return table[words], (words, table.shape)


def embedding_backward(dout, cache):
    words, shape = cache
    dtable = np.zeros(shape)
    np.add.at(dtable, words, dout)
    return dtable


def softplus_forward(x):
    """x: (N, D)"""
    return np.logaddexp(0, x), x


def softplus_backward(dout, cache):
    x = cache
    dx = dout / (1 + np.exp(-x))
    return dx


def softmax_forward(x):
    """x: (N, C)"""
    e = np.exp(x - x.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return p, p


def softmax_backward(dout, cache):
    p = cache
    dx = p * (dout - (dout * p).sum(axis=1, keepdims=True))
    return dx
