"""One layer's buffers, and its nonlinearity in place: A = f(Z) and F = f'(Z), both times D / keep_prob.

The formulas are those of ``primitives``; ``share`` is 1 / keep_prob, or ``None`` where nothing is dropped. The last
layer has an output function in place of f, and no F.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from manual_backprop.primitives import Array

__all__ = ["ACTIVATE", "PREDICT", "Layer"]


class Layer(NamedTuple):
    """One layer's buffers and the views of them that its products take."""

    theta: Array  # [W b], (n, n_prev + 1)
    W: Array
    W_T: Array
    b: Array
    d_theta: Array  # [dW db], the same shape
    scratch: Array  # likewise; all layers share its memory
    b_kept: Array  # (n, 1)
    A_prev: Array  # [A_prev; 1], (n_prev + 1, m)
    A_prev_T: Array
    Z: Array  # (n, m); dZ on the way down
    A: Array  # (n, m): the top of the next layer's [A_prev; 1], or the network's output
    F: Array  # (n, m)
    D: NDArray[np.bool_]  # (n, m)
    positive: NDArray[np.bool_]  # (n, m)


def _relu(layer: Layer, share: Array | None) -> None:
    np.greater(layer.Z, 0, out=layer.positive)
    if share is not None:
        np.logical_and(layer.positive, layer.D, out=layer.positive)
    np.copyto(layer.F, layer.positive)
    if share is not None:
        np.multiply(layer.F, share, out=layer.F)
    np.multiply(layer.Z, layer.F, out=layer.A)


def _leaky_relu(layer: Layer, share: Array | None) -> None:
    np.greater(layer.Z, 0, out=layer.positive)
    layer.F[...] = 0.01
    np.copyto(layer.F, 1, where=layer.positive)
    np.multiply(layer.Z, layer.F, out=layer.A)
    _drop(layer, share)


def _identity(layer: Layer, share: Array | None) -> None:
    layer.F[...] = 1
    layer.A[...] = layer.Z
    _drop(layer, share)


def _tanh(layer: Layer, share: Array | None) -> None:
    np.tanh(layer.Z, out=layer.A)
    np.multiply(layer.A, layer.A, out=layer.F)
    np.subtract(1, layer.F, out=layer.F)
    _drop(layer, share)


def _sigmoid(layer: Layer, share: Array | None) -> None:
    _logistic(layer.Z, out=layer.A)
    np.subtract(1, layer.A, out=layer.F)
    np.multiply(layer.F, layer.A, out=layer.F)
    _drop(layer, share)


def _softplus(layer: Layer, share: Array | None) -> None:
    Z, A, F = layer.Z, layer.A, layer.F
    np.abs(Z, out=A)
    np.negative(A, out=A)
    np.exp(A, out=A)
    np.log1p(A, out=A)
    np.maximum(Z, 0, out=F)
    np.add(A, F, out=A)  # max(Z, 0) + log(1 + e^−|Z|)
    _logistic(Z, out=F)
    _drop(layer, share)


def _drop(layer: Layer, share: Array | None) -> None:
    if share is not None:
        np.copyto(layer.Z, layer.D)
        np.multiply(layer.Z, share, out=layer.Z)
        np.multiply(layer.A, layer.Z, out=layer.A)
        np.multiply(layer.F, layer.Z, out=layer.F)


def _logistic(Z: Array, *, out: Array) -> None:
    """1 / (1 + e^−Z): where e^−Z overflows the result is 0, as it should be."""
    np.negative(Z, out=out)
    with np.errstate(over="ignore"):
        np.exp(out, out=out)
    np.add(out, 1, out=out)
    np.reciprocal(out, out=out)


ACTIVATE: dict[str, Callable[[Layer, Array | None], None]] = {
    "relu": _relu,
    "leaky_relu": _leaky_relu,
    "tanh": _tanh,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "identity": _identity,
}


# --- outputs: A_L from Z_L, which the cost still needs --------------------------------------------------------------


def _predict_sigmoid(last: Layer, row: Array) -> None:
    _logistic(last.Z, out=last.A)


def _predict_softmax(last: Layer, row: Array) -> None:
    A, spread = last.A, last.F
    np.max(last.Z, axis=0, keepdims=True, out=row)
    np.copyto(spread, row)  # a ufunc would take a buffer for an operand that it must broadcast
    np.subtract(last.Z, spread, out=A)
    np.exp(A, out=A)
    np.sum(A, axis=0, keepdims=True, out=row)
    np.copyto(spread, row)
    np.divide(A, spread, out=A)


def _predict_identity(last: Layer, row: Array) -> None:
    last.A[...] = last.Z


PREDICT: dict[str, Callable[[Layer, Array], None]] = {
    "sigmoid": _predict_sigmoid,
    "softmax": _predict_softmax,
    "identity": _predict_identity,
}
