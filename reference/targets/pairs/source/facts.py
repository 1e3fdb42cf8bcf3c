"""What one expression says of the arguments in it: that they are indexed, counted to, unpacked, compared with texts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from reference.targets.reading.trees import assigned_to, said_of_the_array

__all__ = ["entry_of", "facts_in", "switches_in"]

OF_WHAT_IS_PREDICTED = re.compile(r"inputs?|x|logits|scores|pred\w*|y_?pred\w*|y_?hat", re.IGNORECASE)
TO_PROBABILITIES = re.compile(r"_*(?:stable_?|log_?)?softmax|_*sigmoid|exp|log", re.IGNORECASE)


def facts_in(node: ast.AST, known: Mapping[str, str]) -> Iterator[tuple[str, str, Any]]:
    """(argument, fact, value) as ``asked_of`` has them; ``known``: local names, by what they stand for."""
    yield from _facts(node, known)
    yield from _computed(node, known)
    yield from _predicted(node, known)
    yield from _along(node, known)
    yield from _either(node, known)


def entry_of(node: ast.AST, known: Mapping[str, str]) -> str | None:
    """``argument`` or ``argument["key"]``, where a node is that."""
    match node:
        case ast.Name(id=name):
            return known.get(name)
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return known.get(f"self.{name}")
        case ast.Subscript(value=value, slice=ast.Constant(value=str(key))):
            above = entry_of(value, known)
        case ast.Call(
            func=ast.Attribute(value=value, attr="get" | "setdefault" | "pop"), args=[ast.Constant(value=str(key)), *_]
        ):
            above = entry_of(value, known)
        case _:
            return None
    return None if above is None else f'{above}["{key}"]'


def _facts(node: ast.AST, known: Mapping[str, str]) -> Iterator[tuple[str, str, Any]]:
    match node:
        case ast.Subscript(value=value, slice=ast.Constant(value=str(key))) if of := entry_of(value, known):
            yield of, "keys", key
        case ast.Call(
            func=ast.Attribute(value=value, attr="get" | "setdefault" | "pop"),
            args=[ast.Constant(value=str(key)), *more],
        ) if of := entry_of(value, known):
            yield of, "keys", key
            if more:
                yield of, "defaults", {key: more[0].value if isinstance(more[0], ast.Constant) else None}
        case ast.Compare(left=ast.Constant(value=str(key)), ops=[ast.In() | ast.NotIn()], comparators=[value]) if (
            of := entry_of(value, known)
        ):
            yield of, "keys", key
        case ast.Compare(left=value, comparators=[other]):
            for one, two in ((value, other), (other, value)):
                of = entry_of(one, known)
                if of is not None:
                    yield from ((of, "texts", text) for text in _texts(two))
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Attribute(value=value, attr="shape")) if (
            of := entry_of(value, known)
        ):
            if not any(isinstance(n, ast.Starred) for n in names):
                yield of, "dims", [n.id if isinstance(n, ast.Name) else "" for n in names]
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=value) if of := entry_of(value, known):
            if all(isinstance(n, ast.Name) for n in names):
                yield of, "parts", [n.id for n in names if isinstance(n, ast.Name)]
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if (size := _size(value, known)) is not None:
            yield size[0], "sizes", {name: size[1]}
        case ast.Subscript(value=ast.Attribute(value=value, attr="shape"), slice=ast.Constant(value=int(axis))) if (
            of := entry_of(value, known)
        ):
            yield of, "rank", axis + 1 if axis >= 0 else -axis
        case ast.Subscript(value=value, slice=where):
            of = entry_of(value, known)
            if of is not None and isinstance(where, ast.Constant) and type(where.value) is int:
                yield of, "places", where.value + 1
            parts = where.elts if isinstance(where, ast.Tuple) else [where]
            if of is not None and not any(
                isinstance(p, ast.Constant) and isinstance(p.value, str | None) for p in parts
            ):
                yield of, "rank", len(parts)
            for part in parts:
                index = entry_of(part, known)
                if index is not None and of != index and getattr(value, "attr", "") not in ("c_", "r_"):
                    yield index, "indexes", True
        case ast.Call(func=ast.Attribute(attr="clip"), args=[value, _, high]) if of := entry_of(value, known):
            if any(0.9 < number <= 1 for number in _numbers(high)):
                yield of, "probability", True
        case ast.Call(
            func=ast.Attribute(attr="concatenate" | "hstack" | "vstack" | "stack" as how), args=[value, *more]
        ) if of := entry_of(value, known):
            yield of, "gathered", _axis_of(how, [*more, *(k.value for k in node.keywords if k.arg == "axis")])
        case ast.Call(func=ast.Attribute(attr="log" | "log2" | "log10"), args=[value]):
            yield from ((of, "probability", True) for n in _summands(value) if (of := entry_of(n, known)))
        case ast.Call(func=ast.Attribute(attr="pad"), args=[_, widths, *_]):
            yield from ((of, "counts", True) for n in ast.walk(widths) if (of := entry_of(n, known)))
        case ast.Call(func=ast.Attribute(attr="zeros" | "ones" | "empty" | "eye" | "arange"), args=[size, *_]):
            sizes = size.elts if isinstance(size, ast.Tuple) else [size]
            yield from ((of, "counts", True) for each in sizes for n in _factors(each) if (of := entry_of(n, known)))
        case ast.Call(func=ast.Attribute(attr="reshape"), args=given):
            yield from ((of, "counts", True) for n in _sizes_told(given) if (of := entry_of(n, known)))
        case ast.Slice(lower=lower, upper=upper):
            bounds = [n for bound in (lower, upper) if bound is not None for n in _summands(bound)]
            yield from ((of, "counts", True) for n in bounds if (of := entry_of(n, known)))
        case ast.BinOp(op=ast.Pow(), left=ast.Constant(value=2), right=right) if of := entry_of(right, known):
            yield of, "counts", True  # so many bits
        case ast.BinOp(op=ast.FloorDiv(), right=right) if of := entry_of(right, known):
            yield of, "counts", True
        case ast.Call(func=ast.Name(id="range"), args=values):
            yield from ((of, "counts", True) for value in values if (of := entry_of(value, known)))
        case ast.Call(func=ast.Name() | ast.Attribute() as function) if of := entry_of(function, known):
            yield of, "called", True
        case ast.If(test=test) | ast.IfExp(test=test):
            yield from ((of, "branches", True) for n in switches_in(test) if (of := entry_of(n, known)))
        case ast.For(iter=value) if of := entry_of(value, known):
            yield of, "iterated", True
        case ast.Attribute(value=value, attr=name) if of := entry_of(value, known):
            yield of, "attributes", name


def _axis_of(how: str, said: list[ast.expr]) -> str:
    """Along which axis several arrays are put together: its number, "new", or "" where that is not known."""
    if how != "concatenate":
        return {"hstack": "1", "vstack": "0", "stack": "new"}[how]
    match said[:1]:
        case []:
            return "0"
        case [ast.Constant(value=int(axis))]:
            return str(axis)
        case [ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(axis)))]:
            return str(-axis)
    return ""


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
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield from ((of, "rank", 1) for side in (node.left, node.right) if (of := entry_of(side, known)))
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Mod):
        sides = (node.left, node.right)
        if not any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in sides):  # name + "_w"
            yield from ((of, "computed", True) for side in sides if (of := entry_of(side, known)))


def _predicted(node: ast.AST, known: Mapping[str, str]) -> Iterator[tuple[str, str, Any]]:
    """What is kept as an input or a prediction, or what a probability or a logarithm is taken of: no labels."""
    for target, value in assigned_to([node]):
        match target:
            case ast.Attribute(value=ast.Name(id="self"), attr=kept) if OF_WHAT_IS_PREDICTED.fullmatch(kept.strip("_")):
                yield from ((of, "predicted", True) for of in [entry_of(value, known)] if of and of != kept)
    match node:
        case ast.Call(func=ast.Attribute(attr=function) | ast.Name(id=function), args=[value, *_]) if (
            TO_PROBABILITIES.fullmatch(function) and (of := entry_of(value, known))
        ):
            yield of, "predicted", True


def _along(node: ast.AST, known: Mapping[str, str]) -> Iterator[tuple[str, str, Any]]:
    """What says along which axis something is done: ``dim=d``, ``x.unsqueeze(d)``, ``np.size(x, d)``."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return
    told = [k.value for k in node.keywords if k.arg in ("dim", "axis")]
    told += said_of_the_array(node)[:1] if node.func.attr in ("unsqueeze", "squeeze", "size") else []
    yield from ((of, "axis", True) for value in told if (of := entry_of(value, known)))


