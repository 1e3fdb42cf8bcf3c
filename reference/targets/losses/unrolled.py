"""``nnCostFunction(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, Lambda)``: two layers in a vector.

Theta1 is (hidden, input + 1) and Theta2 (labels, hidden + 1), the bias column first; labels are classes.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from reference.interface.outcome import Single
from reference.targets.losses.arguments import AskedArguments
from reference.targets.losses.returned import Layout
from reference.targets.losses.theta import both_orders
from reference.targets.losses.way import LossAnswer, LossWay, joined, one_hot, without_ones
from reference.targets.pairing.passes import Function

__all__ = ["of_unrolled"]

DELTA = re.compile(r"^(?:d|delta|sigma|error|err)_?([23])$", re.IGNORECASE)
LABELS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("labels are 1 to K", lambda Y: np.argmax(Y, axis=0) + 1),
    ("labels are 1 to K", lambda Y: (np.argmax(Y, axis=0) + 1)[:, None]),
    ("labels are 0 to K - 1", lambda Y: np.argmax(Y, axis=0)),
    ("labels are 0 to K - 1", lambda Y: np.argmax(Y, axis=0)[:, None]),
    ("labels are one-hot rows", lambda Y: Y.T.copy()),
    ("labels are one-hot columns", lambda Y: Y.copy()),
)


def of_unrolled(f: Function, asked: AskedArguments) -> Iterator[LossWay]:
    """Rows first or columns first, whichever the file has."""
    if asked.unknown:
        return
    for (said, labelled), order, rows in itertools.product(LABELS, "CF", (True, False)):
        yield _way(f, asked, said, labelled, order, rows)


def _way(
    f: Function, asked: AskedArguments, said: str, labelled: Callable[[np.ndarray], np.ndarray], order: str, rows: bool
) -> LossWay:
    argument = "parameters" if "parameters" in asked.names else "theta"

    def given(single: Single) -> dict[str, Any]:
        n, hidden, K = single.dims
        thetas = [_unrolled(layer, order) for layer in single.parameters]
        values = {
            argument: joined(thetas), "input": n, "hidden": hidden, "labels": K, "lambd": single.lambd,
            "X": single.X.T.copy() if rows else single.X.copy(), "Y": labelled(single.Y), "m": single.X.shape[1],
            "L": 2, "layers_dims": list(single.dims),
        }  # fmt: skip
        return {name: values[what] for what, name in asked.names.items()}

    def ask(called: Sequence[Callable[..., Any]], single: Single) -> Any:
        return called[0](**given(single))

    def taken(value: Any, single: Single, layout: Layout) -> LossAnswer:
        gradient, (n, hidden, K) = np.asarray(value[layout.inside]), single.dims
        first = hidden * (n + 1)
        if gradient.size != first + K * (hidden + 1):
            return LossAnswer(value[layout.at], {"dW1": gradient})
        gradient = gradient.reshape(-1)
        thetas = _matrix(gradient[:first], hidden, order), _matrix(gradient[first:], K, order)
        named = {f"dW{l}": θ[:, 1:] for l, θ in enumerate(thetas, 1)}
        return LossAnswer(value[layout.at], named | {f"db{l}": θ[:, :1] for l, θ in enumerate(thetas, 1)})

    words = [said, "matrices are unrolled by columns" if order == "F" else ""]
    return LossWay(
        f.name, (f.name,), ask, taken, both_orders, ", ".join(filter(None, words)),
        depths=(2,), lasts=(3,), l2="lambd" in asked.names, prepared=one_hot, replaces=True, arguments=given,
        seen=lambda a, single: without_ones(a, single, rows=rows), renamed=_renamed,
    )  # fmt: skip


def _renamed(variable: str) -> str:
    """δ_3 of three layers of units is dZ_2 of two layers of weights."""
    match = DELTA.match(variable)
    return variable if match is None else f"dZ{int(match[1]) - 1}"


def _unrolled(layer: tuple[Any, Any], order: str) -> Any:
    """[b W] as one vector."""
    W, b = layer
    if isinstance(W, np.ndarray):
        return np.concatenate([b, W], axis=1).ravel(order=order)  # type: ignore[arg-type]
    import jax.numpy

    return jax.numpy.concatenate([b, W], axis=1).ravel(order=order)


def _matrix(vector: np.ndarray, rows: int, order: str) -> np.ndarray:
    return vector.reshape((rows, -1), order=order)  # type: ignore[call-overload]
