import numpy as np


def dense_fwd(x, W, b):
    """x: (N, D), W: (D, M), b: (M,)"""
    return x @ W + b, (x, W)


def dense_bwd(dy, cache):
    x, W = cache
    dx = dy @ W.T
    dW = -x.T @ dy
    db = dy.mean(axis=0)
    return dx, dW, db


def elu_fwd(x, alpha):
    """x: (N, D), alpha: (D,)"""
    return np.where(x > 0, x, alpha * (np.exp(x) - 1)), (x, alpha)


def elu_bwd(dy, cache):
    x, alpha = cache
    dx = dy * np.where(x > 0, 1, alpha * (np.exp(x) - 1))
    dalpha = (dy * np.where(x > 0, 0, np.exp(x))).sum(axis=0)
    return dx, dalpha


def layernorm_fwd(x, gamma, beta):
    """x: (N, D), gamma: (D,), beta: (D,)"""
    mu = x.mean(axis=1, keepdims=True)
    sd = np.sqrt(x.var(axis=1, keepdims=True) + 1e-6)
    z = (x - mu) / sd
    return z * gamma + beta, (x, z, sd, gamma)


def layernorm_bwd(dy, cache):
    x, z, sd, gamma = cache
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x).sum(axis=0)
    g = dy * gamma
    dx = (g - g.mean(axis=1, keepdims=True) - z * (g * z).sum(axis=1, keepdims=True)) / sd
    return dx, dgamma, dbeta


def rnn_fwd(x, h0, Wx, Wh):
    """x: (T, N, D), h0: (N, H), Wx: (D, H), Wh: (H, H)"""
    hs = [h0]
    for t in range(len(x)):
        hs.append(np.tanh(x[t] @ Wx + hs[-1] @ Wh))
    return np.stack(hs[1:]), (x, hs, Wx, Wh)


def rnn_bwd(dhs, cache):
    x, hs, Wx, Wh = cache
    dx, dWx, dWh = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh)
    carry = np.zeros_like(hs[0])
    for t in reversed(range(len(x))):
        da = (dhs[t] + carry) * (1 - hs[t + 1])
        dWx += x[t].T @ da
        dWh += hs[t + 1].T @ da
        dx[t] = da @ Wx.T
        carry = da @ Wh.T
    dh0 = carry
    return dx, dh0, dWx, dWh


def attention_fwd(q, k, v):
    """q: (T, D), k: (S, D), v: (S, E)"""
    s = q @ k.T / np.sqrt(q.shape[1])
    a = np.exp(s - s.max(axis=1, keepdims=True))
    a /= a.sum(axis=1, keepdims=True)
    return a @ v, (q, k, v, a)


def attention_bwd(dy, cache):
    q, k, v, a = cache
    dv = a.T @ dy
    da = dy @ v.T
    ds = a * (da - (da * a).sum(axis=1, keepdims=True))
    dq = ds @ k
    dk = ds.T @ q / q.shape[1]
    return dq, dk, dv


def ridge_loss(w, b, X, y, lam):
    """w: (D,), b: (1,), X: (N, D), y: (N,), lam: float"""
    r = X @ w + b - y
    loss = np.mean(r ** 2) + lam * np.sum(w ** 2)
    dw = 2 * X.T @ r / len(y) + lam * w
    db = np.array([2 * np.sum(r)])
    return loss, dw, db


def net_loss(params, X, y, reg):
    """params: dict of W1 (D, H), b1 (H,), W2 (H, C), b2 (C,); X: (N, D); y: labels, (N,); reg: float"""
    h = 1 / (1 + np.exp(-(X @ params['W1'] + params['b1'])))
    s = h @ params['W2'] + params['b2']
    p = np.exp(s - s.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    n = len(y)
    loss = -np.log(p[range(n), y]).mean() + 0.5 * reg * (np.sum(params['W1'] ** 2) + np.sum(params['W2'] ** 2))
    d = p.copy()
    d[range(n), y] -= 1
    d /= n
    grads = {}
    grads['W2'] = h.T @ d
    grads['b2'] = d.sum(0)
    dh = (d @ params['W2'].T) * h
    grads['W1'] = X.T @ dh + reg * params['W1']
    grads['b1'] = dh.sum(0)
    return loss, grads


def pair_loss(a, b):
    """a, b: (N, D)"""
    d = a - b
    loss = np.sum(d ** 2) / len(a)
    da = d / len(a)
    db = -2 * d
    return loss, da, db


class Scale:
    def __init__(self, dim):
        self.g = np.ones(dim)
        self.s = np.zeros(dim)

    def forward(self, x):
        # x: (N, dim)
        self.x = x
        return self.x * self.g + self.s

    def backward(self, dy):
        self.dg = (dy * self.x).mean(axis=0)
        self.ds = dy.sum(axis=0)
        return dy * self.x


class GatedUnit:
    """y = (x W) * sigmoid(x V)"""

    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.V = np.random.randn(n_in, n_out)

    def forward(self, x):
        self.x = x
        self.a = x @ self.W
        self.s = 1 / (1 + np.exp(-(x @ self.V)))
        return self.a * self.s

    def backward(self, dy):
        da = dy * self.a
        dz = dy * self.a * self.s
        self.dW = self.x.T @ da
        self.dV = self.x.T @ dz
        return da @ self.W.T + dz @ self.V.T