def _either(node: ast.AST, known: Mapping[str, str]) -> Iterator[tuple[str, str, Any]]:
    """What only booleans can be used for: ``~m``, ``x.masked_fill(m, 0)``."""
    match node:
        case ast.UnaryOp(op=ast.Invert(), operand=value) if of := entry_of(value, known):
            yield of, "boolean", True
        case ast.Call(func=ast.Attribute(attr="masked_fill" | "masked_fill_" | "masked_select"), args=[value, *_]) if (
            of := entry_of(value, known)
        ):
            yield of, "boolean", True


def _summands(node: ast.expr) -> list[ast.expr]:
    """The names of ``p``, ``-p`` and ``i * stride + k``."""
    match node:
        case ast.BinOp(left=left, right=right):
            return [*_summands(left), *_summands(right)]
        case ast.UnaryOp(operand=operand):
            return _summands(operand)
    return [node]


def _sizes_told(given: list[ast.expr]) -> Iterator[ast.expr]:
    """What a reshape is told its sizes by; a name that stands alone may be a whole shape."""
    shape = next((each for each in given if isinstance(each, ast.Tuple | ast.List)), None)
    for each in given if shape is None else shape.elts:
        if shape is not None or len(given) > 1 or isinstance(each, ast.BinOp):
            yield from _factors(each)


def _factors(node: ast.expr) -> list[ast.expr]:
    """The names of ``G``, ``N * G`` and ``C // G``."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.FloorDiv):
        return [*_factors(node.left), *_factors(node.right)]
    return [node]


def _texts(node: ast.AST) -> list[str]:
    elements = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return [e.value for e in elements if isinstance(e, ast.Constant) and isinstance(e.value, str)]


def _size(node: ast.AST, known: Mapping[str, str]) -> tuple[str, int] | None:
    match node:
        case ast.Subscript(value=ast.Attribute(value=value, attr="shape"), slice=ast.Constant(value=int(axis))):
            of = entry_of(value, known)
            return None if of is None else (of, axis)
        case ast.Call(func=ast.Name(id="len"), args=[value]):
            of = entry_of(value, known)
            return None if of is None else (of, 0)
    return None
