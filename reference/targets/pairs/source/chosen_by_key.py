"""What an argument may be that is looked up in a dictionary: one of its keys, where these are texts."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reference.targets.pairs.source.facts import entry_of
from reference.targets.reading.parsed import is_of_self
from reference.targets.reading.trees import assigned_to

__all__ = ["dictionaries_in", "texts_looked_up"]

Keys = Mapping[str, Sequence[str]]


def dictionaries_in(nodes: Iterable[ast.AST], around: Mapping[str, Any] | None = None) -> dict[str, Sequence[str]]:
    """The keys of every dictionary by its name, ``self.name`` of one that is kept. ``around``: globals by name."""
    found: dict[str, Sequence[str]] = {}
    for name, value in (around or {}).items():
        if type(value) is dict and value and all(isinstance(key, str) for key in value):
            found[name] = list(value)
    for target, value in assigned_to(nodes):
        name = target.id if isinstance(target, ast.Name) else f"self.{target.attr}" if is_of_self(target) else ""
        if name and (keys := _keys(value, {})):
            found[name] = keys
    return found


def texts_looked_up(node: ast.AST, known: Mapping[str, str], dictionaries: Keys) -> Iterator[tuple[str, str, Any]]:
    """(argument, "texts", key) for every key of what it is looked up in."""
    match node:
        case ast.Subscript(value=held, slice=key):
            pass
        case ast.Call(func=ast.Attribute(value=held, attr="get" | "__getitem__"), args=[key, *_]):
            pass
        case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[held]):
            pass
        case _:
            return
    of = entry_of(key, known)
    if of is not None:
        yield from ((of, "texts", text) for text in _keys(held, dictionaries))


def _keys(value: ast.expr, dictionaries: Keys) -> Sequence[str]:
    """The keys of ``{"a": …}``, ``dict(a=…)``, ``dict(zip(["a", …], …))`` and of a name that stands for such."""
    match value:
        case ast.Name(id=name):
            return dictionaries.get(name, ())
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return dictionaries.get(f"self.{name}", ())
        case ast.Dict(keys=keys):
            return _texts(keys)
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=named):
            return [k.arg for k in named if k.arg]
        case ast.Call(
            func=ast.Name(id="dict"), args=[ast.Call(func=ast.Name(id="zip"), args=[ast.List(elts=keys), *_])]
        ):
            return _texts(keys)
    return ()


def _texts(keys: Sequence[ast.expr | None]) -> list[str]:
    texts = [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    return texts if len(texts) == len(keys) else []
