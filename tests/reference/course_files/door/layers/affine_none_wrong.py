import numpy as np


def affine_forward(x, w, b):
    out = None
    out = x @ w + b
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    dx, dw, db = None, None, None
    dx = dout @ w.T
    dw = x.T @ dout
    db = np.sum(dout, axis=1)
    return dx, dw, db
