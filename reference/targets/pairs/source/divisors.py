"""By which sizes a backward pass divides: over which axes it is the gradient of a mean."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from reference.targets.reading.parsed import parsed

__all__ = ["divided_axes"]

EVERY = frozenset(range(8))


def divided_axes(*functions: Callable[..., Any]) -> frozenset[int]:
    """The axes whose sizes the last of the functions divides by; the others may have kept such a size in the object."""
    trees = [tree for tree in map(parsed, functions) if tree is not None]
    sizes: dict[str, frozenset[int]] = {}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Assign):
            sizes |= dict(_kept(node.targets[0], node.value))
    found: set[int] = set()
    for node in ast.walk(trees[-1]) if trees else ():
        match node:
            case ast.BinOp(op=ast.Div(), right=divisor) | ast.AugAssign(op=ast.Div(), value=divisor):
                found |= _axes(divisor, sizes)
    return frozenset(found)


def _kept(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, frozenset[int]]]:
    """Names for sizes: ``m = len(x)``, ``self.n = x.shape[0]``, ``N, C = x.shape``."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Attribute) and value.attr == "shape":
        yield from ((ast.unparse(name), frozenset((k,))) for k, name in enumerate(target.elts))
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for name, part in zip(target.elts, value.elts, strict=False):
            yield from _kept(name, part)
    elif (axes := _axes(value, {})) and not isinstance(value, ast.BinOp):
        yield ast.unparse(target), axes


def _axes(node: ast.expr, sizes: dict[str, frozenset[int]]) -> frozenset[int]:
    known = sizes.get(ast.unparse(node))
    if known is not None:
        return known
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[ast.Subscript()]):
            return frozenset((1,))
        case ast.Call(func=ast.Name(id="len")):
            return frozenset((0,))
        case ast.Call(func=ast.Name(id="float" | "int"), args=[value]):
            return _axes(value, sizes)
        case ast.Subscript(value=ast.Attribute(attr="shape"), slice=ast.Constant(value=int(axis))):
            return frozenset((axis,))
        case ast.Attribute(attr="size"):
            return EVERY
        case ast.BinOp(op=ast.Mult(), left=left, right=right):
            return _axes(left, sizes) | _axes(right, sizes)
    return frozenset()
