"""The fast twin of ``network``: the same mathematics, every buffer preallocated, each pass in place.

A bias is the weight of a constant input, and the way back needs one factor a layer:

    θ_l = [W_l b_l],  Ã_l = [A_l; 1]
    Z_l = θ_l Ã_{l-1},  F_l = f'(Z_l) · D_l / keep_prob,  A_l = f(Z_l) · D_l / keep_prob
    dθ_l = dZ_l Ã_{l-1}ᵀ,  dZ_{l-1} = (W_lᵀ dZ_l) · F_{l-1}

so a layer is one product up and two down, dA_0 is never formed, and whatever scales the gradient scales the small
dZ_L alone. Z_l's buffer takes dZ_l on the way down. One network, one set of masks; float64 or float32.

A step is ``draw`` (of ``masks``), ``forward_propagation``, ``gradient_descent``; none of them makes an array. Where Z
overflows to −∞ a dead relu passes on NaN, since A = Z · F.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from manual_backprop.in_place import ACTIVATE, PREDICT, Layer
from manual_backprop.network import Parameters, validate, validate_labels, validate_names
from manual_backprop.primitives import OUTPUTS, Array, l2

__all__ = [
    "Layer", "Workspace", "allocate", "backward_propagation", "compute_cost", "forward_propagation",
    "gradient_descent", "gradients", "load", "move", "parameters",
]  # fmt: skip


class Workspace(NamedTuple):
    """A network's buffers, for one number m of examples."""

    layers: list[Layer]
    masks: NDArray[np.bool_]  # D_1 … D_{L-1}, flat, one after the other
    Y: Array
    row: Array  # (1, m)
    hidden: str
    output: str


def allocate(
    layers_dims: Sequence[int], m: int, *, dtype: DTypeLike = np.float64, hidden: str = "relu", output: str = "sigmoid"
) -> Workspace:
    """Buffers for ``(n_0, …, n_L)`` and m examples; parameters are zero until ``load``.

    Raises ``ValueError`` for a size or a name that does not fit, ``TypeError`` for a dtype.
    """
    validate_names(hidden=hidden, output=output)
    dims = [int(n) for n in (*layers_dims, m)]
    if len(dims) < 3 or min(dims) < 1 or dims != [*layers_dims, m]:
        raise ValueError(f"layers_dims is {list(layers_dims)} and m {m}; they take two or more sizes, each at least 1")
    if np.dtype(dtype) not in (np.float64, np.float32):
        raise TypeError(f"dtype is {np.dtype(dtype)}; a workspace takes float64 or float32")
    sizes, last = list(pairwise(dims[:-1])), len(dims) - 3
    masks = np.ones(sum(n for _, n in sizes[:-1]) * m, dtype=bool)
    shared = np.empty(max(n * (n_prev + 1) for n_prev, n in sizes), dtype)
    inputs = [np.ones((n_prev + 1, m), dtype) for n_prev, _ in sizes]
    layers, start = [], 0
    for l, (n_prev, n) in enumerate(sizes):
        theta, Z = np.zeros((n, n_prev + 1), dtype), np.empty((n, m), dtype)
        stop = start if l == last else start + n * m
        layers.append(
            Layer(
                theta=theta,
                W=theta[:, :-1],
                W_T=theta[:, :-1].T,
                b=theta[:, -1:],
                d_theta=np.empty_like(theta),
                scratch=shared[: theta.size].reshape(theta.shape),
                b_kept=np.empty((n, 1), dtype),
                A_prev=inputs[l],
                A_prev_T=inputs[l].T,
                Z=Z,
                A=np.empty_like(Z) if l == last else inputs[l + 1][:-1],
                F=np.empty_like(Z),
                D=masks[start:stop].reshape(-1, m),
                positive=np.empty((n, m), dtype=bool),
            )
        )
        start = stop
    return Workspace(layers, masks, np.zeros((dims[-2], m), dtype), np.empty((1, m), dtype), hidden, output)


def load(workspace: Workspace, X: Array, Y: Array, parameters: Parameters) -> None:
    """Copy in the examples ``X (n_0, m)``, ``Y (n_L, m)`` and ``[(W_1, b_1), …]``.

    Raises ``ValueError`` for a shape that is not the workspace's, ``TypeError`` for a dtype.
    """
    layers = workspace.layers
    validate(X, parameters, hidden=workspace.hidden, output=workspace.output, masks=None, keep_prob=1.0)
    own, given = [layer.W.shape for layer in layers], [W.shape for W, b in parameters]
    if given != own or X.shape != (own[0][1], workspace.Y.shape[1]):
        raise ValueError(
            f"X is {X.shape} and the weights are {given}; "
            f"this workspace takes {(own[0][1], workspace.Y.shape[1])} and {own}"
        )
    if X.dtype != workspace.Y.dtype:
        raise TypeError(f"X is {X.dtype}; this workspace takes {workspace.Y.dtype}")
    workspace.Y[...] = validate_labels(Y, layers[-1].Z)
    layers[0].A_prev[:-1] = X
    move(workspace, parameters)


