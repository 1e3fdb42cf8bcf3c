"""Single edits of how parts are arranged: the order of what is joined, an intercept, a symmetric or diagonal matrix."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations

from reference.targets.pairs.edits.kinds.page import ATOM, PRODUCT, Change, Page
from reference.targets.pairs.edits.kinds.scope import Scope

__all__ = ["of_arrangement", "swapped", "without_intercept"]

JOINING = {
    "concatenate",
    "hstack",
    "vstack",
    "stack",
    "column_stack",
    "row_stack",
    "dstack",
    "append",
    "array",
    "block",
}


def of_arrangement(page: Page, node: ast.AST, scope: Scope) -> Iterator[Change]:
    """Every edit of this kind of one node."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=args) if name in JOINING and args:
            first = args[0]
            if isinstance(first, ast.Tuple | ast.List) and len(first.elts) < 9:
                yield from swapped(page, first.elts, 1.1)
            elif name == "append" and len(args) == 2:
                yield from swapped(page, args, 1.2)
        case ast.Call(func=ast.Attribute(attr="cumsum"), args=[summed, *rest], keywords=keywords):
            named = [k.value for k in keywords if k.arg in ("axis", "dim")]
            axis = next((page.text(e) for e in (*rest, *named)), "")
            flipped = f"np.flip({page.text(summed)}, {axis or 0})"
            again = f"{page.text(node.func)}({flipped}, {axis})" if axis else f"{page.text(node.func)}({flipped})"
            yield page.change("index", node, f"np.flip({again}, {axis or 0})", 1.2)
        case ast.Call(func=ast.Attribute(attr="transpose") as function, args=order) if len(order) > 4:
            for places in _other_orders(order):
                yield page.change("transpose", node, f"{page.text(function)}({', '.join(map(str, places))})", 1.3)
        case ast.Call(func=ast.Attribute(attr="maximum") | ast.Name(id="maximum"), args=[first, ast.Constant(value=0)]):
            for array in scope.alike(scope.shape(first) or ())[:12]:
                if array != page.text(first):
                    yield page.change("slope", node, f"{page.text(first, PRODUCT)} * ({array} > 0)", 1.3)
        case ast.Name() | ast.Attribute() | ast.Subscript() if isinstance(node.ctx, ast.Load):
            shape = scope.arrays.get(ast.unparse(node))
            if shape is not None:
                yield from _of_penalties(page, node, shape, scope)
                if _is_a_factor_of_matrices(page, node) and len(shape) == 2 and shape[0] == shape[1]:
                    text = page.text(node, ATOM)
                    yield page.change("transpose", node, f"({text} + {text}.T) / 2", 1.6)
                if _is_a_factor_of_matrices(page, node) and len(shape) > 2:
                    yield page.change("transpose", node, f"{page.text(node, ATOM)}.swapaxes(-1, -2)", 1.1)
        case ast.Call() | ast.BinOp(op=ast.MatMult()) if _is_a_factor_of_matrices(page, node):
            yield page.change("operand", node, f"np.diag(np.diag({page.text(node)}))", 2.0)


def _other_orders(order: list[ast.expr]) -> Iterator[list[int]]:
    """The inverse of an order of axes, and every one with two of them exchanged."""
    axes = [e.value for e in order if isinstance(e, ast.Constant) and isinstance(e.value, int)]
    if sorted(axes) != list(range(len(order))):
        return
    yield [axes.index(k) for k in range(len(axes))]
    for a, b in combinations(range(len(axes)), 2):
        places = list(axes)
        places[a], places[b] = places[b], places[a]
        yield places


def without_intercept(array: str, shape: tuple[int, ...]) -> list[str]:
    """An array whose first, or last, entry or row or column is zero."""
    if len(shape) == 1:
        return [f"np.append({array}[:-1], 0)", f"np.append(0, {array}[1:])"]
    if len(shape) != 2:
        return []
    return [
        f"np.vstack(({array}[:-1], 0 * {array}[-1:]))",
        f"np.vstack((0 * {array}[:1], {array}[1:]))",
        f"np.hstack((0 * {array}[:, :1], {array}[:, 1:]))",
        f"np.hstack(({array}[:, :-1], 0 * {array}[:, -1:]))",
    ]


def swapped(page: Page, elements: list[ast.expr], weight: float) -> Iterator[Change]:
    """Two elements in each other's place."""
    if any(isinstance(e, ast.Starred) for e in elements):
        return
    for a, b in combinations(elements, 2):
        if page.text(a) == page.text(b):
            continue
        (start, middle), (other, end) = page.span(a), page.span(b)
        text = page.text(b) + page.source[middle:other] + page.text(a)
        yield Change("order", start, end, text, weight)


def _of_penalties(
    page: Page, node: ast.Name | ast.Attribute | ast.Subscript, shape: tuple[int, ...], scope: Scope
) -> Iterator[Change]:
    """``C * w`` where the intercept, a part of w, is not to be penalised."""
    match page.parents.get(node):
        case ast.BinOp(op=ast.Mult(), left=left, right=right):
            other = right if node is left else left
            if scope.shape(other) == () and shape and min(shape) > 0:
                for text in without_intercept(page.text(node, ATOM), shape):
                    yield page.change("intercept", node, text, 1.7)


def _is_a_factor_of_matrices(page: Page, node: ast.AST) -> bool:
    """Is it multiplied as a matrix?"""
    match page.parents.get(node):
        case ast.BinOp(op=ast.MatMult()):
            return True
        case ast.Call(func=ast.Attribute(attr="dot" | "matmul"), args=args):
            return node in args
        case ast.Attribute(attr="dot") as method:
            return isinstance(page.parents.get(method), ast.Call)
    return False
