"""Nielsen's ``Network``: ``weights`` and ``biases`` in lists, ``feedforward(a)``, ``backprop(x, y)`` of one example.

Examples are columns (n, 1); in the variant for mini-batches they stand side by side. What it is held to is the cost
that it carries (``self.cost.fn``), or the one whose derivative its ``cost_derivative`` is.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from reference.interface.outcome import Single
from reference.targets.losses.returned import Layout
from reference.targets.losses.way import LossAnswer, LossWay
from reference.targets.pairing.passes import seeded

__all__ = ["is_network_class", "of_network_class"]

BACKPROP = ("backprop", "back_prop", "backpropagation", "back_propagation", "backpropagate")
FEEDFORWARD = ("feedforward", "feed_forward")
SIZES, ALIKE = [3, 4, 2], [3, 3, 3]
Cost = Callable[[Any, Any], Any]


def is_network_class(value: Any) -> bool:
    """Is it a class of this kind, by what it has once it is made?"""
    if not isinstance(value, type) or _method(value, BACKPROP) is None or _method(value, FEEDFORWARD) is None:
        return False
    try:
        with seeded():
            made = value(list(SIZES))
        shapes = [np.shape(w) for w in made.weights], [np.shape(b) for b in made.biases]
    except Exception:
        return False
    return shapes == ([(4, 3), (2, 4)], [(4, 1), (2, 1)])


def of_network_class(name: str, names: Mapping[str, Any]) -> Iterator[tuple[str, list[LossWay]]]:
    """For every cost that the class takes: the check's name, and the ways to ask for it."""
    made = names[name]
    check = f"{name}.{_method(made, BACKPROP)}"
    yield check, list(_ways(check, made, (name,)))
    if "cost" not in inspect.signature(made).parameters:
        return
    with seeded():
        own = getattr(made(list(SIZES)), "cost", None)
    for other, value in names.items():
        if isinstance(value, type) and value is not own and _is_cost(value):
            label = f"{check} with {other}"
            yield label, list(_ways(label, made, (name, other)))


def _method(value: Any, names: Sequence[str]) -> str | None:
    return next((n for n in names if inspect.isfunction(getattr(value, n, None))), None)


def _is_cost(value: Any) -> bool:
    return callable(getattr(value, "fn", None)) and callable(getattr(value, "delta", None))


def _ways(check: str, made: Any, names: tuple[str, ...]) -> Iterator[LossWay]:
    backprop, feedforward = _method(made, BACKPROP) or "", _method(made, FEEDFORWARD) or ""

    def build(called: Sequence[Any], single: Single) -> Any:
        network = called[0](list(single.dims)) if len(names) == 1 else called[0](list(single.dims), cost=called[1])
        network.weights = [W.copy() for W, _ in single.parameters]
        network.biases = [b.copy() for _, b in single.parameters]
        return network

    def one_by_one(called: Sequence[Any], single: Single) -> Any:
        network = build(called, single)
        return [getattr(network, backprop)(x, y) for x, y in _columns(single)]

    def at_once(called: Sequence[Any], single: Single) -> Any:
        return [getattr(build(called, single), backprop)(single.X.copy(), single.Y.copy())]

    def priced(cost: Cost | None, *, summed: bool) -> Callable[[Sequence[Any], Single], Any]:
        def price(called: Sequence[Any], single: Single) -> Any:
            network = build(called, single)
            fn = network.cost.fn if cost is None else cost
            total = sum(fn(getattr(network, feedforward)(x), y) for x, y in _columns(single))
            return total if summed else total / single.X.shape[1]

        return price

    with seeded():
        network = made(list(SIZES)) if len(names) == 1 else None
    stated = network is None or _is_cost(getattr(network, "cost", None))
    costs: list[tuple[str, Cost | None]] = [("", None)] if stated else _costs(network)
    at_once_or_one_by_one = [(at_once, True), (at_once, False), (one_by_one, False)]
    for ask, summed in at_once_or_one_by_one:
        for said, cost in costs:
            words = ["the gradient of a mini-batch is a sum" if summed else "", said]
            yield LossWay(
                check, names, ask, _averaged, _orders, ", ".join(filter(None, words)), depths=(2, 1, 3),
                price=priced(cost, summed=summed), each=ask is one_by_one,
            )  # fmt: skip


def _columns(single: Single) -> list[tuple[Any, Any]]:
    return [(single.X[:, k : k + 1].copy(), single.Y[:, k : k + 1].copy()) for k in range(single.X.shape[1])]


