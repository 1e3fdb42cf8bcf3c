"""Who takes a step of training: ours in place, ours as it reads, and the others; and what a step cannot do without.

A network of a size that people know, a batch, a step length: everyone starts from the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from benchmarks.machine import installed
from benchmarks.peers import Array, Blocks, Setting, Trainer
from benchmarks.peers import jax as jax_peer
from benchmarks.peers import sklearn as sklearn_peer
from benchmarks.peers import torch as torch_peer
from manual_backprop import initialization, masks, network, primitives, workspace

__all__ = [
    "KEEP_PROB", "LAMBD", "NAIVE", "OURS", "PRODUCTS", "RATE", "Everyone", "Makers", "Network", "everyone", "naive",
    "ours", "products", "setting_of",
]  # fmt: skip

OURS, NAIVE, PRODUCTS = "manual_backprop.workspace", "manual_backprop.network, naive", "its products of matrices alone"
LAMBD, KEEP_PROB, RATE = 0.7, 0.86, 0.1
Makers = dict[str, Callable[[float], Trainer]]  # by name, for a keep_prob


class Network(NamedTuple):
    dims: tuple[int, ...]
    m: int
    output: str
    near: bool = False  # to its products: large enough that they ought to be nearly all of a step


def setting_of(net: Network, dtype: str, *, seed: int = 0) -> Setting:
    """He's weights, biases that are not zero, and labels drawn at random."""
    rng = np.random.RandomState(seed)
    parameters = tuple(
        (W.astype(dtype), (0.1 * rng.standard_normal(b.shape)).astype(dtype))
        for W, b in initialization.he(net.dims, rng=rng)
    )
    X = rng.standard_normal((net.dims[0], net.m)).astype(dtype)
    if net.output == "softmax":
        labels = np.r_[np.arange(net.dims[-1]), rng.randint(net.dims[-1], size=net.m)][: net.m]
        Y = (np.arange(net.dims[-1])[:, None] == labels).astype(dtype)
    else:
        Y = (rng.random_sample((net.dims[-1], net.m)) < 0.5).astype(dtype)
    return Setting("-".join(map(str, net.dims)), X, Y, parameters, net.output, LAMBD, KEEP_PROB, RATE)


# --- ours -------------------------------------------------------------------------------------------------------


def ours(setting: Setting, *, keep_prob: float) -> Trainer:
    """In place, and masks from the stream that ``training`` draws them from."""
    ws = workspace.allocate(setting.dims, setting.m, dtype=setting.dtype, output=setting.output)
    workspace.load(ws, setting.X, setting.Y, setting.parameters)
    source = masks.stream(np.random.RandomState(0), ws.masks.size)

    def step() -> None:
        if keep_prob < 1:
            masks.draw(ws.masks, source, keep_prob=keep_prob)
        workspace.forward_propagation(ws, keep_prob=keep_prob)
        workspace.gradient_descent(ws, learning_rate=setting.learning_rate, lambd=setting.lambd)

    def now() -> Blocks:
        return [a.copy() for pair in workspace.parameters(ws) for a in pair]

    return Trainer(OURS, "numpy", step, now, partial(_through, ws, source, keep_prob))


def _through(ws: workspace.Workspace, source: masks.Stream, keep_prob: float, count: int) -> Array:
    """A_l / relu(Z_l) of the hidden layers, wherever relu lets something through: what its dropout multiplies by."""
    found: list[Array] = []
    while sum(map(len, found)) < count:
        masks.draw(ws.masks, source, keep_prob=keep_prob)
        workspace.forward_propagation(ws, keep_prob=keep_prob)
        found += [(layer.A / layer.Z)[layer.Z > 0] for layer in ws.layers[:-1]]
    return np.concatenate(found)


def naive(setting: Setting, *, keep_prob: float) -> Trainer:
    """As ``network`` reads: a new array for everything."""
    rng, state = np.random.RandomState(0), list(setting.parameters)
    dtype, m = np.dtype(setting.dtype).type, setting.m

    def step() -> None:
        drawn = None
        if keep_prob < 1:
            drawn = [primitives.dropout_mask((n, m), keep_prob=keep_prob, rng=rng) for n in setting.dims[1:-1]]
        architecture: dict[str, Any] = {"output": setting.output, "masks": drawn, "keep_prob": keep_prob}
        forward = network.forward_propagation(setting.X, state, **architecture)
        g = network.backward_propagation(setting.Y, state, forward, lambd=setting.lambd, **architecture)
        rate = dtype(setting.learning_rate)
        state[:] = [(W - rate * dW, b - rate * db) for (W, b), dW, db in zip(state, g.dW, g.db, strict=True)]

    def dropped(count: int) -> Array:
        D = primitives.dropout_mask((1, count), keep_prob=keep_prob, rng=rng)
        return primitives.dropout(np.ones((1, count), dtype), D, keep_prob=keep_prob)

    return Trainer(NAIVE, "numpy", step, lambda: [a.copy() for pair in state for a in pair], dropped)


def products(setting: Setting) -> Callable[[], None]:
    """θ Ã, dZ Ãᵀ and Wᵀ dZ of every layer, but for dA_0: the same buffers, shapes and strides as a step's."""
    ws = workspace.allocate(setting.dims, setting.m, dtype=setting.dtype, output=setting.output)
    workspace.load(ws, setting.X, setting.Y, setting.parameters)
    for layer in ws.layers[1:]:
        layer.A_prev[:-1] = np.random.RandomState(0).standard_normal(layer.A_prev[:-1].shape)
    layers = ws.layers

    def run() -> None:
        for layer in layers:
            np.matmul(layer.theta, layer.A_prev, out=layer.Z)
        for l in range(len(layers) - 1, -1, -1):
            layer = layers[l]
            np.matmul(layer.Z, layer.A_prev_T, out=layer.d_theta)
            if l:
                np.matmul(layer.W_T, layer.Z, out=layers[l - 1].Z)

    return run


class Everyone(NamedTuple):
    """By name, how each is made for a keep_prob."""

    both: Makers  # who trains with dropout and without
    only: Makers  # who knows no dropout
    absent: tuple[str, ...]  # who is not installed


def everyone(setting: Setting) -> Everyone:
    """Ours, and every way of the others."""
    absent = tuple(
        name for name, module in (("PyTorch", "torch"), ("scikit-learn", "sklearn")) if not installed(module)
    )
    both: Makers = {
        OURS: lambda keep_prob: ours(setting, keep_prob=keep_prob),
        NAIVE: lambda keep_prob: naive(setting, keep_prob=keep_prob),
    }
    for way in jax_peer.WAYS:
        both[str(way)] = lambda keep_prob, way=way: jax_peer.trainer(setting, way, keep_prob=keep_prob)
    for kind in () if "PyTorch" in absent else torch_peer.KINDS:
        both[f"PyTorch, {kind} SGD"] = lambda keep_prob, kind=kind: torch_peer.trainer(
            setting, kind, keep_prob=keep_prob
        )
    only: Makers = {"scikit-learn partial_fit": lambda keep_prob: sklearn_peer.trainer(setting)}
    return Everyone(both, {} if "scikit-learn" in absent else only, absent)