def move(workspace: Workspace, parameters: Parameters) -> None:
    """Copy in other parameters ``[(W_1, b_1), …]``.

    Raises ``ValueError`` for a shape that is not the workspace's: it would broadcast.
    """
    own = [(layer.W.shape, layer.b.shape) for layer in workspace.layers]
    given = [(W.shape, b.shape) for W, b in parameters]
    if given != own:
        raise ValueError(f"parameters have shapes {given}; this workspace takes {own}")
    for layer, (W, b) in zip(workspace.layers, parameters, strict=True):
        layer.W[...], layer.b[...] = W, b


def parameters(workspace: Workspace) -> Parameters:
    """``[(W_1, b_1), …]``: views, which the next step moves."""
    return [(layer.W, layer.b) for layer in workspace.layers]


def gradients(workspace: Workspace) -> Parameters:
    """``[(dW_1, db_1), …]`` of the last ``backward_propagation``: views."""
    return [(layer.d_theta[:, :-1], layer.d_theta[:, -1:]) for layer in workspace.layers]


# --- up ---------------------------------------------------------------------------------------------------


def forward_propagation(workspace: Workspace, *, keep_prob: float = 1.0) -> Array:
    """Z_l = θ_l Ã_{l-1}, then A_l and F_l. Returns A_L, a view; below 1, ``keep_prob`` drops by ``workspace.masks``."""
    if not 0 < keep_prob <= 1:
        raise ValueError(f"keep_prob is {keep_prob}; it takes a number in (0, 1]")
    activate = ACTIVATE[workspace.hidden]
    *hidden_layers, last = workspace.layers
    share = None if keep_prob == 1 else last.Z.dtype.type(1 / keep_prob)
    for layer in hidden_layers:
        np.matmul(layer.theta, layer.A_prev, out=layer.Z)
        activate(layer, share)
    np.matmul(last.theta, last.A_prev, out=last.Z)
    PREDICT[workspace.output](last, workspace.row)
    return last.A


def compute_cost(workspace: Workspace, *, lambd: float = 0.0) -> float:
    """J after ``forward_propagation``, as ``network.compute_cost`` has it."""
    Z_L, Y = workspace.layers[-1].Z, workspace.Y
    m = Y.shape[-1]
    return float(
        OUTPUTS[workspace.output].loss(Z_L, Y).sum() / m + l2((layer.W for layer in workspace.layers), lambd=lambd, m=m)
    )


# --- down -------------------------------------------------------------------------------------------------


def backward_propagation(workspace: Workspace, *, lambd: float = 0.0) -> None:
    """dW_l = (1/m) dZ_l A_{l-1}ᵀ + (λ/m) W_l, db_l = (1/m) Σ_examples dZ_l, for ``gradients``.

    Once after each forward pass: dZ_L takes the place of A_L.
    """
    m = workspace.Y.shape[1]
    for layer in _descent(workspace, 1 / m):
        if lambd:
            np.multiply(layer.theta, layer.theta.dtype.type(lambd / m), out=layer.scratch)
            layer.scratch[:, -1] = 0
            np.add(layer.d_theta, layer.scratch, out=layer.d_theta)


def gradient_descent(workspace: Workspace, *, learning_rate: float, lambd: float = 0.0) -> None:
    """W ← (1 − α λ/m) W − (α/m) dZ A_prevᵀ,  b ← b − (α/m) Σ_examples dZ: the way back and the step in one."""
    m = workspace.Y.shape[1]
    for layer in _descent(workspace, -learning_rate / m):
        if lambd:  # whole rows, the bias put back: twice as fast as all of a row but its last entry
            layer.b_kept[...] = layer.b
            np.multiply(layer.theta, layer.theta.dtype.type(1 - learning_rate * lambd / m), out=layer.theta)
            layer.b[...] = layer.b_kept
        np.add(layer.theta, layer.d_theta, out=layer.theta)


def _descent(workspace: Workspace, scale: float) -> Iterator[Layer]:
    """dθ_l times ``scale`` and m, last layer first; each layer is handed out when its W is no longer needed."""
    layers = workspace.layers
    last = layers[-1]
    dZ = np.subtract(last.A, workspace.Y, out=last.A)
    np.multiply(dZ, dZ.dtype.type(scale), out=dZ)
    for l in range(len(layers) - 1, -1, -1):
        layer = layers[l]
        np.matmul(dZ, layer.A_prev_T, out=layer.d_theta)
        if l:
            below = layers[l - 1]
            np.matmul(layer.W_T, dZ, out=below.Z)
            dZ = np.multiply(below.Z, below.F, out=below.Z)
        yield layer
