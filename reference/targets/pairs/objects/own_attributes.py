"""What the methods of a class read and set of their own object, with what they call of it and of its bases."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from reference.targets.reading.parsed import is_of_self, parsed

__all__ = ["OwnAttributes", "attributes_of", "begins_from"]


class OwnAttributes(NamedTuple):
    read: frozenset[str]
    set: frozenset[str]


@lru_cache(maxsize=256)
def attributes_of(owner: Any, method: str) -> OwnAttributes:
    """The attributes of self that a method reads and sets, itself or by its class's other methods."""
    read: set[str] = set()
    made: set[str] = set()
    waiting, seen = [method], {method}
    while waiting:
        for tree in _definitions(owner, waiting.pop()):
            for node in _attributes(tree):
                if isinstance(node.ctx, ast.Load) and callable(getattr(owner, node.attr, None)):
                    if node.attr not in seen:
                        seen.add(node.attr)
                        waiting.append(node.attr)
                    continue
                (read if isinstance(node.ctx, ast.Load) else made).add(node.attr)
    return OwnAttributes(frozenset(read), frozenset(made))


def begins_from(owner: Any, forward: str, backward: str, cotangents: Iterable[str]) -> str | None:
    """The attribute that a backward pass begins from, and that whoever calls it fills.

    It is called as the argument is, the forward pass clears it, and the backward pass reads it before it sets it: then
    the argument is where the gradient goes.
    """
    for name in cotangents:
        if name not in attributes_of(owner, forward).set:
            continue
        for tree in _definitions(owner, backward):
            plain = {id(t) for n in ast.walk(tree) if isinstance(n, ast.Assign) for t in n.targets}
            uses = [node for node in ast.walk(tree) if is_of_self(node) and node.attr == name]
            first = min(uses, key=lambda node: (node.lineno, node.col_offset), default=None)
            if first is not None and id(first) not in plain:
                return name
    return None


def _definitions(owner: Any, method: str) -> Iterator[ast.AST]:
    """Its own definition, and its bases' as far as each calls the one above it."""
    for base in getattr(owner, "__mro__", ()):
        if method in vars(base):
            tree = parsed(vars(base)[method])
            if tree is None:
                return
            yield tree
            if not any(isinstance(node, ast.Name) and node.id == "super" for node in ast.walk(tree)):
                return


def _attributes(tree: ast.AST) -> Iterator[ast.Attribute]:
    """One that is set entry by entry is set."""
    for node in ast.walk(tree):
        inner = node.value if isinstance(node, ast.Subscript) else node
        if is_of_self(inner):
            written = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
            yield ast.Attribute(inner.value, inner.attr, ast.Store() if written else inner.ctx)
