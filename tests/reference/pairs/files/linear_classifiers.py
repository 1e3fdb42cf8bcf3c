import numpy as np


def svm_loss_naive(W, X, y, reg):
    """
    Structured SVM loss, with loops.

    Inputs:
    - W: weights, of shape (D, C)
    - X: a minibatch, of shape (N, D)
    - y: labels, of shape (N,), with 0 <= y[i] < C
    - reg: (float) regularization strength

    Returns the loss and the gradient with respect to W, an array of W's shape.
    """
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += reg * W
    return loss, dW


def svm_loss_vectorized(W, X, y, reg):
    """The same without loops. W: (D, C), X: (N, D), y: (N,)."""
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = margins.sum() / num_train + reg * np.sum(W * W)

    binary = np.zeros(margins.shape)
    binary[margins > 0] = 1
    binary[np.arange(num_train), y] = -binary.sum(axis=1)
    dW = X.T.dot(binary) / num_train + 2 * reg * W
    return loss, dW


def softmax_loss_naive(W, X, y, reg):
    """Softmax loss with loops. W: (D, C), X: (N, D), y: (N,), reg: float."""
    loss = 0.0
    dW = np.zeros_like(W)
    N = X.shape[0]
    C = W.shape[1]
    for i in range(N):
        f = X[i].dot(W)
        f -= np.max(f)
        p = np.exp(f) / np.sum(np.exp(f))
        loss -= np.log(p[y[i]])
        for k in range(C):
            dW[:, k] += (p[k] - (k == y[i])) * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


def softmax_loss_vectorized(W, X, y, reg):
    """Softmax loss without loops. W: (D, C), X: (N, D), y: (N,), reg: float."""
    N = X.shape[0]
    f = X.dot(W)
    f = f - f.max(axis=1, keepdims=True)
    p = np.exp(f)
    p = p / p.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(p[range(N), y])) / N
    loss += 0.5 * reg * np.sum(W * W)
    p[range(N), y] -= 1
    dW = X.T.dot(p)
    dW /= N + reg * W
    return loss, dW


def logistic_loss(w, b, X, y, lam):
    """w: (D,), b: scalar, X: (N, D), y: (N,) with values 0 or 1, lam: float"""
    z = X @ w + b
    p = 1 / (1 + np.exp(-z))
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    dz = (p - y) / len(y)
    dw = X.T @ dz + lam * w
    db = dz.sum()
    return loss, dw, db


def hinge_loss_binary(w, X, y, C):
    """w: (D,), X: (N, D), y: (N,) with values -1 or +1, C: weight of the hinge term"""
    m = y * X.dot(w)
    viol = m < 1
    loss = 0.5 * w.dot(w) + C * np.sum(1 - m[viol])
    dw = w - C * X[viol].T.dot(y[viol])
    return loss, dw


def squared_hinge_loss(W, X, y, reg):
    """W: (D, C), X: (N, D), y: (N,), reg: float"""
    N = len(X)
    s = X @ W
    m = np.maximum(0, s - s[np.arange(N), y][:, None] + 1.0)
    m[np.arange(N), y] = 0
    loss = np.sum(m ** 2) / N + 0.5 * reg * np.sum(W ** 2)
    g = m
    g[np.arange(N), y] = -g.sum(axis=1)
    dW = X.T @ g / N + reg * W
    return loss, dW
