"""The court's own forward pass, float64: for near-ties, tolerances and diagnoses, and as the point that is differenced.

It shares nothing with the code under test, and the witnesses do not use it: autodiff and the complex step have forward
passes of their own. So a mistake here shows as a witness that is odd, or as a tolerance, and never as a verdict that
everybody agrees on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Forward", "forward_pass", "near_kinks"]

Array = NDArray[Any]
Parameters = Sequence[tuple[Array, Array]]

LEAK = {"relu": 0.0, "leaky_relu": 0.01}  # the slope left of the kink, of those that have one


class Forward(NamedTuple):
    """Lists run over the layers: ``Z[l - 1]`` is Z_l, ``(G, n_l, m)``; ``A[0]`` is X."""

    Z: list[Array]
    H: list[Array]  # the activations before the mask; H_L is the network's output
    A: list[Array]  # A_0 … A_{L-1}: what the next layer sees, after the mask
    kept: list[Array]  # D_l / keep_prob of every hidden layer, ones where nothing is dropped


def _sigmoid(Z: Array) -> Array:
    E = np.exp(-np.abs(Z))  # at most 1: neither branch can overflow
    return np.where(Z > 0, 1, E) / (1 + E)


def _softmax(Z: Array) -> Array:
    E = np.exp(Z - Z.max(axis=-2, keepdims=True))
    return E / E.sum(axis=-2, keepdims=True)


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": lambda Z: np.maximum(Z, 0.0),
    "leaky_relu": lambda Z: np.where(Z > 0, Z, LEAK["leaky_relu"] * Z),
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "softplus": lambda Z: np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z))),
    "identity": lambda Z: Z,
}
OUTPUTS: dict[str, Callable[[Array], Array]] = {
    "sigmoid": _sigmoid,
    "softmax": _softmax,
    "identity": lambda Z: Z,
}


def forward_pass(
    X: Array,
    parameters: Parameters,
    *,
    hidden: str,
    output: str,
    masks: Sequence[Array] | None,
    keep_prob: Array,
) -> Forward:
    """Z_l = W_l A_{l-1} + b_l,  H_l = f(Z_l),  A_l = H_l · D_l / keep_prob, for a stack of G problems of one shape.

    Shapes: ``X (G, n_0, m)``, ``W_l (G, n_l, n_{l-1})``, ``b_l (G, n_l, 1)``, ``D_l (G, n_l, m)``, ``keep_prob (G,)``.
    Everything is taken to float64. What overflows is not finite, and raises nothing.
    """
    Z, H, A, kept = [], [], [X.astype(np.float64)], []
    with np.errstate(over="ignore", invalid="ignore"):
        for l, (W, b) in enumerate(parameters):
            Z.append(W.astype(np.float64) @ A[-1] + b.astype(np.float64))
            if l == len(parameters) - 1:
                H.append(OUTPUTS[output](Z[-1]))
                break
            H.append(ACTIVATIONS[hidden](Z[-1]))
            kept.append(np.ones_like(Z[-1]) if masks is None else masks[l] / keep_prob[:, None, None])
            A.append(H[-1] if masks is None else H[-1] * masks[l] / keep_prob[:, None, None])
    return Forward(Z, H, A, kept)


def near_kinks(forward: Forward, parameters: Parameters, *, hidden: str, reach: float) -> NDArray[np.bool_]:
    """``(G, m)``: in which examples may two correct programs stand on different sides of a kink?

    Where 0 < |Z| ≤ reach · Z̄ for some unit, with Z̄ = |W| Ā_prev + |b| and Ā = (|H| + |f'| Z̄) · D / keep_prob, the
    largest that rounding can act on (Higham 2002, section 3.1). Z̄ = 0 is an exact tie: there all agree.
    """
    near = np.zeros((len(forward.A[0]), forward.A[0].shape[-1]), dtype=bool)
    if hidden not in LEAK:
        return near
    A_bar = np.abs(forward.A[0])
    with np.errstate(over="ignore", invalid="ignore"):
        for (W, b), Z, H, kept in zip(parameters, forward.Z, forward.H, forward.kept, strict=False):
            Z_bar = np.abs(W.astype(np.float64)) @ A_bar + np.abs(b.astype(np.float64))
            near |= ((Z_bar > 0) & (np.abs(Z) <= reach * Z_bar)).any(axis=-2)
            A_bar = (np.abs(H) + np.where(Z > 0, 1.0, LEAK[hidden]) * Z_bar) * kept
    return near
