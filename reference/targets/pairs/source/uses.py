"""What the code does with each argument: the keys that it asks a dictionary for, the texts it compares, the shapes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reference.targets.pairs.source.chosen_by_key import dictionaries_in, texts_looked_up
from reference.targets.pairs.source.facts import entry_of, facts_in
from reference.targets.pairs.source.functions import SourceFunction
from reference.targets.reading.trees import assigned_to

__all__ = ["EVERY", "asked_of", "handed_on", "in_their_order", "noted", "plainly", "stand_for"]

EVERY = "*"  # no argument, but all of them
DEEPEST = 3  # functions of the file's own that an argument is handed on to


def asked_of(
    forward: SourceFunction, backward: SourceFunction, functions: Mapping[str, SourceFunction]
) -> dict[str, dict[str, Any]]:
    """By argument, or by ``argument["key"]``. A name of the forward pass means the same in the backward pass.

    ``keys``, ``texts``, ``dims`` as ``Proposal`` has them. ``defaults``: what a key is taken for where it is not there;
    None, too, for what is computed then.
    ``branches``: it decides by being true or not. ``parts``: the names into which it is itself unpacked. ``sizes``:
    {name: axis} of single sizes that are taken from a shape. ``rank``: at least so many axes. ``indexes``: it indexes
    something, ``counts``: it is counted to, ``called``, ``iterated``; ``computed``: it is calculated with;
    ``probability``: its logarithm is taken, or it is kept below 1; ``axis``: it says along which; ``boolean``: as
    only booleans are used; ``attributes`` that it is asked for; ``gathered``: it is several arrays, which are put
    together along this axis. Of ``*`` the ``axes`` along which anything is summed, or otherwise reduced.
    """
    found: dict[str, dict[str, Any]] = {}
    names = {name: name for name in (*forward.names, *backward.names)}
    for function in dict.fromkeys((forward.name, backward.name)):
        _read(functions[function], dict(names), found, functions, 0)
    found[EVERY] = {"axes": dict.fromkeys(a for f in (forward, backward) for a in _axes(f.node))}
    return plainly(found)


def plainly(found: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """As lists and numbers, for the wire."""
    return {name: {key: _plain(value) for key, value in facts.items()} for name, facts in found.items()}


def _axes(node: ast.AST) -> Iterator[int]:
    for keyword in (k for n in ast.walk(node) if isinstance(n, ast.Call) for k in n.keywords if k.arg == "axis"):
        match keyword.value:
            case ast.Constant(value=int(axis)):
                yield axis
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(axis))):
                yield -axis


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, dict) and all(v is None for v in value.values()) else value


def _read(
    function: SourceFunction, known: dict[str, str], found: dict[str, dict[str, Any]],
    functions: Mapping[str, SourceFunction], depth: int,
) -> None:  # fmt: skip
    """``known``: local names, by what they stand for."""
    nodes = in_their_order(function.node)
    for name, value in stand_for(nodes):
        source = entry_of(value, known)
        if source is not None and name not in known:
            known[name] = source
    dictionaries = dictionaries_in(nodes)
    for node in nodes:
        noted(found, facts_in(node, known))
        noted(found, texts_looked_up(node, known, dictionaries))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and depth < DEEPEST:
            other = functions.get(node.func.id)
            if other is not None and other.name != function.name:
                inner = handed_on(node, other.names, known)
                if inner:
                    _read(other, inner, found, functions, depth + 1)


def in_their_order(tree: ast.AST) -> list[ast.stmt | ast.expr]:
    """The statements and expressions of a function, in the order of its source."""
    placed = [n for n in ast.walk(tree) if isinstance(n, ast.stmt | ast.expr)]
    return sorted(placed, key=lambda n: (n.lineno, n.col_offset))


def noted(found: dict[str, dict[str, Any]], facts: Iterable[tuple[str, str, Any]]) -> None:
    """Each fact with those that are known of the same argument."""
    for what, fact, value in facts:
        known = found.setdefault(what, {})
        if fact in ("keys", "texts", "attributes", "kinds"):
            known.setdefault(fact, {})[value] = None
        elif fact in ("defaults", "sizes"):
            known.setdefault(fact, {}).update(value)
        elif fact in ("rank", "entries", "places"):
            known[fact] = max(known.get(fact, 0), value)
        elif fact == "dims":
            if len(value) >= len(known.get(fact, ())):
                known[fact] = value
        else:
            known[fact] = value


def stand_for(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """The names that are assigned to, each with its value."""
    yield from ((target.id, value) for target, value in assigned_to(nodes) if isinstance(target, ast.Name))


def handed_on(call: ast.Call, names: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """By the name that it has in what is called: what of the known is handed to it."""
    given = {**dict(zip(names, call.args, strict=False)), **{k.arg: k.value for k in call.keywords if k.arg}}
    entries = {name: entry_of(value, known) for name, value in given.items()}
    return {name: entry for name, entry in entries.items() if entry is not None}
