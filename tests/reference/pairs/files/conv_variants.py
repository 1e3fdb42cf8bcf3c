"""Variants of convolution and pooling; images are (N, C, H, W)."""
from typing import Dict, Tuple

import numpy as np


def conv1d_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int = 2) -> Tuple[np.ndarray, Tuple]:
    """x: (N, C, L), w: (F, C, K), b: (F,)"""
    N, C, L = x.shape
    F, _, K = w.shape
    Lo = (L - K) // stride + 1
    y = np.zeros((N, F, Lo))
    for t in range(Lo):
        y[:, :, t] = np.tensordot(x[:, :, t * stride:t * stride + K], w, axes=([1, 2], [1, 2])) + b
    return y, (x, w, stride)


def conv1d_backward(dy: np.ndarray, cache: Tuple) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, w, stride = cache
    K = w.shape[2]
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for t in range(dy.shape[2]):
        dw += np.tensordot(dy[:, :, t], x[:, :, t * stride:t * stride + K], axes=([0], [0]))
        dx[:, :, t:t + K] += np.tensordot(dy[:, :, t], w, axes=([1], [0]))
    db = dy.sum(axis=(0, 2))
    return dx, dw, db


def conv_transpose_forward(x, w, stride):
    """x: (N, C, H, W), w: (C, F, K, K), stride: int >= 1"""
    N, C, H, W = x.shape
    _, F, K, _ = w.shape
    y = np.zeros((N, F, (H - 1) * stride + K, (W - 1) * stride + K))
    for i in range(H):
        for j in range(W):
            y[:, :, i * stride:i * stride + K, j * stride:j * stride + K] += np.einsum("nc,cfkl->nfkl", x[:, :, i, j], w)
    return y, (x, w, stride)


def conv_transpose_backward(dy, cache):
    x, w, stride = cache
    K = w.shape[2]
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for i in range(x.shape[2]):
        for j in range(x.shape[3]):
            block = dy[:, :, i * stride:i * stride + K, j * stride:j * stride + K]
            dx[:, :, i, j] = np.einsum("nfkl,cfkl->nc", block, w)
            dw += np.einsum("nc,nfkl->cfkl", x[:, :, i, j], block)
    return dx, dw


def depthwise_conv_forward(x, w):
    """x: (N, C, H, W), w: (C, KH, KW): one filter for every channel"""
    N, C, H, W = x.shape
    _, KH, KW = w.shape
    y = np.zeros((N, C, H - KH + 1, W - KW + 1))
    for a in range(KH):
        for b in range(KW):
            y += w[:, a, b].reshape(1, C, 1, 1) * x[:, :, a:a + y.shape[2], b:b + y.shape[3]]
    return y, (x, w)


def depthwise_conv_backward(dy, cache):
    x, w = cache
    oh, ow = dy.shape[2:]
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for a in range(w.shape[1]):
        for b in range(w.shape[2]):
            dw[:, a, b] = (dy * x[:, :, a:a + oh, b:b + ow]).sum(axis=(0, 2, 3))
            dx[:, :, a:a + oh, b:b + ow] += w[:, a, b].reshape(1, -1, 1, 1) * dy
    return dx, dw


def _im2col(x, kh, kw):
    N, C, H, W = x.shape
    oh, ow = H - kh + 1, W - kw + 1
    cols = np.empty((C, kh, kw, N, oh, ow))
    for a in range(kh):
        for b in range(kw):
            cols[:, a, b] = x[:, :, a:a + oh, b:b + ow].transpose(1, 0, 2, 3)
    return cols.reshape(C * kh * kw, N * oh * ow)


def conv_im2col_forward(x, w, b):
    """x: (N, C, H, W), w: (F, C, KH, KW), b: (F, 1)"""
    N, C, H, W = x.shape
    F, _, kh, kw = w.shape
    cols = _im2col(x, kh, kw)
    y = w.reshape(F, -1) @ cols + b
    y = y.reshape(F, N, H - kh + 1, W - kw + 1).transpose(1, 0, 2, 3)
    return y, (x, w, cols)


def conv_im2col_backward(dy, cache):
    x, w, cols = cache
    F, C, kh, kw = w.shape
    N, _, oh, ow = dy.shape
    d = dy.transpose(1, 0, 2, 3).reshape(F, -1)
    db = d.sum(axis=1, keepdims=True)
    dw = (d @ cols.T).reshape(F, C, kw, kh).transpose(0, 1, 3, 2)
    dcols = (w.reshape(F, -1).T @ d).reshape(C, kh, kw, N, oh, ow)
    dx = np.zeros(x.shape)
    for a in range(kh):
        for b in range(kw):
            dx[:, :, a:a + oh, b:b + ow] += dcols[:, a, b].transpose(1, 0, 2, 3)
    return dx, dw, db


