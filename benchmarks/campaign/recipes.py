"""How the functions of a few right files are called on drawn arrays: written by hand, file by file.

Nothing here knows how the tool reads, pairs or judges. The helpers that a file takes from the course's modules are
written once more, in plain NumPy.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

__all__ = ["HELPERS", "RECIPES", "Call", "Drawn", "drawn"]

Names = dict[str, Any]


class Drawn(NamedTuple):
    """Arrays of one case."""

    dims: tuple[int, ...]
    X: Any
    Y: Any
    P: dict[str, Any]
    lambd: float
    keep_prob: float


class Call(NamedTuple):
    """One call of a function of the file. ``replaced``: what its globals are for this call; ``loose``: a difference."""

    function: str
    arguments: tuple[Any, ...]
    replaced: Names = {}  # noqa: RUF012
    loose: bool = False  # a checker's answer is rounding where the gradient is right


Recipe = Callable[[Names, Drawn], Iterator[Call]]


def drawn(number: int, depth: int, *, classes: int = 1, widths: tuple[int, ...] | None = None) -> Drawn:
    """Case ``number`` of a network of so many layers."""
    rng = np.random.RandomState([number, depth, 5])
    dims = widths or (*rng.randint(2, 7, size=depth), classes)
    m = int(rng.choice([1, 4, 7, 9])) if number else 6
    P = {}
    for l in range(1, len(dims)):
        P[f"W{l}"] = rng.randn(dims[l], dims[l - 1]) * 0.8
        P[f"b{l}"] = rng.randn(dims[l], 1) * 0.5
    labels = rng.randint(max(2, classes), size=m)
    Y = labels[None].astype(float) if classes == 1 else np.eye(classes)[:, labels]
    lambd, keep_prob = rng.uniform(0.2, 2), rng.uniform(0.4, 0.9)
    return Drawn(tuple(map(int, dims)), rng.randn(dims[0], m), Y, P, lambd, keep_prob)


# --- what the course's modules hold ---------------------------------------------------------------------------


def sigmoid(Z: Any) -> Any:
    return 1 / (1 + np.exp(-Z))


def relu(Z: Any) -> Any:
    return np.maximum(0, Z)


def forward_propagation(X: Any, P: Names) -> Any:
    Z1 = P["W1"] @ X + P["b1"]
    A1 = relu(Z1)
    Z2 = P["W2"] @ A1 + P["b2"]
    A2 = relu(Z2)
    Z3 = P["W3"] @ A2 + P["b3"]
    A3 = sigmoid(Z3)
    return A3, (Z1, A1, P["W1"], P["b1"], Z2, A2, P["W2"], P["b2"], Z3, A3, P["W3"], P["b3"])


def compute_cost(A3: Any, Y: Any) -> Any:
    return np.nansum(-Y * np.log(A3) - (1 - Y) * np.log(1 - A3)) / Y.shape[1]


ORDER = ("W1", "b1", "W2", "b2", "W3", "b3")
WIDTHS = (4, 5, 3, 1)  # of the course's vectors
SHAPES = ((5, 4), (5, 1), (3, 5), (3, 1), (1, 3), (1, 1))


def dictionary_to_vector(P: Names) -> Any:
    keys = [name for name in ORDER for _ in range(P[name].size)]
    return np.concatenate([P[name].reshape(-1, 1) for name in ORDER]), keys


def vector_to_dictionary(theta: Any) -> Names:
    sizes = np.cumsum([a * b for a, b in SHAPES])[:-1]
    parts = np.split(np.asarray(theta), sizes)
    return {name: part.reshape(shape) for name, part, shape in zip(ORDER, parts, SHAPES, strict=True)}


def gradients_to_vector(g: Names) -> Any:
    return np.concatenate([g[f"d{name}"].reshape(-1, 1) for name in ORDER])


HELPERS: Names = {
    f.__name__: f
    for f in (
        sigmoid, relu, forward_propagation, compute_cost, dictionary_to_vector, vector_to_dictionary,
        gradients_to_vector,
    )
}  # fmt: skip


# --- one file after the other ----------------------------------------------------------------------------------


def regularization(own: Names, c: Drawn) -> Iterator[Call]:
    A3, cache = own["forward_propagation"](c.X, c.P)
    yield Call("compute_cost_with_regularization", (A3, c.Y, c.P, c.lambd))
    yield Call("backward_propagation_with_regularization", (c.X, c.Y, cache, c.lambd))
    yield from dropout(own, c)


def dropout(own: Names, c: Drawn) -> Iterator[Call]:
    _, cache = own["forward_propagation_with_dropout"](c.X, c.P, c.keep_prob)
    yield Call("forward_propagation_with_dropout", (c.X, c.P, c.keep_prob))
    yield Call("backward_propagation_with_dropout", (c.X, c.Y, cache, c.keep_prob))


def any_depth(own: Names, c: Drawn) -> Iterator[Call]:
    AL, caches = own["L_model_forward"](c.X, c.P)
    grads = own["L_model_backward"](AL, c.Y, copy.deepcopy(caches))
    yield Call("initialize_parameters_deep", (list(c.dims),))
    yield Call("L_model_forward", (c.X, c.P))
    yield Call("compute_cost", (AL, c.Y))
    yield Call("L_model_backward", (AL, c.Y, caches))
    yield Call("update_parameters", (c.P, grads, 0.3))


def checking(own: Names, c: Drawn) -> Iterator[Call]:
    x, theta = float(c.X[0, 0]), float(c.P["W1"][0, 0])
    yield Call("forward_propagation", (x, theta))
    yield Call("backward_propagation", (x, theta))
    for wrong in (own["backward_propagation"], lambda x, theta: 2 * x, lambda x, theta: -x, lambda x, theta: theta):
        yield Call("gradient_check", (x, theta), {"backward_propagation": wrong}, loose=True)
    _, cache = own["forward_propagation_n"](c.X, c.Y, c.P)
    right = own["backward_propagation_n"](c.X, c.Y, cache)
    yield Call("forward_propagation_n", (c.X, c.Y, c.P))
    yield Call("backward_propagation_n", (c.X, c.Y, cache))
    for changed in ({}, {"dW2": 2 * right["dW2"]}, {"db1": 4 * right["db1"]}, {"dW3": 0 * right["dW3"]}):
        yield Call("gradient_check_n", (c.P, {**right, **changed}, c.X, c.Y), loose=True)


def initialisers(own: Names, c: Drawn) -> Iterator[Call]:
    for name in ("zeros", "random", "he"):
        yield Call(f"initialize_parameters_{name}", (list(c.dims),))


def passes(own: Names, c: Drawn) -> Iterator[Call]:
    A, cache = own["forward_propagation"](c.X, c.P)
    yield Call("forward_propagation", (c.X, c.P))
    yield Call("compute_cost", (A, c.Y))
    yield Call("backward_propagation", (c.X, c.Y, cache))


def two_layers(own: Names, c: Drawn) -> Iterator[Call]:
    A2, cache = own["forward_propagation"](c.X, c.P)
    grads = own["backward_propagation"](c.P, cache, c.X, c.Y)
    more = (c.P,) if "initialize_parameters" in own else ()
    yield Call("forward_propagation", (c.X, c.P))
    yield Call("compute_cost", (A2, c.Y, *more))
    yield Call("backward_propagation", (c.P, cache, c.X, c.Y))
    if more:
        yield Call("initialize_parameters", c.dims)
        yield Call("update_parameters", (c.P, grads, 0.3))


CASES = 8


def _three(k: int) -> Drawn:
    return drawn(k, 3)


RECIPES: dict[str, tuple[Recipe, Callable[[int], Drawn]]] = {
    "Regularization_export.py": (regularization, _three),
    "dropout_masks.ipynb": (dropout, _three),
    "deep_nn.py": (any_depth, lambda k: drawn(k, 1 + k % 4)),
    "Gradient+Checking+v1.ipynb": (checking, lambda k: drawn(k, 3, widths=WIDTHS)),
    "Initialization.ipynb": (initialisers, lambda k: drawn(k, 1 + k % 4)),
    "softmax_three_layers.py": (passes, lambda k: drawn(k, 3, classes=3)),
    "planar_tanh.ipynb": (two_layers, lambda k: drawn(k, 2)),
    "two_layer_tanh_mse.py": (two_layers, lambda k: drawn(k, 2)),
}
