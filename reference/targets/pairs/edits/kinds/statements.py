"""Single edits of statements: `=` and `+=`, repeated indices, order of what is returned, loops, one left out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from reference.targets.pairs.edits.kinds.arrangement import swapped
from reference.targets.pairs.edits.kinds.page import PRODUCT, SUM, UNARY, Change, Page
from reference.targets.pairs.edits.kinds.scope import Scope
from reference.targets.pairs.edits.kinds.terms import numpy_name

__all__ = ["of_statements"]

SYMBOLS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.FloorDiv: "//", ast.Pow: "**",
}  # fmt: skip


def of_statements(page: Page, node: ast.AST, scope: Scope) -> Iterator[Change]:
    """Every edit of this kind of one statement."""
    yield from _left_out(page, node, scope)
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=targets)]):
            yield from swapped(page, targets, 1.4)
        case ast.Assign(targets=[target], value=value):
            into, what = page.text(target), page.text(value)
            yield _whole(page, node, "accumulate", f"{into} += {what}", 0.9)
            if isinstance(target, ast.Subscript):
                yield _added_at(page, node, target, what, 1.2)
                if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) and page.text(value.left) == into:
                    yield _added_at(page, node, target, page.text(value.right), 1.0)
            if isinstance(value, ast.BinOp) and page.text(value.left) == into:
                yield _whole(page, node, "accumulate", f"{into} = {page.text(value.right)}", 1.1)
            yield _whole(page, node, "statement", "pass", 1.8)
        case ast.AugAssign(target=target, op=op, value=value):
            yield from _of_updates(page, node, page.text(target), target, op, value)
            yield from _later(page, node, target)
        case ast.Expr(value=ast.Call()):
            yield from _of_calls(page, node)
        case ast.Return(value=ast.Tuple(elts=elements)) | ast.Return(value=ast.List(elts=elements)):
            yield from swapped(page, elements, 1.0)
        case ast.Dict(values=elements):
            yield from swapped(page, elements, 1.1)
        case ast.For(iter=ast.Call(func=ast.Name(id="range" | "xrange"), args=args) as loop):
            yield page.change("loop", loop, f"reversed({page.text(loop)})", 1.1)
            for bound in args:
                yield page.change("loop", bound, f"{page.text(bound, SUM)} - 1", 1.2)
                yield page.change("loop", bound, f"{page.text(bound, SUM)} + 1", 1.2)
        case ast.For(iter=ast.Call(func=ast.Name(id="reversed"), args=[inner]) as loop):
            yield page.change("loop", loop, page.text(inner), 1.0)
        case ast.If(test=test):
            yield page.change("comparison", test, f"not ({page.text(test)})", 1.5)
            yield page.change("comparison", test, "True", 0.85)


def _later(page: Page, node: ast.AugAssign, target: ast.expr) -> Iterator[Change]:
    """An update after the last statement of its block that reads what it changes."""
    own = ast.unparse(target)
    block = next((b for b in _blocks(page.parents[node]) if node in b), [])
    after = block[block.index(node) + 1 :] if node in block else []
    readers = [k for k, s in enumerate(after) if any(isinstance(n, ast.expr) and ast.unparse(n) == own and
               isinstance(getattr(n, "ctx", None), ast.Load) for n in ast.walk(s))]  # fmt: skip
    if not readers:
        return
    (start, end), (first, _), (_, last) = (page.span(s) for s in (node, after[0], after[readers[-1]]))
    margin = " " * node.col_offset
    yield Change("late", start, last, f"{page.source[first:last]}\n{margin}{page.source[start:end]}", 0.7)


def _blocks(holder: ast.AST) -> list[list[ast.stmt]]:
    return [getattr(holder, name) for name in ("body", "orelse", "finalbody") if getattr(holder, name, None)]


def _left_out(page: Page, node: ast.AST, scope: Scope) -> Iterator[Change]:
    """A row that counts for nothing set to zero after the statement that fills it: that of the padding."""
    match node:
        case ast.Assign(targets=[target]) | ast.AugAssign(target=target):
            array: ast.expr = target.value if isinstance(target, ast.Subscript) else target
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="at"), args=[array, *_])):
            pass
        case _:
            return
    margin = " " * getattr(node, "col_offset", 0)
    for name in scope.sizes:
        if re.search("pad|ignore|blank", name) and "[" not in name and ast.unparse(array) in scope.arrays:
            start, end = page.span(node)
            text = f"{page.source[start:end]}\n{margin}{page.text(array)}[{name}] = 0"
            yield Change("mask", start, end, text, 1.4)


def _of_updates(
    page: Page, node: ast.AugAssign, into: str, target: ast.expr, op: ast.operator, value: ast.expr
) -> Iterator[Change]:
    what, symbol = page.text(value), SYMBOLS.get(type(op), "+")
    if isinstance(op, ast.Add | ast.Sub):
        yield _whole(page, node, "sign", f"{into} {'-' if isinstance(op, ast.Add) else '+'}= {what}", 0.8)
        yield _whole(page, node, "accumulate", f"{into} = {what}", 0.9)
        if isinstance(target, ast.Subscript):
            minus = f"-({what})" if isinstance(op, ast.Sub) else what
            yield _added_at(page, node, target, minus, 1.0)
    if isinstance(op, ast.Mult | ast.Div):
        yield _whole(page, node, "divisor", f"{into} {'/' if isinstance(op, ast.Mult) else '*'}= {what}", 0.9)
    match value:  # dW /= N + reg * W
        case ast.BinOp(op=ast.Add() | ast.Sub() as inner, left=left, right=right):
            first = f"{into} = {into} {symbol} {page.text(left, UNARY)}"
            yield _whole(page, node, "grouping", f"{first} {SYMBOLS[type(inner)]} {page.text(right, PRODUCT)}", 1.0)
        case ast.BinOp(op=ast.Mult() | ast.Div() as inner, left=left, right=right):
            yield _whole(page, node, "grouping", f"{into} = ({into} {symbol} {page.text(left, PRODUCT)}) "
                                                 f"{SYMBOLS[type(inner)]} {page.text(right, UNARY)}", 1.2)  # fmt: skip
    yield _whole(page, node, "statement", "pass", 1.3)


def _of_calls(page: Page, node: ast.Expr) -> Iterator[Change]:
    match node.value:
        case ast.Call(
            func=ast.Attribute(value=ast.Attribute(attr="add" | "subtract"), attr="at"), args=[array, index, what]
        ):
            start = f"{page.text(array)}[{page.text(index)}]"
            yield _whole(page, node, "repeated", f"{start} += {page.text(what)}", 1.2)
            yield _whole(page, node, "repeated", f"{start} = {page.text(what)}", 1.3)
    yield _whole(page, node, "statement", "pass", 1.5)


def _added_at(page: Page, node: ast.stmt, target: ast.Subscript, what: str, weight: float) -> Change:
    array, index = page.text(target.value), page.text(target.slice)
    if isinstance(target.slice, ast.Tuple) and not index.startswith("("):
        index = f"({index})"
    if ":" in index:
        index = f"np.s_[{index.strip('()')}]"
    return _whole(page, node, "repeated", f"{numpy_name(page)}.add.at({array}, {index}, {what})", weight)


def _whole(page: Page, node: ast.stmt, kind: str, text: str, weight: float) -> Change:
    start, end = page.span(node)
    return Change(kind, start, end, text, weight)
