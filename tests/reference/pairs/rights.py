"""Right pairs of many kinds, each in a few lines: what no check may ever accuse."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.reference.pairs.bench import Pair

__all__ = ["RIGHT"]


def affine(xp: Any, p: Any) -> Any:
    return p["x"] @ p["W"] + p["b"]


def affine_backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
    return {"x": dout @ p["W"].T, "W": p["x"].T @ dout, "b": dout.sum(axis=0)}


def relu(xp: Any, p: Any) -> Any:
    return xp.where(xp.positive(p["x"]), p["x"], 0 * p["x"])


def relu_backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
    return {"x": dout * (p["x"] > 0)}


def tanh_layer(xp: Any, p: Any) -> Any:
    return xp.tanh(p["x"] @ p["W"])


def tanh_layer_backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
    dz = dout * (1 - np.tanh(p["x"] @ p["W"]) ** 2)
    return {"x": dz @ p["W"].T, "W": p["x"].T @ dz}


def saturated(xp: Any, p: Any) -> Any:
    return xp.tanh(p["x"])


def saturated_backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
    return {"x": dout * (1 - np.tanh(p["x"]) ** 2)}


def cross_entropy(xp: Any, p: Any) -> Any:
    z = p["z"] - xp.max(p["z"], 1)
    logs = z - xp.log(xp.sum(xp.exp(z), axis=1, keepdims=True))
    return -xp.sum(logs[np.arange(len(z)), p["y"]]) / len(z)


def cross_entropy_backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
    e = np.exp(p["z"] - p["z"].max(axis=1, keepdims=True))
    s = e / e.sum(axis=1, keepdims=True)
    s[np.arange(len(s)), p["y"]] -= 1
    return {"z": dout * s / xp.float(len(s))}


def logistic_naive(xp: Any, p: Any) -> Any:
    a = 1 / (1 + xp.exp(-(p["x"] @ p["w"])))
    return -xp.sum(p["y"] * xp.log(a) + (1 - p["y"]) * xp.log(1 - a))


def logistic_naive_backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
    a = 1 / (1 + np.exp(-(p["x"] @ p["w"])))
    d = dout * (a - p["y"].astype(a.dtype))
    return {"w": p["x"].T @ d, "x": d @ p["w"].T}


def batch_norm(xp: Any, p: Any) -> Any:
    z = p["x"] @ p["W"] + p["b"]
    c = z - xp.mean(z, axis=0)
    return p["g"] * c / xp.sqrt(xp.mean(c**2, axis=0) + xp.float(1e-3)) + p["t"]


def batch_norm_backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
    z = p["x"] @ p["W"] + p["b"]
    c = z - z.mean(axis=0)
    s = np.sqrt((c**2).mean(axis=0) + xp.float(1e-3))
    h = c / s
    dh = dout * p["g"]
    dz = (dh - dh.mean(axis=0) - h * (dh * h).mean(axis=0)) / s
    return {
        "x": dz @ p["W"].T,
        "W": p["x"].T @ dz,
        "b": dz.sum(axis=0),
        "g": (dout * h).sum(axis=0),
        "t": dout.sum(axis=0),
    }


def one_pass(xp: Any, p: Any) -> Any:
    v = xp.mean(p["x"] ** 2, axis=0) - xp.mean(p["x"], axis=0) ** 2
    return (p["x"] - xp.mean(p["x"], axis=0)) / xp.sqrt(v + xp.float(1e-3))


def one_pass_backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
    x = p["x"]
    n = xp.float(len(x))
    mu = x.sum(axis=0) / n
    s = np.sqrt((x**2).sum(axis=0) / n - mu**2 + xp.float(1e-3))
    h = (x - mu) / s
    return {"x": (dout - dout.sum(axis=0) / n - h * (dout * h).sum(axis=0) / n) / s}


def max_pool(xp: Any, p: Any) -> Any:
    n, k = p["x"].shape[0], p["x"].shape[1]
    windows = p["x"].reshape(n, k, 2, 2)
    return xp.max(windows.reshape(n, k, 4), 2)[..., 0]


def max_pool_backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
    n, k = p["x"].shape[0], p["x"].shape[1]
    flat = p["x"].reshape(n, k, 4)
    dx = np.zeros_like(flat)
    np.put_along_axis(dx, flat.argmax(axis=2)[..., None], dout[..., None], 2)
    return {"x": dx.reshape(p["x"].shape)}


def ridge(xp: Any, p: Any) -> Any:
    r = p["X"] @ p["w"] - p["t"]
    return xp.sum(r**2) / len(r) + xp.float(0.3) * xp.sum(p["w"] ** 2)


def ridge_backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
    r = p["X"] @ p["w"] - p["t"]
    n = xp.float(len(r))
    return {"w": dout * (2 * p["X"].T @ r / n + 2 * xp.float(0.3) * p["w"])}


def hinge(xp: Any, p: Any) -> Any:
    s = p["X"] @ p["W"]
    margins = s - s[np.arange(len(s)), p["y"]][:, None] + 1
    keep = np.ones(s.shape)
    keep[np.arange(len(s)), p["y"]] = 0
    return xp.sum(xp.maximum(margins, 0 * margins) * keep) / len(s)


def hinge_backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
    s = p["X"] @ p["W"]
    d = (s - s[np.arange(len(s)), p["y"]][:, None] + 1 > 0).astype(s.dtype)
    d[np.arange(len(s)), p["y"]] = 0
    d[np.arange(len(s)), p["y"]] = -d.sum(axis=1)
    return {"W": dout * (p["X"].T @ d) / xp.float(len(s))}


def softmax(xp: Any, p: Any) -> Any:
    e = xp.exp(p["x"] - xp.max(p["x"], 1))
    return e / xp.sum(e, axis=1, keepdims=True)


def softmax_backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
    s = np.exp(p["x"] - p["x"].max(axis=1, keepdims=True))
    s = s / s.sum(axis=1, keepdims=True)
    return {"x": s * (dout - (dout * s).sum(axis=1, keepdims=True))}


def layer_norm(xp: Any, p: Any) -> Any:
    c = p["x"] - xp.mean(p["x"], axis=1, keepdims=True)
    return c / xp.sqrt(xp.mean(c**2, axis=1, keepdims=True) + xp.float(1e-5))


def layer_norm_backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
    c = p["x"] - p["x"].mean(axis=1, keepdims=True)
    s = np.sqrt((c**2).mean(axis=1, keepdims=True) + xp.float(1e-5))
    h = c / s
    return {"x": (dout - dout.mean(axis=1, keepdims=True) - h * (dout * h).mean(axis=1, keepdims=True)) / s}


def gated(xp: Any, p: Any) -> Any:
    z = 1 / (1 + xp.exp(-(p["x"] @ p["U"])))
    n = xp.tanh(p["x"] @ p["V"] + p["h"])
    return z * p["h"] + (1 - z) * n


def gated_backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
    z = 1 / (1 + np.exp(-(p["x"] @ p["U"])))
    n = np.tanh(p["x"] @ p["V"] + p["h"])
    dz = dout * (p["h"] - n) * z * (1 - z)
    dn = dout * (1 - z) * (1 - n**2)
    return {"x": dz @ p["U"].T + dn @ p["V"].T, "U": p["x"].T @ dz, "V": p["x"].T @ dn, "h": dout * z + dn}


def labels(below: str) -> Any:
    return lambda stream, sizes: stream.randint(sizes[below], size=sizes["N"])


def bits(stream: np.random.RandomState, sizes: Any) -> Any:
    return stream.randint(2, size=(sizes["N"], 1)).astype(float)


def far(stream: np.random.RandomState, dims: tuple[int, ...]) -> Any:
    return 1e5 + stream.standard_normal(dims)


def wide(stream: np.random.RandomState, dims: tuple[int, ...]) -> Any:
    return stream.uniform(11, 13, dims)


RIGHT = (
    Pair("affine", {"x": ("N", "D"), "W": ("D", "M"), "b": ("M",)}, affine, affine_backward),
    Pair("relu", {"x": ("N", "D")}, relu, relu_backward),
    Pair("tanh_layer", {"x": ("N", "D"), "W": ("D", "M")}, tanh_layer, tanh_layer_backward),
    Pair("saturated", {"x": ("N", "D")}, saturated, saturated_backward, {"x": wide}),
    Pair("cross_entropy", {"z": ("N", "C")}, cross_entropy, cross_entropy_backward, {}, {"y": labels("C")}, loss=True),
    Pair(
        "logistic_naive", {"x": ("N", "D"), "w": ("D", 1)}, logistic_naive, logistic_naive_backward,
        {"x": lambda s, d: 4 * s.standard_normal(d)}, given={"y": bits}, loss=True,
    ),
    Pair(
        "batch_norm", {"x": ("N", "D"), "W": ("D", "M"), "b": ("M",), "g": ("M",), "t": ("M",)},
        batch_norm, batch_norm_backward,
    ),
    Pair("one_pass", {"x": ("N", "D")}, one_pass, one_pass_backward, {"x": far}),
    Pair("one_pass_near", {"x": ("N", "D")}, one_pass, one_pass_backward),
    Pair("max_pool", {"x": ("N", "K", 2, 2)}, max_pool, max_pool_backward),
    Pair("ridge", {"X": ("N", "D"), "w": ("D", 1), "t": ("N", 1)}, ridge, ridge_backward, loss=True),
    Pair("hinge", {"X": ("N", "D"), "W": ("D", "C")}, hinge, hinge_backward, given={"y": labels("C")}, loss=True),
    Pair("softmax", {"x": ("N", "D")}, softmax, softmax_backward),
    Pair("layer_norm", {"x": ("N", "D")}, layer_norm, layer_norm_backward),
    Pair("gated", {"x": ("N", "D"), "U": ("D", "M"), "V": ("D", "M"), "h": ("N", "M")}, gated, gated_backward),
)  # fmt: skip
