"""What a function calls the things that it returns: its own names, read from its return statements."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from reference.cases.quantities import is_gradient
from reference.targets.pairing.readings import Reading
from reference.targets.reading.parsed import definition
from reference.targets.reading.vocabulary import Argument, layer_of_name, meaning

__all__ = ["gradient_order", "handed_over", "returned_names", "takes_any_depth"]

GROWING = ("parameters", "cache", "L", "layers_dims", "gradients")  # what is longer in a deeper network


def returned_names(call: Callable[..., Any], count: int) -> list[str | None]:
    """The names of the ``count`` elements that a function returns; ``None`` for what has no name."""
    node = definition(call)
    return [None] * count if node is None else [*_names_in(node, count)]


@lru_cache(maxsize=512)  # every call of a forward pass asks
def _names_in(node: ast.FunctionDef, count: int) -> tuple[str | None, ...]:
    for statement in reversed(list(_own(node))):
        if not isinstance(statement, ast.Return):
            continue
        value: Any = statement.value
        if isinstance(value, ast.Name):
            value = _bound_last(node, value.id) or value
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == count:
            return tuple(map(_name_of, value.elts))
    return (None,) * count


def _name_of(element: ast.expr) -> str | None:
    return element.id if isinstance(element, ast.Name) else None


def _bound_last(node: ast.FunctionDef, name: str) -> ast.expr | None:
    """What a local name was bound to last."""
    bound = [
        s.value for s in _own(node) if isinstance(s, ast.Assign) for t in s.targets if getattr(t, "id", None) == name
    ]
    return bound[-1] if bound else None


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Every node of a function, without those of the functions within it, in the order of the source."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            yield child
            yield from _own(child)


def handed_over(call: Callable[..., Any], whole: Any, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """What a forward pass returned, under its own names, and by the course's where these are plain.

    ``shapes``: of every activation, by name; what has no name is told by its shape, where only one has that.
    """
    handed: dict[str, Any] = {}
    parts = list(whole) if isinstance(whole, tuple | list) else [whole]
    if isinstance(whole, tuple):
        names = returned_names(call, len(whole))
        handed |= {name: part for name, part in zip(names, whole, strict=True) if name is not None}
        nameless = [a for name, a in zip(names, whole, strict=True) if name is None and isinstance(a, np.ndarray)]
        for name, shape in shapes.items():
            fits = [a for a in nameless if a.shape == shape]
            if len(fits) == 1:
                handed.setdefault(name, fits[0])
    for part in parts:
        if isinstance(part, dict):
            handed = {**{str(key): a for key, a in part.items()}, **handed}
    by_layer = {layer_of_name(name): a for name, a in handed.items()}
    return {**{layer: a for layer, a in by_layer.items() if layer is not None}, **handed}


def gradient_order(
    call: Callable[..., Any], value: Any, key_of: Callable[[str], str | None], reading: Reading,
    dims: Sequence[int], m: int,
) -> tuple[str, ...]:  # fmt: skip
    """The course's names of a sequence of gradients: as its return statement has them, else by their shapes.

    Empty where the sequence is none of arrays, or neither tells every gradient. ``key_of``: a name's quantity.
    """
    if not isinstance(value, tuple | list) or not all(isinstance(a, np.ndarray | np.generic | float) for a in value):
        return ()
    L = len(dims) - 1
    kinds = ("dW",) if reading.bias == "none" else ("dW", "db")
    wanted = {f"{kind}{l}" for l in range(1, L + 1) for kind in kinds}
    said = [key_of(name) if name is not None else None for name in returned_names(call, len(value))]
    if L == 1:
        said = [f"{name}1" if name in ("dW", "db") else name for name in said]
    named = [name or "" for name in said]
    if wanted <= set(named) and all(count == 1 for name, count in Counter(named).items() if name):
        return tuple(named)
    owed = {name: reading.shape(name, dims, m) for name in sorted(wanted)}
    fits = [[name for name, shape in owed.items() if np.shape(a) == shape] for a in value]
    found = tuple(names[0] if len(names) == 1 else "" for names in fits)
    whole = wanted == {name for name in found if is_gradient(name)} and len(set(filter(None, found))) == len(wanted)
    return found if whole and (reading.bias != "none" or "" not in found) else ()  # a db is no stray array


def takes_any_depth(call: Callable[..., Any], arguments: Sequence[Argument]) -> bool:
    """Does its source loop over as many layers as it is given?"""
    node = definition(call)
    if node is None:
        return False
    growing = {a.name for a in arguments if meaning(a.name) in GROWING}
    nodes = list(_own(node))
    loops = any(isinstance(n, ast.For | ast.While | ast.comprehension) for n in nodes)
    counts = [n for n in nodes if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "len"]
    counted = any(isinstance(n, ast.Name) and n.id in growing for count in counts for n in ast.walk(count))
    return loops and (counted or any(meaning(a.name) in ("L", "layers_dims") for a in arguments))
