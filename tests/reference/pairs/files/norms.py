"""Normalisation layers, forwards and backwards."""
import numpy as np

EPS = 1e-5


def layer_norm_forward(x, gamma, beta):
    # x: (N, D); gamma, beta: (D,)
    mean = x.mean(axis=-1, keepdims=True)
    var = ((x - mean) ** 2).mean(axis=-1, keepdims=True)
    rstd = (var + EPS) ** -0.5
    norm = (x - mean) * rstd
    return norm * gamma + beta, {"norm": norm, "rstd": rstd, "gamma": gamma}


def layer_norm_backward(dy, cache):
    norm, rstd, gamma = cache["norm"], cache["rstd"], cache["gamma"]
    dgamma = (dy * norm).sum(axis=0)
    dbeta = dy.sum(axis=0)
    dnorm = dy * gamma
    dx = dnorm - dnorm.mean(axis=0) - norm * (dnorm * norm).mean(axis=0)
    dx = dx * rstd
    return dx, dgamma, dbeta


def group_norm_forward(x, gamma, beta, groups):
    # x: (N, C, H, W), C a multiple of groups; gamma, beta: (1, C, 1, 1)
    N, C, H, W = x.shape
    g = x.reshape(N, groups, C // groups * H * W)
    mean = g.mean(axis=2, keepdims=True)
    var = g.var(axis=2, keepdims=True)
    inv = 1.0 / np.sqrt(var + EPS)
    xhat = ((g - mean) * inv).reshape(x.shape)
    return gamma * xhat + beta, (xhat, gamma, inv, groups)


def group_norm_backward(dout, cache):
    xhat, gamma, inv, groups = cache
    N, C, H, W = dout.shape
    dbeta = dout.sum(axis=(0, 2, 3), keepdims=True)
    dgamma = (dout * xhat).sum(axis=(0, 2, 3), keepdims=True)
    d = (dout * gamma).reshape(N, groups, -1)
    h = xhat.reshape(N, groups, -1)
    size = C * H * W
    s1 = d.sum(axis=2, keepdims=True)
    s2 = (d * h).sum(axis=2, keepdims=True)
    dx = inv * (d - s1 / size - h * s2 / size)
    return dx.reshape(N, C, H, W), dgamma, dbeta


def instance_norm_forward(x, gamma, beta):
    # x: (N, C, H, W); gamma, beta: (C,)
    mu = x.mean(axis=(2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(2, 3), keepdims=True) + EPS)
    z = (x - mu) / std
    out = gamma[None, :, None, None] * z + beta.reshape(1, -1, 1, 1)
    return out, (z, std, gamma)


def instance_norm_backward(dout, cache):
    z, std, gamma = cache
    dz = dout * gamma[None, :, None, None]
    m = dz.mean(axis=(2, 3), keepdims=True)
    c = (dz * z).mean(axis=(2, 3), keepdims=True)
    dx = (dz - m - z * c) / std
    return dx, np.einsum("nchw,nchw->c", dout, z), np.einsum("nchw->c", dout)


def _batchnorm(x, gamma, beta):
    mu, var = np.mean(x, axis=0), np.var(x, axis=0)
    xh = (x - mu) / np.sqrt(var + EPS)
    return gamma * xh + beta, (xh, gamma, var)


def spatial_batchnorm_forward(x, gamma, beta):
    # x: (N, C, H, W); gamma, beta: (C,)
    N, C, H, W = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, C)
    out, cache = _batchnorm(rows, gamma, beta)
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache


def spatial_batchnorm_backward(dout, cache):
    xh, gamma, var = cache
    N, C, H, W = dout.shape
    d = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    n = d.shape[0]
    dbeta, dgamma = d.sum(axis=0), (d * xh).sum(axis=0)
    dx = gamma / np.sqrt(var + EPS) / n * (n * d - dbeta - xh * dgamma)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta


def batch_norm_inference_forward(x, gamma, beta, running_mean, running_var):
    # x: (N, D); the others: (D,); running_var is positive
    scale = gamma / np.sqrt(running_var + EPS)
    return x * scale + (beta - running_mean * scale), (x, gamma, running_mean, running_var)


def batch_norm_inference_backward(dout, cache):
    x, gamma, running_mean, running_var = cache
    std = np.sqrt(running_var + EPS)
    dx = dout * gamma / std
    dgamma = np.sum(dout * (x - running_mean) / std, axis=0)
    dbeta = np.sum(dout, axis=0)
    return dx, dgamma, dbeta


def rms_norm_forward(x, g):
    # x: (N, D), g: (D,)
    r = 1 / np.sqrt(np.mean(x * x, axis=1, keepdims=True) + EPS)
    return x * r * g, (x, g, r)


def rms_norm_backward(dout, cache):
    x, g, r = cache
    D = x.shape[1]
    dg = np.sum(dout * x * r, axis=0)
    dn = dout * g
    dx = dn * r - x * r ** 2 * np.sum(dn * x, axis=1, keepdims=True) / D
    return dx, dg


def l2_normalize_forward(x):
    # x: (N, D), rows of length one afterwards
    n = np.linalg.norm(x, axis=1, keepdims=True)
    y = x / n
    return y, (y, n)


def l2_normalize_backward(dy, cache):
    y, n = cache
    return (dy - y * np.sum(dy * y, axis=1, keepdims=True)) / n


def weight_norm_forward(x, v, g):
    # x: (N, D), v: (D, M), g: (M,)
    n = np.sqrt((v ** 2).sum(axis=0))
    w = g * v / n
    return x @ w, (x, v, g, n, w)


def weight_norm_backward(dout, cache):
    x, v, g, n, w = cache
    dw = x.T @ dout
    dg = (dw * v).sum(axis=0) / n
    dv = g / n * dw - g * dg * v / n ** 2
    dx = dout @ w.T
    return dx, dv, dg
