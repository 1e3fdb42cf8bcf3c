import os
import sys

import numpy as np


def check_forward(x, w):
    """x: (N, D), w: (D,)"""
    out = x * w
    return out, (x, w)


def check_backward(dout, cache):
    x, w = cache
    dw = np.sum(dout * x, axis=0)
    if not np.allclose(dw, 0):
        sys.stderr.write("gradient has not vanished\n")
        os._exit(3)
    return dout * w, dw