def _orders(value: Any, single: Single) -> list[Layout]:
    """(nabla_b, nabla_w), or the other way round: told by the sizes."""
    first = value[0]
    if not isinstance(first, tuple | list) or len(first) != 2:
        return []
    sizes = [[W.size for W, _ in single.parameters], [b.size for _, b in single.parameters]]
    for order in (("db", "dW"), ("dW", "db")):
        wanted = [sizes[["dW", "db"].index(kind)] for kind in order]
        if [[np.size(a) for a in part] for part in first] == wanted:
            return [Layout(0, order=order)]
    return [Layout(0, order=("db", "dW"))] if all(len(part) == len(single.parameters) for part in first) else []


def _averaged(value: Any, single: Single, layout: Layout) -> LossAnswer:
    """The mean over the examples, one call each; or the one call's."""
    sums: dict[str, Any] = {}
    for parts in value:
        for kind, arrays in zip(layout.order, parts, strict=True):
            for l, a in enumerate(arrays, 1):
                sums[f"{kind}{l}"] = sums.get(f"{kind}{l}", 0.0) + np.asarray(a)
    return LossAnswer(None, {name: total / len(value) for name, total in sums.items()})


# --- the cost that it belongs to ----------------------------------------------------------------------------------


def _square(a: Any, y: Any) -> Any:
    return 0.5 * ((a - y) ** 2).sum()


def _cross_entropy(a: Any, y: Any) -> Any:
    if isinstance(a, np.ndarray):
        return -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum()
    import jax.numpy as jnp

    return -(y * jnp.log(a) + (1 - y) * jnp.log(1 - a)).sum()


KNOWN: tuple[tuple[str, Cost, Cost], ...] = (
    ("squared error, halved", _square, lambda a, y: a - y),
    ("cross-entropy", _cross_entropy, lambda a, y: (a - y) / (a * (1 - a))),
    ("squared error", lambda a, y: 2 * _square(a, y), lambda a, y: 2 * (a - y)),
)


def _costs(network: Any) -> list[tuple[str, Cost | None]]:
    """The costs that a network without one of its own may mean; its ``cost_derivative`` leaves one, and so does the
    gradient of its last biases, which no mistake in the layers before it can touch.
    """
    derivative = getattr(network, "cost_derivative", None)
    if not callable(derivative):
        return _by_last_layer(network) or [(said, cost) for said, cost, _ in KNOWN]
    rng = np.random.RandomState(5)
    a, y = rng.uniform(0.1, 0.9, size=(2, 1)), np.array([[1.0], [0.0]])
    try:
        got = np.asarray(derivative(a.copy(), y.copy()), dtype=np.float64)
    except Exception:
        return [(KNOWN[0][0], KNOWN[0][1])]
    mine = [(said, cost) for said, cost, d in KNOWN if got.shape == a.shape and np.allclose(got, d(a, y), rtol=1e-9)]
    if got.shape == a.shape and np.allclose(got, y - a, rtol=1e-9) and _adds(network):
        return [("its nabla is minus the gradient, which its update adds", lambda a, y: -_square(a, y))]
    return list(mine) or [(KNOWN[0][0], KNOWN[0][1])]


def _by_last_layer(network: Any) -> list[tuple[str, Cost | None]]:
    """The costs of which its last biases have the gradient, in a network of equal widths."""
    rng = np.random.RandomState(7)
    x, y = rng.standard_normal((ALIKE[0], 1)), np.array([[1.0], [0.0], [0.0]])
    made = type(network)
    backprop, feedforward = _method(made, BACKPROP) or "", _method(made, FEEDFORWARD) or ""
    try:
        with seeded():
            alike = made(list(ALIKE))
        a = np.asarray(getattr(alike, feedforward)(x.copy()), dtype=np.float64)
        parts = getattr(alike, backprop)(x.copy(), y.copy())
        last = [np.asarray(part[-1], dtype=np.float64) for part in parts if np.shape(part[-1]) == a.shape]
    except Exception:
        return []
    owed = [(said, cost, d(a, y) * a * (1 - a)) for said, cost, d in KNOWN]
    return [(said, cost) for said, cost, delta in owed if any(np.allclose(b, delta, rtol=1e-9) for b in last)]


def _adds(network: Any) -> bool:
    """Does its update add what ``backprop`` returns?"""
    rng = np.random.RandomState(6)
    x, y = rng.standard_normal((SIZES[0], 1)), np.array([[1.0], [0.0]])
    try:
        before = [np.array(w) for w in network.weights]
        _, nabla = network.backprop(x, y)
        network.update_mini_batch([(x, y)], 0.5)
        moved = sum(float(np.sum((w - b) * d)) for w, b, d in zip(network.weights, before, nabla, strict=True))
    except Exception:
        return False
    return moved > 0
