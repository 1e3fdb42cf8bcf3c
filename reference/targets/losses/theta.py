"""``costFunction(theta, X, y)``: regression with its parameters as a vector, the first of them the bias."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from reference.interface.outcome import Single
from reference.targets.losses.arguments import AskedArguments
from reference.targets.losses.returned import Layout, is_number
from reference.targets.losses.way import LossAnswer, LossWay, joined, without_ones
from reference.targets.pairing.passes import Function

__all__ = ["both_orders", "of_theta"]

SHAPES: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("theta is a vector", lambda v: v),
    ("theta is a column", lambda v: v.reshape(-1, 1)),
    ("theta is a row", lambda v: v.reshape(1, -1)),
)
LABELS: tuple[Callable[[Any], Any], ...] = (lambda y: y, lambda y: y.reshape(-1, 1), lambda y: y.reshape(1, -1))


def of_theta(f: Function, asked: AskedArguments) -> Iterator[LossWay]:
    """X with a column of ones, or without biases."""
    if asked.unknown:
        return
    argument = "theta" if "theta" in asked.names else "W1" if "W1" in asked.names else "parameters"
    for ones in (True, False):
        for rows in (True, False):
            for said, shaped in SHAPES:
                for labelled in LABELS:
                    yield _way(f, asked, argument, said, shaped, labelled, ones=ones, rows=rows)


def _way(f: Function, asked: AskedArguments, argument: str, said: str, shaped: Callable[[Any], Any],
         labelled: Callable[[Any], Any], *, ones: bool, rows: bool) -> LossWay:  # fmt: skip
    def given(single: Single) -> dict[str, Any]:
        W, b = single.parameters[0]
        X = np.concatenate([np.ones((1, single.X.shape[1])), single.X]) if ones else single.X.copy()
        θ = joined([b, W]) if ones else W.reshape(-1)
        m = single.X.shape[1]
        values = {"X": X.T.copy() if rows else X, "Y": labelled(single.Y[0].copy()), argument: shaped(θ),
                  "lambd": single.lambd, "m": m, "L": 1, "layers_dims": list(single.dims)}  # fmt: skip
        return {name: values[what] for what, name in asked.names.items()}

    def ask(called: Sequence[Callable[..., Any]], single: Single) -> Any:
        return called[0](**given(single))

    def taken(value: Any, single: Single, layout: Layout) -> LossAnswer:
        gradient = np.asarray(value[layout.inside])
        n = single.dims[0]
        if gradient.size != n + ones:
            return LossAnswer(value[layout.at], {"dW1": gradient})
        gradient = gradient.reshape(-1)
        return LossAnswer(value[layout.at], _named(gradient, ones=ones))

    words = ["X has a column of ones" if ones else "there are no biases", said if said != SHAPES[0][0] else ""]
    return LossWay(
        f.name, (f.name,), ask, taken, both_orders, ", ".join(filter(None, words)),
        depths=(1,), lasts=(1,), l2="lambd" in asked.names, biases=ones,
        prepared=_as_it_is if ones else _unbiased, replaces=not ones, arguments=given,
        seen=lambda a, single: without_ones(a, single, rows=rows),
    )  # fmt: skip


def _as_it_is(single: Single) -> Single:
    return single


def _unbiased(single: Single) -> Single:
    return single._replace(parameters=tuple((W, np.zeros_like(b)) for W, b in single.parameters))


def _named(gradient: np.ndarray, *, ones: bool) -> dict[str, np.ndarray]:
    if not ones:
        return {"dW1": gradient.reshape(1, -1)}
    return {"dW1": gradient[1:].reshape(1, -1), "db1": gradient[:1].reshape(1, 1)}


def both_orders(value: Any, single: Single) -> list[Layout]:
    """(loss, gradient), or the other way round; more may follow."""
    if not isinstance(value, tuple | list) or len(value) < 2:
        return []
    numbers = [k for k, v in enumerate(value) if is_number(v)]
    vectors = [k for k, v in enumerate(value) if not isinstance(v, dict | tuple | str) and np.size(v) > 1]
    return [Layout(at, inside) for at in numbers[:1] for inside in vectors[:1]]
