"""What a function with a loss and its gradient returned: which of it is the loss, and which the gradient of what."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference.targets.pairing import layouts
from reference.targets.reading.parsed import parsed

__all__ = ["Layout", "is_number", "layouts_of", "names_returned", "read"]

LOSS = re.compile(r"^(loss|cost|j|error|err|objective|value|total_?(loss|cost)|l)$", re.IGNORECASE)
GRADIENT = re.compile(r"^(?:grad_?|d_?|g_?)(w|b|theta|weights?|bias)_?(\d*)$|^(w|b)_?(\d*)_?grad$", re.IGNORECASE)


Names = Callable[[int], list[str]]


def _weights(L: int) -> list[str]:
    return [f"dW{l}" for l in range(1, L + 1)]


def _biases(L: int) -> list[str]:
    return [f"db{l}" for l in range(1, L + 1)]


def _pairs(L: int) -> list[str]:
    return [name for both in zip(_weights(L), _biases(L), strict=True) for name in both]


ORDERS: dict[str, Names] = {
    "W1 b1 W2": _pairs,
    "W1 W2 b1 b2": lambda L: _weights(L) + _biases(L),
    "W2 b2 W1": lambda L: [f"{kind}{l}" for l in range(L, 0, -1) for kind in ("dW", "db")],
    "b1 W1 b2": lambda L: [_pairs(L)[k ^ 1] for k in range(2 * L)],
    "b2 W2 b1": lambda L: _pairs(L)[::-1],
    "b1 b2 W1 W2": lambda L: _biases(L) + _weights(L),
    "W1 W2": _weights,
    "W2 W1": lambda L: _weights(L)[::-1],
}


class Layout(NamedTuple):
    """Where the loss stands in what was returned, and in what order the gradients."""

    at: Any  # index or key of the loss
    inside: Any = None  # index or key of the container that has the gradients; None: what is left
    order: str | tuple[str, ...] = ""  # one of ``ORDERS``, or every name; empty where they have names of their own


def read(value: Any, layout: Layout, dims: Sequence[int]) -> tuple[Any, dict[str, Any]]:
    """The loss and the gradients by the course's names; raises where it was laid out otherwise."""
    loss = value[layout.at]
    if layout.inside is not None:
        held = value[layout.inside]
    elif isinstance(value, dict):
        held = {key: v for key, v in value.items() if key != layout.at}
    else:
        held = [v for k, v in enumerate(value) if k != layout.at]
    if layout.order:
        names = ORDERS[layout.order](len(dims) - 1) if isinstance(layout.order, str) else layout.order
        return loss, {name: a for name, a in zip(names, _in_a_row(held), strict=True) if name}
    return loss, _named(held, dims)


def layouts_of(
    value: Any, dims: Sequence[int], names: Sequence[str] | None, owed: Callable[[str], tuple[int, ...]]
) -> Iterator[Layout]:
    """Every way to tell the loss from the gradients, the likelier first. ``owed``: the shape of each gradient."""
    if isinstance(value, dict):
        keys = list(value)
        prices = [key for key in keys if LOSS.match(str(key)) and is_number(value[key])]
        parts = {key: value[key] for key in keys}
    elif isinstance(value, tuple | list) and len(value) > 1:
        called = list(names) if names is not None and len(names) == len(value) else [""] * len(value)
        numbers = [k for k, v in enumerate(value) if is_number(v)]
        likely = [k for k in (0, len(value) - 1, *numbers) if k in numbers and not GRADIENT.match(called[k])]
        prices = [k for k in numbers if LOSS.match(called[k])] or list(dict.fromkeys(likely))
        parts = dict(enumerate(value))
    else:
        return
    for at in prices:
        rest = {key: v for key, v in parts.items() if key != at}
        if isinstance(value, dict):
            if _is_whole(_named(rest, dims), dims):
                yield Layout(at)
        elif known := _by_names(list(rest), called, dims):
            yield Layout(at, order=known)
        two_lists = len(rest) == 2 and all(isinstance(held, tuple | list) for held in rest.values())
        if two_lists and not isinstance(value, dict) and (order := _order(list(rest.values()), dims, owed)):
            yield Layout(at, order=order)
        for key, held in rest.items():
            if isinstance(held, dict) and _is_whole(_named(held, dims), dims):
                yield Layout(at, key)
            elif isinstance(held, tuple | list) and (order := _order(held, dims, owed)):
                yield Layout(at, key, order)
        if not two_lists and not isinstance(value, dict) and (order := _order(list(rest.values()), dims, owed)):
            yield Layout(at, order=order)


