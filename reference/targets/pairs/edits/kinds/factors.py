"""Single edits that put a factor in: a number, a size, a probability, an array that the function has at hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reference.targets.pairs.edits.kinds.page import ATOM, PRODUCT, Change, Page
from reference.targets.pairs.edits.kinds.places import counting, target_text, values
from reference.targets.pairs.edits.kinds.scope import Scope, Shape, broadcast

__all__ = ["of_factors"]


def of_factors(page: Page, scope: Scope) -> Iterator[Change]:
    """Every factor on every term; arrays also on the operands of products and on what is summed."""
    sizes = scope.dimensions()
    others = [n for n, value in scope.sizes.items() if n not in sizes and value > 1 and n not in scope.counters]
    seen = set()
    turned = "cumsum" in page.source or "cumprod" in page.source or "::-1" in page.source
    for node, shape, whole in values(page, scope):
        seen.add(node)
        extra = 0.1 if isinstance(page.statement(node), ast.Return) else 0.0 if whole else 0.2
        text = page.text(node, PRODUCT)
        yield page.change("sign", node, f"-{text}", 0.9 + extra)
        two = 0.5 if 2 in (scope.sizes[n] for n in scope.sizes if n not in scope.counters) else 0.0
        yield page.change("factor", node, f"2 * {text}", 1.0 + extra + two)
        yield page.change("factor", node, f"0.5 * {text}", 1.0 + extra + two)
        yield from (page.change("factor", node, f"{n} * {text}", 1.3 + extra) for n in (3, 4))
        if turned and not isinstance(node, ast.Constant):
            yield page.change("index", node, f"{page.text(node, ATOM)}[::-1]", 1.3 + extra)
        for n in (*sizes, *others[:4]):
            yield page.change("size", node, f"{text} / {n}", (1.3 if "." not in n else 1.5) + extra)
            yield page.change("size", node, f"{text} * {n}", (1.4 if "." not in n else 1.6) + extra)
            yield page.change("factor", node, f"{text} / np.sqrt({n})", 1.6 + extra)
            yield page.change("factor", node, f"{text} * np.sqrt({n})", 1.7 + extra)
        for s in list(scope.numbers)[:8]:
            yield page.change("number", node, f"{s} * {text}", 1.5 + extra)
            yield page.change("number", node, f"{text} / {s}", 1.5 + extra)
            yield page.change("number", node, f"(1 - {s}) * {text}", 1.6 + extra)
            yield page.change("number", node, f"{text} / (1 - {s})", 1.6 + extra)
        for array in (scope.fitting(shape) if shape else ())[:30]:
            if array != page.text(node):
                yield from _arrays(page, node, array, scope, extra, _kept(array, page, node))
        if scope.language and shape:
            for call in (c for c in _calls(page, scope, shape) if c not in text):
                yield page.change("slope", node, f"{text} * {call}", 1.8 + extra)
                yield page.change("slope", node, f"{text} / {call}", 1.9 + extra)
    yield from _counts(page, scope, [n for n in (*sizes, *others) if "[" not in n])
    skipped = counting(page)
    for node in (n for n in ast.walk(page.function) if isinstance(n, ast.expr)):
        if node in seen or node in skipped or not _is_an_operand(page, node):
            continue
        shape = scope.shape(node)
        for array in (scope.fitting(shape) if shape else ())[:20]:
            if array != page.text(node):
                yield from _arrays(page, node, array, scope, 0.4, _kept(array, page, node))


def _calls(page: Page, scope: Scope, shape: Shape) -> list[str]:
    """Functions of arrays that stand elsewhere in the function: a slope in one term that another lacks."""
    calls = [n for n in ast.walk(page.function) if isinstance(n, ast.Call) and len(n.args) == 1]
    return list(dict.fromkeys(page.text(n) for n in calls if broadcast(scope.shape(n), shape) == shape))[:8]


def _counts(page: Page, scope: Scope, sizes: list[str]) -> Iterator[Change]:
    """``size = C * H * W``: a number that something is divided by, over or times another."""
    divisors = {
        name.id
        for node in ast.walk(page.function)
        if (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div))
        for name in ast.walk(node.right)
        if isinstance(name, ast.Name)
    }
    for node in ast.walk(page.function):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target in scope.sizes and target in divisors:
                for n in sizes:
                    if n != target and n != ast.unparse(value):
                        yield page.change("size", value, f"{page.text(value, PRODUCT)} // {n}", 1.3)
                        yield page.change("size", value, f"{page.text(value, PRODUCT)} * {n}", 1.3)


def _arrays(page: Page, node: ast.expr, array: str, scope: Scope, extra: float, near: float) -> Iterator[Change]:
    text = page.text(node, PRODUCT)
    if array in scope.masks:
        yield page.change("mask", node, f"{text} * {array}", 1.4 + extra - 0.3 * (array in scope.unused))
        return
    extra -= 0.3 * (array in scope.unused) + near
    yield page.change("slope", node, f"{text} * {array}", 1.7 + extra)
    yield page.change("slope", node, f"{text} * ({array} > 0)", 1.7 + extra)
    yield page.change("slope", node, f"{text} * ({array} < 0)", 1.8 + extra)
    yield page.change("slope", node, f"{text} * np.sign({array})", 1.8 + extra)
    yield page.change("slope", node, f"{text} * (1 - {array} ** 2)", 1.8 + extra)
    yield page.change("slope", node, f"{text} * {array} * (1 - {array})", 1.8 + extra)
    yield page.change("slope", node, f"{text} * (1 - {array})", 1.8 + extra)
    yield page.change("slope", node, f"{text} / {array}", 1.9 + extra)


def _kept(array: str, page: Page, node: ast.expr) -> float:
    """How much sooner an array is tried: `o` for `do` and `da_o`, and no other gradient."""
    target = target_text(page.statement(node)).lower().replace("_", "")
    name = array.lower().replace("_", "")
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
