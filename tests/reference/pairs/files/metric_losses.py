"""Losses with their gradients. Every function returns the loss first and then one gradient for each prediction."""

import numpy as np


def contrastive_loss(a, b, same, margin=1.0):
    """a, b: embeddings, (N, D); same: (N,), 1 for pairs of one class and 0 otherwise"""
    diff = a - b
    dist = np.sqrt(np.sum(diff ** 2, axis=1))
    gap = np.maximum(0, margin + 2 - dist)
    loss = 0.5 * np.mean(same * dist ** 2 + (1 - same) * gap ** 2)
    coeff = same - (1 - same) * gap
    da = coeff[:, None] * diff / len(a)
    db = -da
    return loss, da, db


def triplet_loss(a, p, n, margin=0.5):
    """a: anchors, p: positives, n: negatives, all of shape (N, D)"""
    d_pos = ((a - p) ** 2).sum(axis=1)
    d_neg = ((a - n) ** 2).sum(axis=1)
    raw = d_pos - d_neg + margin
    loss = np.maximum(raw, 0).mean()
    on = (raw > 0)[:, None] / a.shape[0]
    da = 2 * on * (n - p)
    dp = 2 * on * (p - a)
    dn = 2 * on * (n - a)
    return loss, da, dp, dn


def huber_loss(pred, target, delta=0.8):
    """pred, target: (N, K)"""
    r = pred - target
    small = np.abs(r) <= delta
    loss = np.where(small, 0.5 * r ** 2, delta * (np.abs(r) - 0.5 * delta)).sum()
    dpred = np.where(small, r, delta * np.sign(r))
    return loss, dpred


def smooth_l1(pred, target, beta=1.0):
    """pred, target: (N, K)"""
    d = pred - target
    a = np.abs(d)
    per = np.where(a < beta, 0.5 * d * d / beta, a - 0.5 * beta)
    g = np.where(a < beta, d / beta, np.sign(d))
    return per.mean(), g / d.size


def gaussian_nll(mu, log_var, target):
    """mu, log_var, target: (N, K)"""
    var = np.exp(log_var)
    diff = mu - target
    loss = 0.5 * np.mean(log_var + diff ** 2 / var + np.log(2 * np.pi))
    dmu = diff / np.sqrt(var) / mu.size
    dlog_var = 0.5 * (1 - diff ** 2 / var) / mu.size
    return loss, dmu, dlog_var


def log_cosh(pred, target):
    d = pred - target
    return np.sum(np.log(np.cosh(d))), np.tanh(d)


def focal_loss(z, t, gamma=2.0):
    """z: logits, (N,); t: 0 or 1, (N,)"""
    p = 1 / (1 + np.exp(-z))
    pt = t * p + (1 - t) * (1 - p)
    sign = 2 * t - 1
    loss = np.mean(-(1 - pt) ** gamma * np.log(pt))
    dpt = gamma * (1 - pt) ** (gamma - 1) * np.log(pt) - (1 - pt) ** gamma / pt
    dz = dpt * sign * p * (1 - p) / z.shape[0]
    return loss, dz


def cosine_loss(u, v):
    """u, v: (N, D)"""
    nu = np.linalg.norm(u, axis=1, keepdims=True)
    nv = np.linalg.norm(v, axis=1, keepdims=True)
    c = np.sum(u * v, axis=1, keepdims=True) / (nu * nv)
    loss = np.mean(1 - c)
    du = -(v / (nu * nv) - c * u / nu ** 2) / len(u)
    dv = -(u / (nu * nv) - c * v / nv ** 2) / len(u)
    return loss, du, dv


def kl_loss(p, q):
    """p, q: positive numbers, (N, K); KL(p || q) of the rows, averaged"""
    loss = np.sum(p * (np.log(p) - np.log(q))) / len(p)
    dp = (np.log(p) - np.log(q) + 1) / len(p)
    dq = p / q / len(p)
    return loss, dp, dq


def quantile_loss(pred, target, tau=0.3):
    """pred, target: (N,)"""
    e = target - pred
    loss = np.mean(np.maximum(tau * e, (tau - 1) * e))
    dpred = np.where(e > 0, -tau, tau) / e.size
    return loss, dpred


def bce_with_logits(x, z):
    """x: logits, (N, K); z: targets in [0, 1], (N, K)"""
    loss = np.maximum(x, 0) - x * z + np.log1p(np.exp(-np.abs(x)))
    grad = 1 / (1 + np.exp(-x)) - z
    return loss.sum(), grad
