"""A small transformer in NumPy. B is the batch, T the length, D the width."""
from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy import ndarray


class AttentionCache(NamedTuple):
    q: ndarray
    k: ndarray
    v: ndarray
    weights: ndarray


def softmax(x: ndarray) -> ndarray:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_fwd(x: ndarray) -> tuple[ndarray, ndarray]:
    """x: (B, T)"""
    y = softmax(x)
    return y, y


def softmax_bwd(dy: ndarray, y: ndarray) -> ndarray:
    return y * (dy - (dy * y).sum(axis=-1, keepdims=True))


def log_softmax_fwd(x: ndarray) -> tuple[ndarray, ndarray]:
    """x: (B, T)"""
    shifted = x - x.max(axis=-1, keepdims=True)
    y = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return y, y


def log_softmax_bwd(dy: ndarray, y: ndarray) -> ndarray:
    dx = dy - np.exp(y) * dy.sum(axis=0, keepdims=True)
    return dx


def attention_fwd(q: ndarray, k: ndarray, v: ndarray) -> tuple[ndarray, AttentionCache]:
    """q: (B, T, D), k: (B, S, D), v: (B, S, E)"""
    scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
    weights = softmax(scores)
    return weights @ v, AttentionCache(q, k, v, weights)


def attention_bwd(dout: ndarray, cache: AttentionCache) -> tuple[ndarray, ndarray, ndarray]:
    q, k, v, weights = cache
    dv = weights.transpose(0, 2, 1) @ dout
    dweights = dout @ v.transpose(0, 2, 1)
    dscores = weights * (dweights - np.sum(dweights * weights, axis=-1, keepdims=True))
    dscores = dscores / math.sqrt(q.shape[-1])
    dq = dscores @ k
    dk = dscores.transpose(0, 2, 1) @ q
    return dq, dk, dv


def causal_attention_fwd(q: ndarray, k: ndarray, v: ndarray):
    """q, k, v: (B, T, D); no position sees a later one"""
    T, D = q.shape[1:]
    scores = np.einsum("bid,bjd->bij", q, k) / np.sqrt(D)
    allowed = np.tril(np.ones((T, T), dtype=bool))
    weights = softmax(np.where(allowed, scores, -1e9))
    return np.einsum("bij,bjd->bid", weights, v), (q, k, v, weights)


def causal_attention_bwd(dout: ndarray, cache):
    q, k, v, weights = cache
    D = q.shape[-1]
    dv = np.einsum("bij,bid->bjd", weights, dout)
    dw = np.einsum("bid,bjd->bij", dout, v)
    ds = weights * dw * (1 - weights)
    ds = ds / np.sqrt(D)
    dq = np.einsum("bij,bjd->bid", ds, k)
    dk = np.einsum("bij,bid->bjd", ds, q)
    return dq, dk, dv


def multihead_forward(x: ndarray, w_qkv: ndarray, w_out: ndarray, heads: int = 2):
    """x: (B, T, D), w_qkv: (D, 3D), w_out: (D, D); D is a multiple of heads"""
    B, T, D = x.shape
    d = D // heads
    qkv = (x @ w_qkv).reshape(B, T, 3, heads, d).transpose(2, 0, 3, 1, 4)
    q, k, v = qkv[0], qkv[1], qkv[2]
    a = softmax(q @ k.swapaxes(-1, -2) / np.sqrt(d))
    o = (a @ v).transpose(0, 2, 1, 3).reshape(B, T, D)
    return o @ w_out, (x, w_qkv, w_out, q, k, v, a, o, heads)


def multihead_backward(dy: ndarray, cache):
    x, w_qkv, w_out, q, k, v, a, o, heads = cache
    B, T, D = x.shape
    d = D // heads
    dw_out = o.reshape(-1, D).T @ dy.reshape(-1, D)
    do = (dy @ w_out.T).reshape(B, T, heads, d).transpose(0, 2, 1, 3)
    da = do @ v.swapaxes(-1, -2)
    dv = a.swapaxes(-1, -2) @ do
    ds = a * (da - (da * a).sum(-1, keepdims=True)) / np.sqrt(d)
    dq, dk = ds @ k, ds.swapaxes(-1, -2) @ q
    dqkv = np.stack([dq, dk, dv]).transpose(1, 3, 0, 2, 4).reshape(B, T, 3 * D)
    dx = dqkv @ w_qkv.T
    dw_qkv = x.reshape(-1, D).T @ dqkv.reshape(-1, 3 * D)
    return dx, dw_qkv, dw_out


def feed_forward_fwd(x: ndarray, w1: ndarray, w2: ndarray):
    """x: (B, D), w1: (D, F), w2: (F, D). The input is added to the output."""
    z = x @ w1
    h = np.maximum(z, 0.0)
    return x + h @ w2, (x, w1, w2, z, h)


def feed_forward_bwd(dy: ndarray, cache):
    x, w1, w2, z, h = cache
    dw2 = h.T @ dy
    dz = (dy @ w2.T) * (z > 0)
    dw1 = x.T @ dz
    dx = dz @ w1.T
    return dx, dw1, dw2


def embed_fwd(tokens: ndarray, table: ndarray, positions: ndarray):
    """tokens: integers in [0, V), (B, T); table: (V, D); positions: (L, D) with L >= T"""
    T = tokens.shape[1]
    return table[tokens] + positions[:T], (tokens, table, positions)


def embed_bwd(dy: ndarray, cache):
    tokens, table, positions = cache
    dtable = np.zeros_like(table)
    np.add.at(dtable, tokens.ravel(), dy.reshape(-1, table.shape[1]))
    dpositions = np.zeros_like(positions)
    dpositions[:dy.shape[1]] = dy.sum(axis=0)
    return dtable, dpositions
