"""Array operations as pairs: every forward returns its result and what the backward needs."""
import numpy as np


def gather_forward(x, idx):
    """Rows of x, (n, d), at the positions idx, integers of shape (k,), 0 <= idx < n"""
    return x[idx], (x.shape, idx)


def gather_backward(dy, ctx):
    shape, idx = ctx
    dx = np.zeros(shape)
    for k in range(len(idx)):
        dx[idx[k]] = dy[k]
    return dx


def scatter_add_forward(src, idx, n=9):
    """src: (k, d), idx: integers in [0, n), (k,)"""
    out = np.zeros((n, src.shape[1]))
    np.add.at(out, idx, src)
    return out, idx


def scatter_add_backward(dout, ctx):
    return dout[ctx]


def cumsum_forward(x):
    """x: (n, d); sums along the rows of the array"""
    return np.cumsum(x, axis=0), None


def cumsum_backward(dy, ctx):
    dx = np.cumsum(dy[::-1], axis=0)
    return dx


def outer_forward(u, v):
    """u: (n,), v: (m,)"""
    return np.outer(u, v), (u, v)


def outer_backward(dy, ctx):
    u, v = ctx
    return dy @ v, u @ dy


def inverse_forward(A):
    """A: (n, n), invertible"""
    Y = np.linalg.inv(A)
    return Y, Y


def inverse_backward(dY, Y):
    dA = -Y @ dY @ Y.T
    return dA


def matmul_forward(a, b):
    """a: (n, k), b: (k, m)"""
    return np.matmul(a, b), (a, b)


def matmul_backward(dc, ctx):
    a, b = ctx
    return np.matmul(dc, b.T), np.matmul(a.T, dc)


def concat_forward(a, b):
    """a: (n, p), b: (n, q)"""
    return np.concatenate((a, b), axis=1), a.shape[1]


def concat_backward(dout, p):
    da, db = np.split(dout, [p], axis=1)
    return da, db


def transpose_forward(x, axes):
    """x: (a, b, c); axes: a permutation such as (2, 0, 1)"""
    return np.transpose(x, axes), axes


def transpose_backward(dy, axes):
    return np.transpose(dy, np.argsort(axes))


def broadcast_add_forward(x, row, col):
    """x: (n, m), row: (m,), col: (n, 1)"""
    return x + row + col, None


def broadcast_add_backward(dy, _):
    dx = 1.0 * dy
    drow = dy.sum(axis=0)
    dcol = dy.sum(axis=1, keepdims=True)
    return dx, drow, dcol


def bilinear_forward(x, W, y):
    """x: (n, d), W: (d, e), y: (n, e)"""
    return np.sum(x.dot(W) * y, axis=1), (x, W, y)


def bilinear_backward(dout, ctx):
    x, W, y = ctx
    d = dout[:, None]
    dx = d * y.dot(W.T)
    dW = x.T.dot(d * y)
    dy = d * x.dot(W)
    return dx, dW, dy


def solve_forward(A, b):
    """A: (n, n), invertible; b: (n, m)"""
    x = np.linalg.solve(A, b)
    return x, (A, x)


def solve_backward(dx, ctx):
    A, x = ctx
    db = np.linalg.solve(A.T, dx)
    dA = -db @ x.T
    return dA, db


def where_forward(c, a, b):
    """c: booleans, (n, m); a, b: (n, m)"""
    return np.where(c, a, b), c


def where_backward(dy, c):
    da = np.where(c, dy, 0)
    db = np.where(c, 0, dy)
    return da, db


def logsumexp_forward(x):
    """x: (n, m), over the last axis"""
    top = x.max(axis=-1, keepdims=True)
    y = np.log(np.sum(np.exp(x - top), axis=-1)) + top[..., 0]
    return y, (x, y)


def logsumexp_backward(dy, ctx):
    x, y = ctx
    return np.exp(x - y[:, None]) * dy[:, None]


def norm_forward(x):
    """x: (n, m), one length for every row"""
    y = np.sqrt((x * x).sum(axis=1))
    return y, (x, y)


def norm_backward(dy, ctx):
    x, y = ctx
    dx = x / y[:, None] ** 2 * dy[:, None]
    return dx


def prod_forward(x):
    """x: (n, m) without zeros"""
    return np.prod(x, axis=1), x


def prod_backward(dy, x):
    return (dy * np.prod(x, axis=1))[:, None] / x


def max_forward(x):
    """x: (n, m)"""
    y = x.max(axis=1)
    return y, (x, y)


def max_backward(dy, ctx):
    x, y = ctx
    hit = (x == y[:, None]).astype(float)
    hit /= hit.sum(axis=1, keepdims=True)
    return hit * dy[:, None]


def std_forward(x):
    """x: (n, m), n > 2; the sample's standard deviation of every column"""
    s = np.std(x, axis=0, ddof=1)
    return s, (x, s)


def std_backward(dy, ctx):
    x, s = ctx
    n = x.shape[0]
    dx = dy * (x - x.mean(axis=0)) / (n * s)
    return dx


def einsum_forward(x, w):
    """x: (b, i, j), w: (j, k, i)"""
    return np.einsum("bij,jki->bk", x, w), (x, w)


def einsum_backward(dy, ctx):
    x, w = ctx
    return np.einsum("bk,jki->bij", dy, w), np.einsum("bk,bij->jki", dy, x)


def power_forward(x, p=3):
    """x: (n, m)"""
    return x ** p, (x, p)


def power_backward(dy, ctx):
    x, p = ctx
    dx = dy * (p - 1) * x ** (p - 1)
    return dx


def topk_forward(x, k=2):
    """x: (n, m), m > k; the k greatest of every row, in falling order"""
    order = np.argsort(-x, axis=1)[:, :k]
    return np.take_along_axis(x, order, axis=1), (x.shape, order)


def topk_backward(dy, ctx):
    shape, order = ctx
    dx = np.zeros(shape)
    np.put_along_axis(dx, order, dy, axis=1)
    return dx


if __name__ == "__main__":
    x = np.random.randn(2, 3, 4)
    y, axes = transpose_forward(x, (2, 0, 1))
    assert transpose_backward(y, axes).shape == x.shape
    s, idx = scatter_add_forward(np.random.randn(4, 2), np.array([0, 8, 3, 0]))
    assert scatter_add_backward(s, idx).shape == (4, 2)
