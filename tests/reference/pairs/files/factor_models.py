import numpy as np


def mf_loss(P, Q, R, mask, lam):
    """P: (users, k), Q: (items, k), R and mask: (users, items); mask is 1 where R is known"""
    E = mask * (P.dot(Q.T) - R)
    loss = np.sum(E ** 2) + lam * (np.sum(P ** 2) + np.sum(Q ** 2))
    dP = 2 * E.dot(Q) + 2 * lam * P
    dQ = 2 * E.T.dot(P) + 2 * lam * Q
    return loss, dP, dQ


def nmf_objective(V, W, H):
    """||V - WH||^2 / 2, its gradients for W and H. V: (m, n), W: (m, r), H: (r, n)"""
    D = W @ H - V
    return 0.5 * np.sum(D * D), {"W": D @ H.T, "H": W.T @ V - W.T @ W @ H}


def pca_objective(w, X):
    """Rayleigh quotient with a minus sign. w: (d,), X: (n, d)"""
    C = X.T @ X / X.shape[0]
    num, den = w @ C @ w, w @ w
    f = -num / den
    g = -2 * (C @ w) / den + 2 * num * w / den ** 2
    return f, g


def ridge(beta, X, y, alpha):
    """beta: (d,), X: (n, d), y: (n,)"""
    r = y - X @ beta
    return r @ r + alpha * beta @ beta, -2 * X.T @ r + 2 * alpha * beta


def fm_loss(w, V, X, y):
    """A factorisation machine. w: (d,), V: (d, k), X: (n, d), y: (n,)"""
    XV = X.dot(V)
    pair = 0.5 * np.sum(XV ** 2 - (X ** 2).dot(V ** 2), axis=1)
    e = X.dot(w) + pair - y
    loss = 0.5 * np.mean(e ** 2)
    g = e / len(y)
    dw = X.T.dot(g)
    dV = X.T.dot(g[:, None] * XV) - X.T.dot(g[:, None] * X).dot(V)
    return loss, dw, dV


def poisson_nll(beta, X, y):
    """beta: (d,), X: (n, d), y: counts, (n,)"""
    eta = X @ beta
    lam = np.exp(eta)
    return np.sum(lam - y * eta), X.T @ (lam - y)


def lasso_like(w, X, y, alpha=0.3):
    """w: (d,), X: (n, d), y: (n,)"""
    e = X @ w - y
    obj = 0.5 * (e @ e) / len(y) + alpha * np.abs(w).sum()
    return obj, X.T @ e / len(y) + alpha * np.sign(w)


def trace_objective(A, B):
    """tr(A B A^T) with a B that need not be symmetric. A: (m, n), B: (n, n)"""
    f = np.trace(A @ B @ A.T)
    dA = 2 * A @ B
    dB = A.T @ A
    return f, dA, dB
