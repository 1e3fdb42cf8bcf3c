"""What a function with a loss and its gradient returned: which of it is the loss, and which the gradient of what."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference.targets.pairing import layouts

__all__ = ["Layout", "is_number", "layouts_of", "names_returned", "read"]

LOSS = re.compile(r"^(loss|cost|j|error|err|objective|value|total_?(loss|cost)|l)$", re.IGNORECASE)
GRADIENT = re.compile(r"^(?:grad_?|d_?|g_?)(w|b|theta|weights?|bias)_?(\d*)$|^(w|b)_?(\d*)_?grad$", re.IGNORECASE)


class Layout(NamedTuple):
    """Where the loss stands in what was returned, and in what order the gradients."""

    at: Any  # index or key of the loss
    inside: Any = None  # index or key of the container that has the gradients; None: what is left
    order: tuple[str, ...] = ()  # the names of gradients in a row, "" of what is none; empty where they have names


def read(value: Any, layout: Layout, dims: Sequence[int], *, turned: bool) -> tuple[Any, dict[str, Any]]:
    """The loss and the gradients by the course's names; raises where it was laid out otherwise."""
    loss = value[layout.at]
    if layout.inside is not None:
        held = value[layout.inside]
    elif isinstance(value, dict):
        held = {key: v for key, v in value.items() if key != layout.at}
    else:
        held = [v for k, v in enumerate(value) if k != layout.at]
    if layout.order:
        return loss, {name: a for name, a in zip(layout.order, held, strict=True) if name}
    named = _named(held, dims, turned)
    if named is None:
        raise layouts.NotGradients("no gradients beside the loss")
    return loss, named


def layouts_of(value: Any, dims: Sequence[int], names: Sequence[str] | None, *, turned: bool) -> Iterator[Layout]:
    """Every way to tell the loss from the gradients, the likelier first. Asked where no two sizes are equal."""
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
            if _named(rest, dims, turned):
                yield Layout(at)
        elif known := _by_names(list(rest), called, dims):
            yield Layout(at, order=known)
        for key, held in rest.items():
            if isinstance(held, dict) and _named(held, dims, turned):
                yield Layout(at, key)
            elif isinstance(held, tuple | list):
                if order := _in_order(held, dims):
                    yield Layout(at, key, order)
                elif _named(held, dims, turned):
                    yield Layout(at, key)
        if not isinstance(value, dict):
            if order := _in_order(list(rest.values()), dims):
                yield Layout(at, order=order)
            elif _named(list(rest.values()), dims, turned):  # all dW in a list, and all db
                yield Layout(at)


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


def _in_order(values: Sequence[Any], dims: Sequence[int]) -> tuple[str, ...]:
    """Arrays in a row: the first order in which every size fits, else dW1, db1, dW2, … Empty where they are none."""
    L = len(dims) - 1
    if any(isinstance(v, tuple | list | dict | str) or v is None for v in values):
        return ()
    weights, biases = [f"dW{l}" for l in range(1, L + 1)], [f"db{l}" for l in range(1, L + 1)]
    pairs = [name for both in zip(weights, biases, strict=True) for name in both]
    if len(values) == L:
        orders = [weights, weights[::-1]]
    elif len(values) == 2 * L:
        back = [name for both in zip(weights[::-1], biases[::-1], strict=True) for name in both]
        orders = [pairs, weights + biases, back, [pairs[k ^ 1] for k in range(2 * L)], pairs[::-1], biases + weights]
    else:
        return ()
    fits = [o for o in orders if all(np.size(a) == _size(n, dims) for n, a in zip(o, values, strict=True))]
    return tuple((fits or orders)[0])


def _size(name: str, dims: Sequence[int]) -> int:
    l = int(name[2:])
    return dims[l] * dims[l - 1] if name[1] == "W" else dims[l]


def _named(held: Any, dims: Sequence[int], turned: bool) -> dict[str, Any] | None:
    """The gradients in a container by the course's names; those of all the weights must be there."""
    L = len(dims) - 1
    if isinstance(held, dict) and L == 1:
        held = {k if re.search(r"\d", str(k)) else f"{k}1": v for k, v in held.items()}
    try:
        named = layouts.gradients(held, dims, 0, rows=turned)
    except (layouts.NotGradients, NotImplementedError, TypeError, ValueError):
        return None
    named = {name: a for name, a in named.items() if name[:2] in ("dW", "db") and 1 <= int(name[2:]) <= L}
    return named if all(f"dW{l}" in named for l in range(1, L + 1)) else None


def is_number(value: Any) -> bool:
    return not isinstance(value, dict | list | tuple | str | bool) and value is not None and np.size(value) == 1


def names_returned(call: Any) -> list[str] | None:
    """The names in the last return statement of a function, where it returns a tuple of such."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(call)))
    except (OSError, TypeError, SyntaxError, ValueError, IndexError):
        return None
    returns = [n for n in ast.walk(tree) if isinstance(n, ast.Return) and isinstance(n.value, ast.Tuple)]
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
