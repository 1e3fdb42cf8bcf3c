import logging
import sys

import numpy as np

logger = logging.getLogger("layers")
STATS = {}
DEBUG = True


def dense_forward(x, w, b):
    """x: (N, D), w: (D, M), b: (M,)"""
    print("x", x.shape, "w", w.shape)
    out = x.dot(w) + b
    print(out)
    return out, (x, w)


def dense_backward(dout, cache):
    x, w = cache
    if DEBUG:
        print("dout: mean %.4f, std %.4f" % (dout.mean(), dout.std()))
        sys.stderr.write("backward\n")
    return dout.dot(w.T), x.T.dot(dout), dout.sum(axis=0)


def conv1x1_forward(x, w):
    """x: (N, C, H, W), w: (F, C)"""
    with open("activations.log", "a") as log:
        log.write("%r\n" % (x.shape,))
    return np.einsum("nchw,fc->nfhw", x, w), (x, w)


def conv1x1_backward(dout, cache):
    x, w = cache
    dx = np.einsum("nfhw,fc->nchw", dout, w)
    dw = np.einsum("nfhw,nchw->fc", dout, x)
    with open("gradients.log", "a") as log:
        log.write("%r\n" % (dw.shape,))
    return dx, dw


def scale_forward(x, g, p=0.8):
    """x: (N, D), g: (D,), p: probability of keeping a unit"""
    np.seterr(all="ignore")
    np.random.seed(1)
    d = np.random.rand(*x.shape) < p
    return x * g * d / p, (x, g, d, p)


def scale_backward(dout, cache):
    x, g, d, p = cache
    np.seterr(divide="warn")
    dx = dout * g * d / p
    dg = np.sum(dout * x * d / p, axis=0)
    return dx, dg


class TanhLayer:
    def forward(self, x):
        STATS["forward"] = STATS.get("forward", 0) + 1
        logger.warning("forward %d", STATS["forward"])
        self.y = np.tanh(x)
        return self.y

    def backward(self, dy):
        STATS["grad_norm"] = float(np.linalg.norm(dy))
        return dy * (1 - self.y * self.y)
