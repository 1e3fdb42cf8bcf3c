"""Single edits that make a slope of what stands in its place: ``h > 0`` for ``h``, another array that is compared."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reference.targets.pairs.edits.kinds.page import ATOM, PRODUCT, Change, Page
from reference.targets.pairs.edits.kinds.scope import Scope

__all__ = ["of_slopes"]

MOST = 10  # other arrays


def of_slopes(page: Page, node: ast.AST, scope: Scope, counted: set[ast.AST]) -> Iterator[Change]:
    """Every edit of this kind of one node."""
    match node:
        case ast.Compare(left=left, ops=[op], comparators=[ast.Constant(value=0) as zero]):
            symbol = "<=" if isinstance(op, ast.Lt | ast.LtE) else ">"
            for array in scope.alike(scope.shape(left) or ())[:MOST]:
                if array != page.text(left):
                    yield page.change("comparison", node, f"{array} {symbol} {page.text(zero)}", 1.2)
        case ast.BinOp(op=ast.Sub(), left=ast.Constant(value=1), right=right) if node not in counted:
            yield page.change("slope", node, page.text(right), 1.2)
        case ast.Name() | ast.Attribute() if isinstance(node.ctx, ast.Load) and node not in counted:
            name = ast.unparse(node)
            if name in scope.arrays and _is_a_factor(page, node):
                text = page.text(node, ATOM)
                yield page.change("slope", node, f"{text} > 0", 1.2)
                yield page.change("slope", node, f"1 - {text}", 1.2)
                yield page.change("slope", node, f"1 - {text} ** 2", 1.3)
                yield page.change("slope", node, f"{text} * (1 - {text})", 1.3)
        case ast.BinOp(op=ast.Mult(), left=left, right=right) if node not in counted:
            yield from _of_products(page, node, left, right, scope)


def _of_products(page: Page, node: ast.BinOp, left: ast.expr, right: ast.expr, scope: Scope) -> Iterator[Change]:
    """``d * s`` of x · s(x): its second term, ``d * (s + x * s * (1 - s))``."""
    shape = scope.arrays.get(ast.unparse(right))
    if shape is None:
        return
    first, s = page.text(left, PRODUCT), page.text(right, ATOM)
    for array in scope.alike(shape)[:MOST]:
        if array not in (s, page.text(left)):
            yield page.change("slope", node, f"{first} * ({s} + {array} * {s} * (1 - {s}))", 1.9)
            yield page.change("slope", node, f"{first} * ({s} + {array} * (1 - {s}))", 2.0)


def _is_a_factor(page: Page, node: ast.AST) -> bool:
    """Is it multiplied, entry by entry, with something that is no number?"""
    match page.parents.get(node):
        case ast.BinOp(op=ast.Mult(), left=left, right=right):
            return not isinstance(right if node is left else left, ast.Constant)
        case ast.AugAssign(op=ast.Mult(), value=value):
            return node is value
    return False
