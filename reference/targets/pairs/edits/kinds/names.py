"""Single edits of names: a neighbour of the same kind, another entry, the step before or after, a stride."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from reference.targets.pairs.edits.kinds.page import ATOM, Change, Page
from reference.targets.pairs.edits.kinds.scope import Scope

__all__ = ["of_names", "of_repeated_names"]


def of_names(
    page: Page, node: ast.AST, scope: Scope, functions: Sequence[str], counted: set[ast.AST]
) -> Iterator[Change]:
    """Every edit of this kind of one node. ``functions``: names of the file's functions of one argument."""
    if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript) or not isinstance(node.ctx, ast.Load):
        return
    if isinstance(page.parents.get(node), ast.Attribute) and not _is_an_array_expression(node, scope):
        return
    text = ast.unparse(node)
    parent = page.parents.get(node)
    if isinstance(parent, ast.Call) and node is parent.func:
        if len(parent.args) == 1 and isinstance(node, ast.Name) and node.id in functions:
            for other in functions:
                if other != text:
                    yield page.change("function", node, other, 1.3 - 0.4 * _like(text, other))
        return
    if text in scope.arrays:
        if node not in counted and _is_in_arithmetic(page, node):
            yield page.change("exponent", node, f"{page.text(node, ATOM)} ** 2", 1.2)
        for other in scope.alike(scope.arrays[text]):
            if other != text and not _is_the_same(other, text):
                yield page.change("name", node, other, 1.2 - 0.4 * _like(text, other))
    elif text in scope.sizes or (node in counted and text in scope.counters):
        others = [n for n in scope.sizes if n != text and "[" not in n][:24]
        kind = "size" if node not in counted and _divides(page, node, scope) else "name"
        yield from (page.change(kind, node, other, 1.1 - 0.4 * _like(text, other)) for other in others)
        if kind == "size":
            yield page.change("size", node, f"{page.text(node, ATOM)} ** 2", 1.0)  # of both sides of a window
        if node not in counted and _is_in_arithmetic(page, node):
            yield page.change("size", node, f"{text} - 1", 1.2)
            yield page.change("factor", node, f"np.sqrt({text})", 1.3)
        if node in counted:
            yield from _of_counters(page, node, text, scope)
    elif text in scope.numbers:
        yield from (page.change("name", node, other, 1.1) for other in scope.numbers if other != text)
        yield page.change("number", node, f"1 - {text}", 1.2)
    elif isinstance(node, ast.Subscript) and node not in counted and _is_in_arithmetic(page, node):
        yield page.change("exponent", node, f"{page.text(node, ATOM)} ** 2", 1.2)  # hs[t + 1]
    if isinstance(node, ast.Attribute) and node.attr == "shape":
        return
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
        if node not in counted and _is_in_arithmetic(page, node):
            yield page.change("factor", node, f"np.sqrt({text})", 1.3)
        array = ast.unparse(node.value.value)
        for axis in range(len(scope.arrays.get(array, (0, 0, 0, 0)))):
            yield page.change("name", node, f"{page.text(node.value.value, ATOM)}.shape[{axis}]", 1.0)
        yield from (page.change("name", node, n, 1.3) for n in scope.dimensions())


def of_repeated_names(page: Page, statement: ast.AST, scope: Scope) -> Iterator[Change]:
    """One name in the place of another wherever a statement or a slice has that: a height for a width."""
    if hasattr(statement, "body"):
        return
    found: dict[str, list[ast.AST]] = {}
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.setdefault(node.id, []).append(node)
    for name, nodes in found.items():
        if len(nodes) < 2:
            continue
        if name in scope.sizes:
            plain = [n for n in scope.sizes if n != name and n.isidentifier()][:16]
            others = [(n, 1.3 - 0.4 * _like(name, n)) for n in plain]
            if name in scope.counters:
                others += [(f"{name} * {n}", 1.4) for n in plain if n not in scope.counters][:8]
        elif name in scope.arrays:
            others = [
                (n, 1.4 - 0.4 * _like(name, n))
                for n in scope.alike(scope.arrays[name])
                if n != name and n.isidentifier()
            ]
        else:
            continue
        spans = sorted(page.span(node) for node in nodes)
        start, end = spans[0][0], spans[-1][1]
        for other, weight in others:
            text = page.source[start:end]
            for a, b in reversed(spans):
                text = f"{text[: a - start]}{other}{text[b - start :]}"
            yield Change("stride" if " " in other else "name", start, end, text, weight)


def _of_counters(page: Page, node: ast.AST, text: str, scope: Scope) -> Iterator[Change]:
    yield page.change("index", node, f"{text} + 1", 1.2)
    yield page.change("index", node, f"{text} - 1", 1.2)
    for other in [n for n in scope.sizes if n not in scope.counters and n != text and "[" not in n][:8]:
        yield page.change("stride", node, f"{text} * {other}", 1.3)
        yield page.change("stride", node, f"{text} + {other}", 1.4)
        yield page.change("stride", node, f"{text} - {other}", 1.4)
        yield page.change("stride", node, f"{other} - 1 - {text}", 1.5)


def _divides(page: Page, node: ast.AST, scope: Scope) -> bool:
    """Is something divided by it: itself, a product with it once, or a number that this makes?"""
    text, parent = ast.unparse(node), page.parents.get(node)
    while isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult):
        node, parent = parent, page.parents.get(parent)
    if sum(ast.unparse(n) == text for n in ast.walk(node)) > 1:
        return False  # a height for a width
    match parent:
        case ast.BinOp(op=ast.Div(), right=right):
            return node is right
        case ast.AugAssign(op=ast.Div()):
            return True
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.Mult())):
            return name in scope.sizes
    return False


def _is_in_arithmetic(page: Page, node: ast.AST) -> bool:
    parent = page.parents.get(node)
    return isinstance(parent, ast.BinOp | ast.UnaryOp | ast.Compare) and not isinstance(
        getattr(parent, "op", None), ast.MatMult
    )


def _is_an_array_expression(node: ast.AST, scope: Scope) -> bool:
    return ast.unparse(node) in scope.arrays


def _is_the_same(a: str, b: str) -> bool:
    return a.replace('"', "'") == b.replace('"', "'")


def _like(a: str, b: str) -> float:
    return SequenceMatcher(None, a, b).ratio()