def _by_names(positions: Sequence[int], called: Sequence[str], dims: Sequence[int]) -> tuple[str, ...]:
    """Gradients told by the names that the return statement has for them."""
    found = []
    for k in positions:
        match = GRADIENT.match(called[k])
        l = "" if match is None else match[2] or match[4] or ("1" if len(dims) == 2 else "")
        if match is None or not l or not 1 <= int(l) < len(dims):
            found.append("")
            continue
        found.append(f"{'dW' if (match[1] or match[3])[0].lower() in 'wt' else 'db'}{int(l)}")
    return tuple(found) if all(f"dW{l}" in found for l in range(1, len(dims))) else ()


def _in_a_row(held: Any) -> list[Any]:
    """The arrays of a container: themselves, of pairs or of dictionaries layer by layer, or of two lists."""
    if all(isinstance(v, dict) for v in held):
        return [a for layer in held for a in layer.values()]
    if all(isinstance(v, tuple | list) for v in held):
        return [a for part in held for a in part]
    return list(held)


def _order(held: Sequence[Any], dims: Sequence[int], owed: Callable[[str], tuple[int, ...]]) -> str:
    """Arrays in a row: the first order in which every shape fits, else every size, else the first; empty where they
    are none.
    """
    values, L = _in_a_row(held), len(dims) - 1
    if any(isinstance(v, tuple | list | dict | str) or v is None for v in values):
        return ""
    orders = {said: names(L) for said, names in ORDERS.items() if len(names(L)) == len(values)}

    def first(fits: Callable[[str, Any], bool]) -> str | None:
        return next((o for o, names in orders.items() if all(map(fits, names, values))), None)

    by_shape = first(lambda name, a: np.shape(a) == owed(name))
    return by_shape or first(lambda name, a: np.size(a) == _size(name, dims)) or next(iter(orders), "")


def _size(name: str, dims: Sequence[int]) -> int:
    l = int(name[2:])
    return dims[l] * dims[l - 1] if name[1] == "W" else dims[l]


def _named(held: dict[Any, Any], dims: Sequence[int]) -> dict[str, Any]:
    """The gradients in a dictionary by the course's names."""
    L = len(dims) - 1
    if L == 1:
        held = {k if re.search(r"\d", str(k)) else f"{k}1": v for k, v in held.items()}
    named = layouts.gradients(held, dims)
    return {name: a for name, a in named.items() if name[:2] in ("dW", "db") and 1 <= int(name[2:]) <= L}


def _is_whole(named: dict[str, Any], dims: Sequence[int]) -> bool:
    return all(f"dW{l}" in named for l in range(1, len(dims)))


def is_number(value: Any) -> bool:
    return not isinstance(value, dict | list | tuple | str | bool) and value is not None and np.size(value) == 1


def names_returned(call: Any) -> list[str] | None:
    """The names in the last return statement of a function, where it returns a tuple of such."""
    tree = parsed(call)
    walked = ast.walk(tree) if tree is not None else ()
    returns = [n for n in walked if isinstance(n, ast.Return) and isinstance(n.value, ast.Tuple)]
    if not returns:
        return None
    last = max(returns, key=lambda n: n.lineno).value
    assert isinstance(last, ast.Tuple)
    return [_name(element) for element in last.elts]


def _name(node: ast.expr) -> str:
    """``dW1`` of ``dW1``, ``grads["dW1"]`` and ``float(loss)``."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    if isinstance(node, ast.Call) and len(node.args) == 1:
        return _name(node.args[0])
    return node.attr if isinstance(node, ast.Attribute) else ""