def max_pool_forward(x: np.ndarray, pool_param: Dict):
    """x: (N, C, H, W); pool_param: height, width and stride of the window"""
    kh, kw, s = pool_param["height"], pool_param["width"], pool_param["stride"]
    N, C, H, W = x.shape
    y = np.zeros((N, C, (H - kh) // s + 1, (W - kw) // s + 1))
    for i in range(y.shape[2]):
        for j in range(y.shape[3]):
            y[:, :, i, j] = x[:, :, i * s:i * s + kh, j * s:j * s + kw].max(axis=(2, 3))
    return y, (x, y, pool_param)


def max_pool_backward(dy: np.ndarray, cache):
    x, y, pool_param = cache
    kh, kw, s = pool_param["height"], pool_param["width"], pool_param["stride"]
    dx = np.zeros_like(x)
    for i in range(y.shape[2]):
        for j in range(y.shape[3]):
            window = x[:, :, i * s:i * s + kh, j * s:j * s + kw]
            mask = window == y[:, :, i, j][:, :, None, None]
            dx[:, :, i * s:i * s + kh, j * s:j * s + kw] += mask * dy[:, :, i, j][:, :, None, None]
    return dx


def avg_pool_forward(x, size, stride):
    """x: (N, C, H, W); size, stride: int, size >= stride"""
    N, C, H, W = x.shape
    y = np.zeros((N, C, (H - size) // stride + 1, (W - size) // stride + 1))
    for i in range(y.shape[2]):
        for j in range(y.shape[3]):
            y[:, :, i, j] = np.mean(x[:, :, i * stride:i * stride + size, j * stride:j * stride + size], axis=(2, 3))
    return y, (x.shape, size, stride)


def avg_pool_backward(dy, cache):
    shape, size, stride = cache
    dx = np.zeros(shape)
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            g = dy[:, :, i, j][:, :, None, None] / (size * size)
            dx[:, :, i * stride:i * stride + size, j * stride:j * stride + size] = g
    return dx


def global_avg_pool_forward(x):
    """x: (N, C, H, W) -> (N, C)"""
    return x.mean(axis=(2, 3)), x.shape


def global_avg_pool_backward(dy, shape):
    N, C, H, W = shape
    return np.broadcast_to(dy[:, :, None, None], shape) / (H * W)


def _weights(n_in, n_out):
    pos = np.linspace(0, n_in - 1, n_out)
    lo = np.minimum(np.floor(pos).astype(int), n_in - 2)
    A = np.zeros((n_out, n_in))
    A[np.arange(n_out), lo] = 1 - (pos - lo)
    A[np.arange(n_out), lo + 1] += pos - lo
    return A


def bilinear_upsample_forward(x, scale):
    """x: (N, C, H, W) with H, W > 1; scale: int > 1"""
    N, C, H, W = x.shape
    A, B = _weights(H, H * scale), _weights(W, W * scale)
    return np.einsum("ph,nchw,qw->ncpq", A, x, B), (A, B)


def bilinear_upsample_backward(dy, cache):
    A, B = cache
    return np.einsum("ph,ncpq,qw->nchw", A, dy, B)


def pixel_shuffle_forward(x, r):
    """x: (N, C * r * r, H, W) -> (N, C, H * r, W * r)"""
    N, Crr, H, W = x.shape
    C = Crr // (r * r)
    y = x.reshape(N, C, r, r, H, W).transpose(0, 1, 4, 2, 5, 3).reshape(N, C, H * r, W * r)
    return y, r


def pixel_shuffle_backward(dy, r):
    N, C, Hr, Wr = dy.shape
    H, W = Hr // r, Wr // r
    return dy.reshape(N, C, H, r, W, r).transpose(0, 1, 3, 5, 2, 4).reshape(N, C * r * r, H, W)


def dilated_conv_forward(x, w, rate=2):
    """x: (N, C, L), w: (F, C, K), L > (K - 1) * rate"""
    K = w.shape[2]
    Lo = x.shape[2] - (K - 1) * rate
    y = sum(np.einsum("ncl,fc->nfl", x[:, :, k * rate:k * rate + Lo], w[:, :, k]) for k in range(K))
    return y, (x, w, rate)


def dilated_conv_backward(dy, cache):
    x, w, rate = cache
    K, Lo = w.shape[2], dy.shape[2]
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    for k in range(K):
        dw[:, :, k] = np.einsum("nfl,ncl->fc", dy, x[:, :, k * rate:k * rate + Lo])
        dx[:, :, k:k + Lo] += np.einsum("nfl,fc->ncl", dy, w[:, :, k])
    return dx, dw


def adaptive_pool_forward(x, out_h=2, out_w=3):
    """x: (N, C, H, W) with H >= out_h, W >= out_w; means over nearly equal parts"""
    N, C, H, W = x.shape
    rows = [(i * H // out_h, (i + 1) * H // out_h) for i in range(out_h)]
    cols = [(j * W // out_w, (j + 1) * W // out_w) for j in range(out_w)]
    y = np.stack([np.stack([x[:, :, a:b, c:d].mean(axis=(2, 3)) for c, d in cols], -1) for a, b in rows], -2)
    return y, (x.shape, rows, cols)


def adaptive_pool_backward(dy, cache):
    shape, rows, cols = cache
    dx = np.zeros(shape)
    for i, (a, b) in enumerate(rows):
        for j, (c, d) in enumerate(cols):
            dx[:, :, a:b, c:d] += dy[:, :, i, j, None, None] / ((b - a) * (d - c))
    return dx


def padded_conv_forward(x, w, pad):
    """x: (N, C, H, W), w: (F, C, K, K), pad: int >= 0"""
    K = w.shape[2]
    wide = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    y = np.zeros((x.shape[0], w.shape[0], wide.shape[2] - K + 1, wide.shape[3] - K + 1))
    for a in range(K):
        for b in range(K):
            y += np.einsum("nchw,fc->nfhw", wide[:, :, a:a + y.shape[2], b:b + y.shape[3]], w[:, :, a, b])
    return y, (x, wide, w, pad)


def padded_conv_backward(dy, cache):
    x, wide, w, pad = cache
    H, W = x.shape[2:]
    dw, dwide = np.zeros_like(w), np.zeros_like(wide)
    for a in range(w.shape[2]):
        for b in range(w.shape[3]):
            dw[:, :, a, b] = np.einsum("nfhw,nchw->fc", dy, wide[:, :, a:a + dy.shape[2], b:b + dy.shape[3]])
            dwide[:, :, a:a + dy.shape[2], b:b + dy.shape[3]] += np.einsum("nfhw,fc->nchw", dy, w[:, :, a, b])
    dx = dwide[:, :, :H, :W]
    return dx, dw
