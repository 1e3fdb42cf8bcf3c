"""Objectives for scipy.optimize.minimize(..., jac=True): every function returns (value, gradient)."""
import numpy as np


def net_objective(theta, X, Y, n_hidden=4):
    # theta: (d * n_hidden + n_hidden * k,), X: (n, d), Y: (n, k)
    d, k = X.shape[1], Y.shape[1]
    W1 = theta[:d * n_hidden].reshape(d, n_hidden)
    W2 = theta[d * n_hidden:].reshape(n_hidden, k)
    H = np.tanh(X @ W1)
    E = H @ W2 - Y
    f = 0.5 * np.sum(E ** 2)
    G2 = H.T @ E
    G1 = X.T @ (E @ W2.T * (1 - H ** 2))
    grad = np.concatenate([G2.ravel(), G1.ravel()])
    return f, grad


def logreg_objective(w, X, y, C=0.5):
    # w: (d + 1,), the last entry is the intercept; X: (n, d); y: (n,) of -1 and 1
    z = y * (X @ w[:-1] + w[-1])
    loss = np.sum(np.log1p(np.exp(-z))) + 0.5 * C * np.dot(w[:-1], w[:-1])
    s = -y / (1 + np.exp(z))
    return loss, np.append(X.T @ s, s.sum()) + C * w


def softmax_objective(w, X, y, n_classes=3, l2=0.1):
    # w: (d * n_classes,), X: (n, d), y: (n,) integers below n_classes
    n, d = X.shape
    W = w.reshape(d, n_classes)
    S = X @ W
    lse = np.log(np.exp(S - S.max(1)[:, None]).sum(1)) + S.max(1)
    f = np.mean(lse - S[np.arange(n), y]) + 0.5 * l2 * w @ w
    P = np.exp(S - lse[:, None])
    P[np.arange(n), y] -= 1
    return f, (X.T @ P / n).ravel() + l2 * w


def _lse(a, axis):
    m = a.max(axis=axis, keepdims=True)
    return np.squeeze(m, axis) + np.log(np.exp(a - m).sum(axis=axis))


def crf_nll(unary, pair, tags):
    """A chain. unary: (T, K), pair: (K, K), tags: (T,) integers in [0, K)

    Returns the negative log-likelihood and the gradients for unary and pair.
    """
    T, K = unary.shape
    alpha = np.zeros((T, K))
    beta = np.zeros((T, K))
    alpha[0] = unary[0]
    for t in range(1, T):
        alpha[t] = unary[t] + _lse(alpha[t - 1][:, None] + pair, 0)
    for t in range(T - 2, -1, -1):
        beta[t] = _lse(pair + (unary[t + 1] + beta[t + 1])[None, :], 1)
    logZ = _lse(alpha[-1], 0)
    score = unary[np.arange(T), tags].sum() + pair[tags[:-1], tags[1:]].sum()

    dunary = np.exp(alpha + beta - logZ)
    dunary[np.arange(T), tags] -= 1
    dpair = np.zeros((K, K))
    for t in range(T - 1):
        dpair += np.exp(alpha[t][:, None] + pair + (unary[t + 1] + beta[t + 1])[None, :] - logZ)
        dpair[tags[t], tags[t + 1]] -= 1
    return logZ - score, dunary, dpair


def gp_nll(K, y):
    # K: (n, n), symmetric and positive definite; y: (n,)
    n = len(y)
    A = K + n * np.eye(n)
    inv = np.linalg.inv(A)
    a = inv @ y
    f = 0.5 * y @ a
    return f, -0.5 * np.outer(inv.T @ y, a)


def mlp_mse(params, x, t):
    # params: [W1 (d, h), b1 (h,), W2 (h, o), b2 (o,)], x: (n, d), t: (n, o)
    W1, b1, W2, b2 = params
    h = 1 / (1 + np.exp(-(x @ W1 + b1)))
    e = h @ W2 + b2 - t
    g = 2 * e / e.size
    dh = g @ W2.T * h * (1 - h)
    return np.mean(e ** 2), [x.T @ dh, dh.sum(0), h.T @ g, g.sum(0)]


def rosen(x):
    """x: (n,), n > 2"""
    f = np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
    g = np.zeros_like(x)
    r = x[1:] - x[:-1] ** 2
    g[1:] += 200 * r
    g[:-1] += -400 * x[:-1] * r - 2 * (1 - x[:-1])
    return f, g


def cox_nll(beta, X):
    """Partial likelihood, everybody observed and in order of time. beta: (d,), X: (n, d)"""
    eta = X @ beta
    w = np.exp(eta)
    risk = np.cumsum(w[::-1])[::-1]
    f = np.sum(np.log(risk) - eta)
    grad = X.T @ (w * np.cumsum(1 / risk)[::-1] - 1)
    return f, grad


def kmeans_soft(C, X, beta=2.0):
    """C: centres, (k, d); X: (n, d)"""
    D = ((X[:, None, :] - C[None, :, :]) ** 2).sum(-1)
    m = D.min(1, keepdims=True)
    E = np.exp(-beta * (D - m))
    f = np.sum(m[:, 0] - np.log(E.sum(1)) / beta)
    R = E / E.sum(1, keepdims=True)
    return f, 2 * (R.sum(0)[:, None] * C - R.T @ X)


def hmm_free_energy(logits, energy):
    """Mean energy minus entropy of a distribution. logits, energy: (k,)"""
    p = np.exp(logits - logits.max())
    p /= p.sum()
    f = p @ energy + p @ np.log(p)
    inner = energy + np.log(p) + 1
    grad = p * (inner - inner.mean())
    return f, grad
