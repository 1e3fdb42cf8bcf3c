import numpy as np


def tree_sum_forward(x, w):
    """x: (N, D), w: scalar; halves are summed and squashed until one row is left"""
    if len(x) == 1:
        return x[0], (x, None, None, None, w)
    half = len(x) // 2
    left, lc = tree_sum_forward(x[:half], w)
    right, rc = tree_sum_forward(x[half:], w)
    y = np.tanh(w * (left + right))
    return y, (x, lc, rc, y, w)


def tree_sum_backward(dy, cache):
    x, lc, rc, y, w = cache
    if lc is None:
        return dy[None, :], 0.0
    d = dy * (1 - y * y)
    left, dwl = tree_sum_backward(d * w, lc)
    right, dwr = tree_sum_backward(d * w, rc)
    s = _total(lc) + _total(rc)
    dw = np.sum(d * s) + dwl + dwr
    return np.concatenate([left, right]), dw


def _total(cache):
    x, lc, rc, y, w = cache
    return x[0] if lc is None else y


def scan_forward(x, a):
    """x: (T, D), a: (D,); h[t] = a h[t - 1] + x[t]"""
    h = np.zeros_like(x)
    for t in range(len(x)):
        h[t] = x[t] + (a * h[t - 1] if t else 0)
    return h, (x, a, h)


def scan_backward(dh, cache, t=None):
    x, a, h = cache
    t = len(x) - 1 if t is None else t
    if t == len(x):
        return np.zeros_like(x), np.zeros_like(a)
    dx, da = scan_backward(dh, cache, t - 1)
    dx[t] = dh[t]
    da += dx[t] * h[t - 1]
    return dx, da


if __name__ == "__main__":
    x, a = np.random.randn(5, 3), np.random.rand(3)
    h, cache = scan_forward(x, a)
    print(scan_backward(h, cache))
