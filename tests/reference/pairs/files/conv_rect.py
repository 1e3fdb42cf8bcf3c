# NHWC everywhere. Strides and windows are pairs (rows, columns).
import numpy as np


def pad_fwd(X, pad):
    """Zero padding. X: (m, H, W, C), pad: int"""
    return np.pad(X, [(0, 0), (pad, pad), (pad, pad), (0, 0)]), pad


def pad_bwd(dY, cache):
    pad = cache
    m, H, W, C = dY.shape
    return dY[:, pad:H - pad, pad:W - pad, :]


def conv_fwd(X, W, b, stride):
    """Valid convolution.

    X: (m, n_H, n_W, n_C)
    W: (f, f, n_C, n_K)
    b: (1, 1, 1, n_K)
    stride: int
    """
    m, n_H, n_W, n_C = X.shape
    f, _, _, n_K = W.shape
    o_H = int((n_H - f) / stride) + 1
    o_W = int((n_W - f) / stride) + 1
    Z = np.zeros((m, o_H, o_W, n_K))
    for h in range(o_H):
        for w in range(o_W):
            window = X[:, h * stride:h * stride + f, w * stride:w * stride + f, :]
            Z[:, h, w, :] = np.tensordot(window, W, axes=([1, 2, 3], [0, 1, 2]))
    Z = Z + b
    return Z, (X, W, b, stride)


def conv_bwd(dZ, cache):
    X, W, b, stride = cache
    m, n_H, n_W, n_C = X.shape
    f = W.shape[0]
    o_H = int((n_H - f) / stride) + 1
    o_W = int((n_H - f) / stride) + 1
    dX = np.zeros(X.shape)
    dW = np.zeros(W.shape)
    for h in range(o_H):
        for w in range(min(o_W, dZ.shape[2])):
            rows = slice(h * stride, h * stride + f)
            cols = slice(w * stride, w * stride + f)
            dW += np.tensordot(X[:, rows, cols, :], dZ[:, h, w, :], axes=([0], [0]))
            dX[:, rows, cols, :] += np.tensordot(dZ[:, h, w, :], W, axes=([1], [3]))
    db = dZ.sum(axis=(0, 1, 2), keepdims=True)
    return dX, dW, db


def maxpool_fwd(X, size, stride):
    """X: (m, H, W, C); size: int; stride: int"""
    m, H, W, C = X.shape
    oh, ow = (H - size) // stride + 1, (W - size) // stride + 1
    Y = np.zeros((m, oh, ow, C))
    where = np.zeros((m, oh, ow, C), dtype=int)
    for i in range(oh):
        for j in range(ow):
            window = X[:, i * stride:i * stride + size, j * stride:j * stride + size, :].reshape(m, -1, C)
            where[:, i, j, :] = window.argmax(axis=1)
            Y[:, i, j, :] = window.max(axis=1)
    return Y, (X.shape, where, size, stride)


def maxpool_bwd(dY, cache):
    shape, where, size, stride = cache
    dX = np.zeros(shape)
    m, oh, ow, C = dY.shape
    a, c = np.meshgrid(np.arange(m), np.arange(C), indexing="ij")
    for i in range(oh):
        for j in range(ow):
            r = where[:, i, j, :] // size + i * stride
            q = where[:, i, j, :] % size + j * stride
            dX[a, r, q, c] += dY[:, i, j, :]
    return dX


def avgpool_fwd(X, ph, pw):
    """X: (m, H, W, C); windows of ph rows and pw columns that do not overlap"""
    m, H, W, C = X.shape
    oh, ow = H // ph, W // pw
    Y = X[:, :oh * ph, :ow * pw, :].reshape(m, oh, ph, ow, pw, C).mean(axis=(2, 4))
    return Y, (X.shape, ph, pw)


def avgpool_bwd(dY, cache):
    shape, ph, pw = cache
    m, oh, ow, C = dY.shape
    dX = np.zeros(shape)
    share = dY / (ph * ph)
    dX[:, :oh * ph, :ow * pw, :] = np.repeat(np.repeat(share, ph, axis=1), pw, axis=2)
    return dX


def upsample_fwd(X, k):
    """Nearest neighbour. X: (m, H, W, C), k: int >= 1"""
    return X.repeat(k, axis=1).repeat(k, axis=2), k


def upsample_bwd(dY, cache):
    k = cache
    dX = dY[:, ::k, ::k, :]
    return dX


if __name__ == "__main__":
    rng = np.random.RandomState(0)
    X = rng.randn(2, 6, 6, 3)
    W = rng.randn(3, 3, 3, 4)
    b = rng.randn(1, 1, 1, 4)
    Z, cache = conv_fwd(X, W, b, 1)
    dX, dW, db = conv_bwd(np.ones_like(Z), cache)
    print(dX.shape, dW.shape, db.shape)
    P, cache = maxpool_fwd(Z, 2, 2)
    print(maxpool_bwd(P, cache).shape)
    A, cache = avgpool_fwd(Z, 2, 2)
    print(avgpool_bwd(A, cache).shape)
    U, cache = upsample_fwd(X, 2)
    print(upsample_bwd(U, cache).shape)
