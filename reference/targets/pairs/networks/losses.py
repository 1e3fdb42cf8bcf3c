"""The losses by name, of an output and its labels, as sums; and how labels are given beside an output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.kind import StandIn

__all__ = ["LOSSES_BY_NAME", "NamedLoss", "NoLabels", "labels_beside", "value_of"]


class NamedLoss(NamedTuple):
    """``value`` of NumPy's stand-in, an output and labels of its shape. ``twice``: its half is spoken of."""

    name: str
    value: Callable[[Any, Any, Any], Any]
    signed: bool = False  # labels are −1 and 1
    probable: bool = False  # outputs lie between 0 and 1


class NoLabels(ValueError):
    """Labels that fit no output."""


def _squares(np_: Any, o: Any, y: Any) -> Any:
    d = o - y
    return (d * d).sum() / 2 if hasattr(d, "sum") else d * d / 2


def _cross_entropy(np_: Any, o: Any, y: Any) -> Any:
    return -np_.sum(y * np_.log(o) + (1 - y) * np_.log(1 - o))


def _categorical(np_: Any, o: Any, y: Any) -> Any:
    return -np_.sum(y * np_.log(o))


def _softmax(axis: int) -> Callable[[Any, Any, Any], Any]:
    def value(np_: Any, o: Any, y: Any) -> Any:
        total = np_.log(np_.sum(np_.exp(o), axis=axis, keepdims=True))
        return np_.sum(y * (total - o))

    return value


def _logistic(np_: Any, o: Any, y: Any) -> Any:
    return np_.sum(np_.log(1 + np_.exp(o)) - y * o)


def _hinge(np_: Any, o: Any, y: Any) -> Any:
    return np_.sum(np_.maximum(0, 1 - y * o))


def _absolute(np_: Any, o: Any, y: Any) -> Any:
    return np_.sum(np_.abs(o - y))


def _logistic_signed(np_: Any, o: Any, y: Any) -> Any:
    return np_.sum(np_.log(1 + np_.exp(-y * o)))


LOSSES_BY_NAME = {
    loss.name: loss
    for loss in (
        NamedLoss("half the squared error", _squares),
        NamedLoss("cross-entropy", _cross_entropy, probable=True),
        NamedLoss("categorical cross-entropy", _categorical, probable=True),
        NamedLoss("softmax cross-entropy of rows", _softmax(-1)),
        NamedLoss("softmax cross-entropy of columns", _softmax(0)),
        NamedLoss("logistic loss", _logistic),
        NamedLoss("logistic loss of signs", _logistic_signed, signed=True),
        NamedLoss("hinge loss", _hinge, signed=True),
        NamedLoss("absolute error", _absolute),
    )
}


def labels_beside(output: NDArray, labels: NDArray) -> NDArray:
    """Labels in the shape of the output: as they are, reshaped, or whole numbers as rows or columns with one 1.

    Raises ``NoLabels``.
    """
    if labels.shape == output.shape:
        return np.asarray(labels, dtype=float)
    if labels.size == output.size:
        if [n for n in labels.shape if n > 1] == [n for n in output.shape if n > 1]:
            return np.asarray(labels, dtype=float).reshape(output.shape)
        raise NoLabels
    whole = labels.size and np.all(labels == np.round(labels)) and np.all(labels >= 0)
    if output.ndim == 2 and whole and labels.dtype.kind in "iub":
        flat = labels.ravel().astype(int)
        rows, columns = output.shape
        if flat.size == rows and flat.max() < columns:
            return np.eye(columns)[flat]
        if flat.size == columns and flat.max() < rows:
            return np.eye(rows)[:, flat]
    if output.ndim == 1 and labels.size == 1 and whole and labels.dtype.kind in "iub" and labels.max() < output.size:
        return np.eye(output.size)[int(labels.ravel()[0])]
    raise NoLabels


def value_of(name: str, output: Any, labels: Any, kind: StandIn) -> Any:
    """A loss of the stand-in's own arrays. Raises ``NoLabels``."""
    plain = np.asarray(kind.lower(output)).real
    given = np.asarray(kind.lower(labels))
    beside = labels_beside(plain, given.real if given.dtype.kind in "fc" else given)
    lifted = kind.lift(beside) if beside.ndim else float(beside)
    return LOSSES_BY_NAME[name].value(kind.numpy, output, lifted)
