"""What the code does with each argument: the keys that it asks a dictionary for, the texts it compares, the shapes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from reference.targets.pairs.source.functions import SourceFunction

__all__ = ["asked_of", "switches_in"]

EVERY = "*"  # no argument, but all of them
DEEPEST = 3  # functions of the file's own that an argument is handed on to


def asked_of(
    forward: SourceFunction, backward: SourceFunction, functions: Mapping[str, SourceFunction]
) -> dict[str, dict[str, Any]]:
    """By argument, or by ``argument["key"]``. A name of the forward pass means the same in the backward pass.

    ``keys``, ``texts``, ``dims`` as ``Proposal`` has them. ``defaults``: what a key is taken for where it is not there;
    None, too, for what is computed then.
    ``branches``: it decides by being true or not.
    ``parts``: the names into which it is itself unpacked. ``sizes``: {name: axis} of single sizes that are taken from a
    shape. ``rank``: at least so many axes. ``indexes``: it indexes something, ``counts``: it is counted to, ``called``,
    ``iterated``; ``computed``: it is calculated with; ``probability``: its logarithm is taken, or it is kept below 1;
    ``attributes`` that it is asked for. Of ``*`` the ``axes`` along which anything is summed, or otherwise reduced.
    """
    found: dict[str, dict[str, Any]] = {}
    names = {name: name for name in (*forward.names, *backward.names)}
    for function in dict.fromkeys((forward.name, backward.name)):
        _read(functions[function], dict(names), found, functions, 0)
    found[EVERY] = {"axes": dict.fromkeys(a for f in (forward, backward) for a in _axes(f.node))}
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
    placed = [n for n in ast.walk(function.node) if isinstance(n, ast.stmt | ast.expr)]
    nodes = sorted(placed, key=lambda n: (n.lineno, n.col_offset))
    for node in nodes:  # first what stands for what
        if isinstance(node, ast.Assign):
            for name, value in _named_values(node):
                source = _entry(value, known)
                if source is not None and name not in known:
                    known[name] = source
    for node in nodes:
        for what, fact, value in (*_facts(node, known), *_computed(node, known)):
            facts = found.setdefault(what, {})
            if fact in ("keys", "texts", "attributes"):
                facts.setdefault(fact, {})[value] = None
            elif fact in ("defaults", "sizes"):
                facts.setdefault(fact, {}).update(value)
            elif fact == "rank":
                facts[fact] = max(facts.get(fact, 0), value)
            elif fact == "dims":
                if len(value) >= len(facts.get(fact, ())):
                    facts[fact] = value
            else:
                facts[fact] = value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and depth < DEEPEST:
            other = functions.get(node.func.id)
            if other is not None and other.name != function.name:
                inner = _handed_on(node, other, known)
                if inner:
                    _read(other, inner, found, functions, depth + 1)


def _named_values(node: ast.Assign) -> Iterator[tuple[str, ast.expr]]:
    """``a = …`` and ``a, b = …, …`` one by one."""
    for target in node.targets:
        match target, node.value:
            case ast.Name(id=name), value:
                yield name, value
            case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
                yield from ((t.id, v) for t, v in zip(targets, values, strict=True) if isinstance(t, ast.Name))


def _handed_on(call: ast.Call, other: SourceFunction, known: dict[str, str]) -> dict[str, str]:
    given = {**dict(zip(other.names, call.args, strict=False)), **{k.arg: k.value for k in call.keywords if k.arg}}
    entries = {name: _entry(value, known) for name, value in given.items()}
    return {name: entry for name, entry in entries.items() if entry is not None}


def _entry(node: ast.AST, known: Mapping[str, str]) -> str | None:
    """``argument`` or ``argument["key"]``, where a node is that."""
    match node:
        case ast.Name(id=name):
            return known.get(name)
        case ast.Subscript(value=value, slice=ast.Constant(value=str(key))):
            above = _entry(value, known)
        case ast.Call(
            func=ast.Attribute(value=value, attr="get" | "setdefault" | "pop"), args=[ast.Constant(value=str(key)), *_]
        ):
            above = _entry(value, known)
        case _:
            return None
    return None if above is None else f'{above}["{key}"]'


def _facts(node: ast.AST, known: Mapping[str, str]) -> Iterator[tuple[str, str, Any]]:
    match node:
        case ast.Subscript(value=value, slice=ast.Constant(value=str(key))) if of := _entry(value, known):
            yield of, "keys", key
        case ast.Call(
            func=ast.Attribute(value=value, attr="get" | "setdefault" | "pop"),
            args=[ast.Constant(value=str(key)), *more],
        ) if of := _entry(value, known):
            yield of, "keys", key
            if more:
                yield of, "defaults", {key: more[0].value if isinstance(more[0], ast.Constant) else None}
        case ast.Compare(left=ast.Constant(value=str(key)), ops=[ast.In() | ast.NotIn()], comparators=[value]) if (
            of := _entry(value, known)
        ):
            yield of, "keys", key
        case ast.Compare(left=value, comparators=[other]):
            for one, two in ((value, other), (other, value)):
                of = _entry(one, known)
                if of is not None:
                    yield from ((of, "texts", text) for text in _texts(two))
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Attribute(value=value, attr="shape")) if (
            of := _entry(value, known)
        ):
            if not any(isinstance(n, ast.Starred) for n in names):
                yield of, "dims", [n.id if isinstance(n, ast.Name) else "" for n in names]
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=value) if of := _entry(value, known):
            if all(isinstance(n, ast.Name) for n in names):
                yield of, "parts", [n.id for n in names if isinstance(n, ast.Name)]
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if (size := _size(value, known)) is not None:
            yield size[0], "sizes", {name: size[1]}
        case ast.Subscript(value=ast.Attribute(value=value, attr="shape"), slice=ast.Constant(value=int(axis))) if (
            of := _entry(value, known)
        ):
            yield of, "rank", axis + 1 if axis >= 0 else -axis
        case ast.Subscript(value=value, slice=where):
            of = _entry(value, known)
            parts = where.elts if isinstance(where, ast.Tuple) else [where]
            if of is not None and not any(
                isinstance(p, ast.Constant) and isinstance(p.value, str | None) for p in parts
            ):
                yield of, "rank", len(parts)
            for part in parts:
                index = _entry(part, known)
                if index is not None and of != index and getattr(value, "attr", "") not in ("c_", "r_"):
                    yield index, "indexes", True
        case ast.Call(func=ast.Attribute(attr="clip"), args=[value, _, high]) if of := _entry(value, known):
            if any(0.9 < number <= 1 for number in _numbers(high)):
                yield of, "probability", True
        case ast.Call(func=ast.Attribute(attr="log" | "log2" | "log10"), args=[value]):
            yield from ((of, "probability", True) for n in _summands(value) if (of := _entry(n, known)))
        case ast.Call(func=ast.Attribute(attr="pad"), args=[_, widths, *_]):
            yield from ((of, "counts", True) for n in ast.walk(widths) if (of := _entry(n, known)))
        case ast.Call(func=ast.Attribute(attr="zeros" | "ones" | "empty" | "eye" | "arange"), args=[size, *_]):
            sizes = size.elts if isinstance(size, ast.Tuple) else [size]
            yield from ((of, "counts", True) for n in sizes if (of := _entry(n, known)))
        case ast.Slice(lower=lower, upper=upper):
            bounds = [n for bound in (lower, upper) if bound is not None for n in _summands(bound)]
            yield from ((of, "counts", True) for n in bounds if (of := _entry(n, known)))
        case ast.BinOp(op=ast.FloorDiv(), right=right) if of := _entry(right, known):
            yield of, "counts", True
        case ast.Call(func=ast.Name(id="range"), args=values):
            yield from ((of, "counts", True) for value in values if (of := _entry(value, known)))
        case ast.Call(func=ast.Name(id=name)) if name in known:
            yield known[name], "called", True
        case ast.If(test=test) | ast.IfExp(test=test):
            yield from ((of, "branches", True) for n in switches_in(test) if (of := _entry(n, known)))
        case ast.For(iter=value) if of := _entry(value, known):
            yield of, "iterated", True
        case ast.Attribute(value=value, attr=name) if of := _entry(value, known):
            yield of, "attributes", name


def switches_in(test: ast.expr) -> Iterator[ast.expr]:
    """What decides by being true or not: ``a`` and ``b`` of ``a and not b``."""
    match test:
        case ast.BoolOp(values=values):
            for value in values:
                yield from switches_in(value)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from switches_in(operand)
        case ast.Name() | ast.Attribute() | ast.Subscript() | ast.Call():
            yield test
        case ast.Compare(left=value, ops=[ast.Is() | ast.IsNot() | ast.Eq() | ast.NotEq()], comparators=[constant]):
            if isinstance(constant, ast.Constant) and isinstance(constant.value, bool):
                yield value


def _numbers(node: ast.AST) -> list[float]:
    constants = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant)]
    return [float(value) for value in constants if isinstance(value, int | float)]


def _computed(node: ast.AST, known: Mapping[str, str]) -> Iterator[tuple[str, str, Any]]:
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Mod):
        yield from ((of, "computed", True) for side in (node.left, node.right) if (of := _entry(side, known)))


def _summands(node: ast.expr) -> list[ast.expr]:
    """The names of ``p``, ``-p`` and ``i * stride + k``."""
    match node:
        case ast.BinOp(left=left, right=right):
            return [*_summands(left), *_summands(right)]
        case ast.UnaryOp(operand=operand):
            return _summands(operand)
    return [node]


def _texts(node: ast.AST) -> list[str]:
    elements = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return [e.value for e in elements if isinstance(e, ast.Constant) and isinstance(e.value, str)]


def _size(node: ast.AST, known: Mapping[str, str]) -> tuple[str, int] | None:
    match node:
        case ast.Subscript(value=ast.Attribute(value=value, attr="shape"), slice=ast.Constant(value=int(axis))):
            of = _entry(value, known)
            return None if of is None else (of, axis)
        case ast.Call(func=ast.Name(id="len"), args=[value]):
            of = _entry(value, known)
            return None if of is None else (of, 0)
    return None
