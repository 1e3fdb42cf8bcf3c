"""Single edits that put a factor in: a number, a size, a probability, an array that the function has at hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reference.targets.pairs.edits.page import PRODUCT, Change, Page
from reference.targets.pairs.edits.places import counting, target_text, values
from reference.targets.pairs.edits.scope import Scope

__all__ = ["of_factors"]


def of_factors(page: Page, scope: Scope) -> Iterator[Change]:
    """Every factor on every term; arrays also on the operands of products and on what is summed."""
    sizes = [n for n in scope.dimensions()]
    others = [n for n, value in scope.sizes.items() if n not in sizes and value > 1 and n not in scope.counters]
    seen = set()
    for node, shape, whole in values(page, scope):
        seen.add(node)
        extra = 0.1 if isinstance(page.statement(node), ast.Return) else 0.0 if whole else 0.2
        text = page.text(node, PRODUCT)
        yield page.change("sign", node, f"-{text}", 0.9 + extra)
        yield page.change("factor", node, f"2 * {text}", 1.0 + extra)
        yield page.change("factor", node, f"0.5 * {text}", 1.0 + extra)
        for n in (*sizes, *others[:4]):
            yield page.change("size", node, f"{text} / {n}", (1.3 if "." not in n else 1.5) + extra)
            yield page.change("size", node, f"{text} * {n}", (1.4 if "." not in n else 1.6) + extra)
        for s in list(scope.numbers)[:8]:
            yield page.change("number", node, f"{s} * {text}", 1.5 + extra)
            yield page.change("number", node, f"{text} / {s}", 1.5 + extra)
            yield page.change("number", node, f"(1 - {s}) * {text}", 1.6 + extra)
            yield page.change("number", node, f"{text} / (1 - {s})", 1.6 + extra)
        for A in (scope.fitting(shape) if shape else ())[:30]:
            if A != page.text(node):
                yield from _arrays(page, node, A, scope, extra, _kept(A, page, node))
    skipped = counting(page)
    for node in ast.walk(page.function):
        if node in seen or node in skipped or not isinstance(node, ast.expr) or not _is_an_operand(page, node):
            continue
        shape = scope.shape(node)
        for A in (scope.fitting(shape) if shape else ())[:20]:
            if A != page.text(node):
                yield from _arrays(page, node, A, scope, 0.4, _kept(A, page, node))


def _arrays(page: Page, node: ast.expr, A: str, scope: Scope, extra: float, near: float) -> Iterator[Change]:
    text = page.text(node, PRODUCT)
    if A in scope.masks:
        yield page.change("mask", node, f"{text} * {A}", 1.4 + extra - 0.3 * (A in scope.unused))
        return
    extra -= 0.3 * (A in scope.unused) + near
    yield page.change("slope", node, f"{text} * {A}", 1.7 + extra)
    yield page.change("slope", node, f"{text} * ({A} > 0)", 1.7 + extra)
    yield page.change("slope", node, f"{text} * (1 - {A} ** 2)", 1.8 + extra)
    yield page.change("slope", node, f"{text} * {A} * (1 - {A})", 1.8 + extra)
    yield page.change("slope", node, f"{text} * (1 - {A})", 1.8 + extra)
    yield page.change("slope", node, f"{text} / {A}", 1.9 + extra)


def _kept(A: str, page: Page, node: ast.expr) -> float:
    """How much sooner an array is tried: `o` for `do` and `da_o`, and no other gradient."""
    target = target_text(page.statement(node)).lower().replace("_", "")
    name = A.lower().replace("_", "")
    if name.startswith("d") and len(name) > 1:
        return -0.5
    return 0.2 if target.endswith(name) else 0.0


def _is_an_operand(page: Page, node: ast.expr) -> bool:
    """Does a product or a function take it as an array?"""
    match page.parents.get(node):
        case ast.BinOp(op=ast.MatMult()):
            return True
        case ast.Call(func=function, args=args):
            return node in args or (node is function)
        case ast.Attribute(attr="dot" | "sum" | "mean" | "reshape" | "T"):
            return True
    return False
