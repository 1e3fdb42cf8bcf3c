"""Implementations of one pair, in several styles, and what is wrong with some."""

from __future__ import annotations

__all__ = ["AFFINE", "BATCH_SUMMED", "BY_LOOPS", "IN_JAX", "LAYER", "OTHER_LABELS", "SCORES", "TURNED", "UNRELATED"]

AFFINE = '''
def affine_forward(x, w, b):
    """x: (N, D); w: (D, M); b: (M,)"""
    return x @ w + b, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)
'''

BY_LOOPS = '''
import numpy as np


def affine_forward(inputs, W, bias):
    """inputs: (N, D); W: (D, M); bias: (M,)"""
    out = np.zeros((inputs.shape[0], W.shape[1]))
    for i in range(out.shape[0]):
        out[i] = bias
        for k in range(W.shape[0]):
            out[i] += inputs[i, k] * W[k]
    return out, (inputs, W, bias)


def affine_backward(dout, cache):
    inputs, W, bias = cache
    dinputs, dW, dbias = np.zeros_like(inputs), np.zeros_like(W), np.zeros_like(bias)
    for i in range(dout.shape[0]):
        dbias += dout[i]
        for k in range(W.shape[0]):
            dinputs[i, k] += dout[i] @ W[k]
            dW[k] += inputs[i, k] * dout[i]
    return dinputs, dW, dbias
'''

TURNED = '''
def dense_forward(inp, weight, b):
    """inp: (N, D); weight: (M, D); b: (M,)"""
    return inp @ weight.T + b, (inp, weight)


def dense_backward(dout, saved):
    x, w = saved
    return dout @ w, dout.T @ x, dout.sum(0)
'''

BATCH_SUMMED = TURNED.replace("dout.T @ x", "(dout.T @ x) / x.shape[0]")

LAYER = """
import numpy as np


class Affine:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * 0.1
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = dout.sum(axis=0)
        return dout @ self.W.T
"""

IN_JAX = AFFINE.replace("x @ w + b,", "jnp.dot(x, w) + b,").replace("\ndef", "import jax.numpy as jnp\n\n\ndef", 1)

SCORES = '''
import numpy as np


def softmax_loss(x, y):
    """x: scores, of shape (N, C); y: labels, of shape (N,), with 0 <= y[i] < C"""
    N = x.shape[0]
    z = x - x.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    loss = -logp[np.arange(N), y].mean()
    dx = np.exp(logp)
    dx[np.arange(N), y] -= 1
    return loss, dx / N


def cube_forward(x):
    """x: (N, D)"""
    return x ** 3, x


def cube_backward(dout, cache):
    return 3 * cache ** 2 * dout
'''

OTHER_LABELS = '''
import numpy as np


def softmax_loss(scores, labels):
    """scores: (N, C); labels: one-hot, (N, C). Returns the loss and its gradient."""
    e = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    loss = -np.sum(labels * np.log(p)) / len(p)
    dscores = (p - labels) / len(p)
    return loss, dscores
'''

UNRELATED = '''
import numpy as np


def conv_forward(x, w):
    """x: (N, C, L); w: (F, C, K)"""
    K = w.shape[2]
    out = np.stack([np.einsum("nck,fck->nf", x[:, :, t:t + K], w) for t in range(x.shape[2] - K + 1)], axis=2)
    return out, (x, w)


def conv_backward(dout, cache):
    x, w = cache
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for t in range(dout.shape[2]):
        dw += np.einsum("nf,nck->fck", dout[:, :, t], x[:, :, t:t + w.shape[2]])
        dx[:, :, t:t + w.shape[2]] += np.einsum("nf,fck->nck", dout[:, :, t], w)
    return dx, dw
'''
