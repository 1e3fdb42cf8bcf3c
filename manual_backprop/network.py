"""A fully connected network of any depth, with L2 and inverted dropout, and its backward pass by hand.

    J = (1/m) Σ_examples loss(Z_L, Y) + (λ/2m) Σ_l ‖W_l‖²

``parameters`` is ``[(W_1, b_1), …, (W_L, b_L)]``; ``masks`` is ``[D_1, …, D_{L-1}]``, one per hidden layer, or
``None`` for no dropout. Everything broadcasts over leading axes: a stack of networks of one shape is one
call, and ``lambd`` and ``keep_prob`` may then be one number per network. dtype in is dtype out.

``dZ`` and ``dA`` are the course's: derivatives of m times the data term of J; 1/m enters at dW and db. ``dA_l``
is taken before the mask, the cached ``A_l`` is after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from manual_backprop.primitives import (
    ACTIVATIONS,
    OUTPUTS,
    Array,
    affine,
    affine_backward,
    dropout,
    dropout_backward,
    l2,
    l2_backward,
)

__all__ = ["Forward", "Gradients", "backward_propagation", "compute_cost", "forward_propagation", "validate"]

Parameters = Sequence[tuple[Array, Array]]
Masks = Sequence[NDArray] | None


class Forward(NamedTuple):
    """What the forward pass leaves behind; ``Z[l - 1]`` is Z_l, and so on; ``A[0]`` is X."""

    Z: list[Array]  # Z_1 … Z_L
    H: list[Array]  # H_1 … H_L: the activations before the mask; H_L is the network's output
    A: list[Array]  # A_0 … A_{L-1}: what the next layer sees, after the mask


class Gradients(NamedTuple):
    """Every intermediate of the backward pass; ``dW[l - 1]`` is dW_l, and so on."""

    dW: list[Array]
    db: list[Array]
    dZ: list[Array]
    dA: list[Array]  # dA_1 … dA_{L-1}, before the mask


def forward_propagation(
    X: Array,
    parameters: Parameters,
    *,
    hidden: str = "relu",
    output: str = "sigmoid",
    masks: Masks = None,
    keep_prob: ArrayLike = 1.0,
) -> Forward:
    """Z_l = W_l A_{l-1} + b_l,  H_l = f(Z_l),  A_l = H_l · D_l / keep_prob.

    Shapes: ``X (..., n_0, m)``. ``hidden`` is a key of ``ACTIVATIONS``, ``output`` one of ``OUTPUTS``.
    Raises ``ValueError`` for a shape or a name that does not fit, ``TypeError`` for a dtype.
    """
    validate(X, parameters, hidden=hidden, output=output, masks=masks, keep_prob=keep_prob)
    *hidden_parameters, (W_L, b_L) = parameters
    Z, H, A = [], [], [X]
    for l, (W, b) in enumerate(hidden_parameters):
        Z.append(affine(A[-1], W, b))
        H.append(ACTIVATIONS[hidden].forward(Z[-1]))
        A.append(H[-1] if masks is None else dropout(H[-1], masks[l], keep_prob=keep_prob))
    Z.append(affine(A[-1], W_L, b_L))
    H.append(OUTPUTS[output].activation(Z[-1]))
    return Forward(Z, H, A)


def compute_cost(
    Z_L: Array, Y: Array, parameters: Parameters, *, output: str = "sigmoid", lambd: ArrayLike = 0.0
) -> Array:
    """J = (1/m) Σ_examples loss(Z_L, Y) + (λ/2m) Σ_l ‖W_l‖², one per leading index.

    Takes logits, so that it is finite for every finite input. Raises ``ValueError`` when Y does not fit Z_L.
    """
    validate_names(output=output)
    Y = validate_labels(Y, Z_L)
    m = Y.shape[-1]
    return OUTPUTS[output].loss(Z_L, Y).sum(axis=-1) / m + l2((W for W, b in parameters), lambd=lambd, m=m)


def backward_propagation(
    Y: Array,
    parameters: Parameters,
    forward: Forward,
    *,
    hidden: str = "relu",
    output: str = "sigmoid",
    lambd: ArrayLike = 0.0,
    masks: Masks = None,
    keep_prob: ArrayLike = 1.0,
) -> Gradients:
    """dZ_L from the loss, then for each layer, last to first:

    dW_l = (1/m) dZ_l A_{l-1}ᵀ + (λ/m) W_l,  db_l = (1/m) Σ_examples dZ_l,
    dA_{l-1} = W_lᵀ dZ_l · D_{l-1} / keep_prob,  dZ_{l-1} = dA_{l-1} · f'(Z_{l-1}).

    ``forward`` is what ``forward_propagation`` returned for the same arguments. Shapes are those of the parameters and
    of ``forward``. Raises as ``forward_propagation`` does, and ``ValueError`` when Y does not fit the output.
    """
    Z, H, A = forward
    validate(A[0], parameters, hidden=hidden, output=output, masks=masks, keep_prob=keep_prob)
    Y = validate_labels(Y, Z[-1])
    m = Y.shape[-1]
    L = len(parameters)
    dW, db, dZ, dA = [], [], [], []

    dZ.append(OUTPUTS[output].backward(H[-1], Y))
    for l in reversed(range(L)):
        W, _ = parameters[l]
        dA_prev, dW_sum, db_sum = affine_backward(dZ[-1], A[l], W)
        dW.append(dW_sum / m + l2_backward(W, lambd=lambd, m=m))
        db.append(db_sum / m)
        if l > 0:
            dA.append(dA_prev if masks is None else dropout_backward(dA_prev, masks[l - 1], keep_prob=keep_prob))
            dZ.append(ACTIVATIONS[hidden].backward(dA[-1], Z[l - 1], H[l - 1]))

    return Gradients(dW[::-1], db[::-1], dZ[::-1], dA[::-1])


def validate(X: Array, parameters: Parameters, *, hidden: str, output: str, masks: Masks, keep_prob: ArrayLike) -> None:
    """Raise ``ValueError`` or ``TypeError``, naming the argument, unless these describe one network."""
    validate_names(hidden=hidden, output=output)
    if not parameters:
        raise ValueError("parameters is empty; it takes one (W, b) pair per layer")
    if X.ndim < 2:
        raise ValueError(f"X has shape {X.shape}; it takes (..., n_0, m)")
    n_prev, m, dtype = X.shape[-2], X.shape[-1], X.dtype
    if not np.issubdtype(dtype, np.floating):
        raise TypeError(f"X has dtype {dtype}; it takes a floating dtype, such as float64")
    for l, (W, b) in enumerate(parameters, start=1):
        if W.ndim < 2 or W.shape[-1] != n_prev or b.shape[-2:] != (W.shape[-2], 1):
            raise ValueError(
                f"W{l} {W.shape} and b{l} {b.shape} do not fit; "
                f"after {n_prev} units they are (..., n, {n_prev}) and (..., n, 1)"
            )
        if W.dtype != dtype or b.dtype != dtype:
            raise TypeError(f"W{l} is {W.dtype} and b{l} {b.dtype}, X is {dtype}; all take the same dtype")
        n_prev = W.shape[-2]
    keep = np.asarray(keep_prob)
    if not np.all((keep > 0) & (keep <= 1)):
        raise ValueError(f"keep_prob is {keep}; it takes numbers in (0, 1]")
    if masks is None and len(parameters) > 1 and np.any(keep < 1):
        raise ValueError(f"keep_prob is {keep} without masks; draw one per hidden layer with dropout_mask")
    if masks is not None:
        wanted = [(W.shape[-2], m) for W, b in parameters[:-1]]
        given = [D.shape[-2:] for D in masks]
        if given != wanted:
            raise ValueError(f"masks have shapes {given}; the hidden layers take {wanted}")


def validate_names(*, hidden: str = "identity", output: str = "identity") -> None:
    """Raise ``ValueError`` for a name that is not in its table."""
    for kind, name, table in (("hidden", hidden, ACTIVATIONS), ("output", output, OUTPUTS)):
        if name not in table:
            raise ValueError(f"{kind} is {name!r}; it takes one of {', '.join(table)}")


def validate_labels(Y: NDArray, Z_L: Array) -> Array:
    """Y in the output's dtype; ``ValueError`` unless it has the output's last two axes: ``(m,)`` would broadcast."""
    if Y.shape[-2:] != Z_L.shape[-2:]:
        raise ValueError(f"Y has shape {Y.shape}; the output takes (..., {Z_L.shape[-2]}, {Z_L.shape[-1]})")
    return Y.astype(Z_L.dtype, copy=False)
