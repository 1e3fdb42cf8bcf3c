"""Single edits of operators: signs, terms dropped, factors dropped, exponents, comparisons, constants, grouping."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reference.targets.pairs.edits.kinds.page import POWER, PRODUCT, SUM, UNARY, Change, Page

__all__ = ["of_operators"]

SYMBOLS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.FloorDiv: "//", ast.Pow: "**",
    ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
COMPARISONS = (">", ">=", "<", "<=", "==", "!=")


def of_operators(page: Page, node: ast.AST) -> Iterator[Change]:
    """Every edit of this kind of one node."""
    match node:
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            yield from _of_sums(page, node)
        case ast.BinOp(op=ast.Mult() | ast.Div() | ast.FloorDiv()):
            yield from _of_products(page, node)
        case ast.BinOp(op=ast.Pow(), left=left, right=right):
            base = page.text(left, POWER)
            yield page.change("exponent", node, base, 1.2)
            yield from (
                page.change("exponent", right, e, 1.0) for e in ("2", "3", "-1", "0.5", "-0.5", "1.5", "-1.5", "-2")
            )
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield page.change("sign", node, page.text(operand, UNARY), 0.8)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            of_texts = any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in (left, right))
            for symbol in ("==", "!=") if of_texts else COMPARISONS:
                if type(op) in SYMBOLS and symbol != SYMBOLS[type(op)]:
                    text = f"{page.text(left, SUM)} {symbol} {page.text(right, SUM)}"
                    yield page.change("comparison", node, text, 0.9)
            if not of_texts and not (isinstance(right, ast.Constant) and right.value == 0):
                yield page.change("comparison", right, "0", 1.3)
        case ast.Constant(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
            yield from _of_constants(page, node, value)


def _of_sums(page: Page, node: ast.BinOp) -> Iterator[Change]:
    left, right = page.text(node.left, SUM), page.text(node.right, PRODUCT)
    minus = isinstance(node.op, ast.Sub)
    yield page.change("sign", node, f"{left} {'+' if minus else '-'} {right}", 0.8)
    yield page.change("term", node, left, 1.2)
    yield page.change("term", node, f"-{page.text(node.right, PRODUCT)}" if minus else page.text(node.right), 1.4)
    if minus:
        yield page.change("sign", node, f"{page.text(node.right, SUM)} - {page.text(node.left, PRODUCT)}", 0.9)
    else:
        yield page.change("sign", node, f"{page.text(node.right, SUM)} - {page.text(node.left, PRODUCT)}", 1.5)
    sign = "-" if minus else "+"
    match node.right:  # a - (b + c), a + b * c, a + b / c
        case ast.BinOp(op=ast.Add() | ast.Sub() as op, left=b, right=c):
            yield page.change("grouping", node, f"{left} {sign} {page.text(b, PRODUCT)} {SYMBOLS[type(op)]} "
                                                f"{page.text(c, PRODUCT)}", 1.1)  # fmt: skip
        case ast.BinOp(op=ast.Mult() | ast.Div() as op, left=b, right=c):
            yield page.change("grouping", node, f"({left} {sign} {page.text(b, PRODUCT)}) {SYMBOLS[type(op)]} "
                                                f"{page.text(c, UNARY)}", 1.1)  # fmt: skip
    match node.left:  # a - b + c, a * b + c, a / b + c
        case ast.BinOp(op=ast.Add() | ast.Sub() as op, left=a, right=b):
            yield page.change("grouping", node, f"{page.text(a, SUM)} {SYMBOLS[type(op)]} ({page.text(b, SUM)} {sign} "
                                                f"{right})", 1.2)  # fmt: skip
        case ast.BinOp(op=ast.Mult() | ast.Div() as op, left=a, right=b):
            factor = f"{page.text(a, PRODUCT)} {SYMBOLS[type(op)]}"
            yield page.change("grouping", node, f"{factor} ({page.text(b, SUM)} {sign} {right})", 1.2)
            if isinstance(op, ast.Div):
                yield page.change(
                    "grouping", node, f"({page.text(a, SUM)} {sign} {right}) / {page.text(b, UNARY)}", 1.1
                )


def _of_products(page: Page, node: ast.BinOp) -> Iterator[Change]:
    left, right = page.text(node.left, PRODUCT), page.text(node.right, UNARY)
    divided = not isinstance(node.op, ast.Mult)
    yield page.change("factor dropped", node, page.text(node.left), 1.2)
    if divided:
        yield page.change("divisor", node, f"{left} * {right}", 1.0)
        yield page.change("divisor", node, f"{page.text(node.right, PRODUCT)} / {page.text(node.left, UNARY)}", 1.2)
    else:
        yield page.change("factor dropped", node, page.text(node.right), 1.3)
        yield page.change("divisor", node, f"{left} / {right}", 1.0)
    sign = "/" if divided else "*"
    match node.left:  # (a + b) * c, a / b * c
        case ast.BinOp(op=ast.Add() | ast.Sub() as op, left=a, right=b):
            inner = SYMBOLS[type(op)]
            last = f"{page.text(b, PRODUCT)} {sign} {right}"
            yield page.change("grouping", node, f"{page.text(a, SUM)} {inner} {last}", 1.1)
            yield page.change("grouping", node, f"{page.text(a, PRODUCT)} {sign} {right} {SYMBOLS[type(op)]} "
                                                f"{page.text(b, PRODUCT)}", 1.1)  # fmt: skip
        case ast.BinOp(op=ast.Div(), left=a, right=b):
            yield page.change(
                "grouping", node, f"{page.text(a, PRODUCT)} / ({page.text(b, PRODUCT)} {sign} {right})", 1.2
            )
    match node.right:  # a * (b + c), a / (b * c)
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), left=b, right=c):
            symbol = SYMBOLS[type(node.right.op)]
            last = page.text(c, PRODUCT if symbol in "+-" else UNARY)
            yield page.change("grouping", node, f"{left} {sign} {page.text(b, UNARY)} {symbol} {last}", 1.1)


def _of_constants(page: Page, node: ast.Constant, value: float) -> Iterator[Change]:
    if not isinstance(value, int):
        others = {1.0: ("2", "0", "0.5"), 2.0: ("1", "0.5"), 0.5: ("1", "2")}.get(value, ("1", "0"))
        yield from (page.change("constant", node, text, 1.1) for text in (*others, repr(2 * value), repr(value / 2)))
        yield page.change("constant", node, f"-{value!r}", 1.1)
        if 0 < value < 1:
            yield page.change("constant", node, repr(1 - value), 1.3)
        return
    found = {value + 1, value - 1, -value, 0, 1, 2, 3} - {value}
    parent = page.parents.get(node)
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add | ast.Sub):
        found -= {0}  # as a term that is dropped
    yield from (page.change("constant", node, str(other), 1.1) for other in sorted(found))
    if value in (1, 2):
        yield page.change("constant", node, "0.5", 1.2)
