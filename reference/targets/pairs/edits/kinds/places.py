"""Which expressions of a function are values that flow into a gradient, and which count, index or shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reference.targets.pairs.edits.kinds.page import Page
from reference.targets.pairs.edits.kinds.scope import Scope, Shape

__all__ = ["bounding", "counting", "counts", "scalars", "target_text", "values"]

SHAPING = {"range", "reshape", "zeros", "ones", "empty", "transpose", "len", "arange", "xrange", "view", "swapaxes"}
SHAPING_KEYWORDS = {"axis", "keepdims", "dtype", "shape", "axes"}
WHOLE_FIRST = {"transpose", "reshape", "swapaxes"}  # as functions their first argument is an array


def counting(page: Page) -> set[ast.AST]:
    """Nodes that count, index or shape: no factor and no term belongs there."""
    found: set[ast.AST] = set()
    for node in ast.walk(page.function):
        inner: list[ast.AST] = []
        match node:
            case ast.Subscript(slice=index):
                inner = [index]
            case ast.Call(func=ast.Name(id=name), args=args) if name in SHAPING:
                inner = list(args)
            case ast.Call(func=ast.Attribute(attr=name, value=value), args=args) if name in SHAPING:
                of_numpy = isinstance(value, ast.Name) and value.id in ("np", "numpy")
                inner = list(args[1:] if of_numpy and name in WHOLE_FIRST else args)
            case ast.arguments():
                inner = [node]
        if isinstance(node, ast.Call):
            inner += [k.value for k in node.keywords if k.arg in SHAPING_KEYWORDS]
        for each in inner:
            found.update(ast.walk(each))
    return found


def bounding(page: Page, scope: Scope) -> list[ast.expr]:
    """How many, how far, and from where: whole numbers that are made, and what loops run over."""
    found: list[ast.expr] = []
    for node in ast.walk(page.function):
        match node:
            case ast.Assign(targets=[target], value=value) if ast.unparse(target) in scope.sizes:
                found.append(value)
            case ast.For(iter=ast.Call(func=ast.Name(id="range" | "xrange")) as value):
                found.append(value)
            case ast.Call(func=ast.Name(id="slice")) | ast.Slice():
                found.append(node)
    return found


def counts(page: Page, scope: Scope) -> list[ast.expr]:
    """What something is divided by that is made of whole numbers alone: how many there are."""
    found: list[ast.expr] = []
    for node in ast.walk(page.function):
        match node:
            case ast.BinOp(op=ast.Div(), right=divisor) | ast.AugAssign(op=ast.Div(), value=divisor):
                names = [n for n in ast.walk(divisor) if isinstance(n, ast.Name)]
                if names and all(n.id in scope.sizes for n in names):
                    found.append(divisor)
    return found


def scalars(page: Page, scope: Scope) -> set[tuple[int, int]]:
    """Where sums of numbers alone stand: ``p - 1``."""
    found = set()
    for node in ast.walk(page.function):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
            if names and all(n.id in scope.numbers or n.id in scope.sizes for n in names):
                found.add(page.span(node))
    return found


def target_text(statement: ast.stmt) -> str:
    """What a statement assigns to, as it is written; "" for several or none."""
    match statement:
        case ast.Assign(targets=[target]) | ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return ast.unparse(target)
    return ""


def values(page: Page, scope: Scope) -> Iterator[tuple[ast.expr, Shape | None, bool]]:
    """Terms: what is assigned or returned, and every summand, with its shape where it can be told, and is it whole."""
    skipped = counting(page)
    for node in ast.walk(page.function):
        match node:
            case ast.Assign(value=value) | ast.AugAssign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                target = target_text(node)
                if target in scope.sizes or isinstance(value, ast.Tuple | ast.Dict | ast.List | ast.Constant):
                    continue
                yield value, scope.arrays.get(target) or scope.shape(value), True
            case ast.Return(value=ast.Tuple(elts=elements)):
                yield from ((e, scope.shape(e), True) for e in elements)
            case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Dict | ast.List | ast.Constant):
                yield value, scope.shape(value), True
            case ast.Dict(values=inside):
                yield from ((e, scope.shape(e), True) for e in inside if not isinstance(e, ast.Constant))
            case ast.Call(func=ast.Attribute(attr="where"), args=[test, *branches]) if len(branches) == 2:
                yield from ((e, scope.shape(test), False) for e in branches if not isinstance(e, ast.Constant))
            case ast.BinOp(op=ast.Add() | ast.Sub(), left=left, right=right) if node not in skipped:
                whole = scope.shape(node) or _around(page, node, scope)
                yield from ((e, scope.shape(e) or whole, False) for e in (left, right) if not _is_a_sum(e))


def _is_a_sum(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)


def _around(page: Page, node: ast.AST, scope: Scope) -> Shape | None:
    """The shape of what an expression is the whole of."""
    parent = page.parents[node]
    if isinstance(parent, ast.BinOp) and _is_a_sum(parent):
        return _around(page, parent, scope)
    return scope.arrays.get(target_text(parent)) if isinstance(parent, ast.stmt) else None
