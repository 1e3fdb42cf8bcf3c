"""Single edits that add a term: a penalty, a contribution, the sums of a softmax or a normalisation."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reference.targets.pairs.edits.kinds.arrangement import without_intercept
from reference.targets.pairs.edits.kinds.page import PRODUCT, SUM, Change, Page
from reference.targets.pairs.edits.kinds.places import counting, target_text, values
from reference.targets.pairs.edits.kinds.scope import Scope, Shape

__all__ = ["of_terms"]


def of_terms(page: Page, scope: Scope) -> Iterator[Change]:
    """Terms added to what is assigned or returned, and to every sum within it."""
    np, sizes = numpy_name(page), scope.dimensions()[:6]
    given = {a.arg for a in page.function.args.args}
    for node, shape in _sums(page, scope):
        if not shape:
            continue
        text, product = page.text(node, SUM), page.text(node, PRODUCT)
        alike = [array for array in scope.alike(shape) if array != text][:10]
        fitting = [array for array in scope.fitting(shape) if array != text][:14]
        for array in fitting:
            extra = 0.0 if array in scope.unused else 0.5
            yield page.change("contribution", node, f"{text} + {array}", 1.5 + extra)
            yield page.change("contribution", node, f"{text} - {array}", 1.5 + extra)
            yield from (
                page.change("contribution", node, f"{text} {s} {array} / {n}", 1.7 + extra) for n in sizes for s in "+-"
            )
        yield from _products(page, node, shape, scope)
        for array in alike:
            for s in list(scope.numbers)[:5]:
                if array.partition("[")[0] in given:
                    yield from (
                        page.change("penalty", node, f"{text} + {s}{over} * {kept}", 2.5)
                        for kept in without_intercept(array, shape)
                        for over in ("", *(f" / {n}" for n in sizes[:4]))
                    )
                yield page.change("penalty", node, f"{text} + {s} * {array}", 2.0)
                yield page.change("penalty", node, f"{text} + 2 * {s} * {array}", 2.0)
                yield from (page.change("penalty", node, f"{text} + {s} / {n} * {array}", 2.2) for n in sizes)
            for other in fitting:
                if other not in alike and array != other:
                    yield page.change("row term", node, f"{text} - {array} * {other}", 2.5)
                    yield from (
                        page.change("row term", node, f"{text} - {array} * {other} / {n}", 2.7) for n in sizes[:3]
                    )
        inside = {ast.unparse(n) for n in ast.walk(node) if isinstance(n, ast.expr)}
        within = [array for array in scope.alike(shape) if array in inside]
        for array in within:
            for last in within:
                if last != array:
                    total = f"{np}.sum({array} * {last}, axis=-1, keepdims=True)"
                    yield page.change("row term", node, f"{array} * ({last} - {total})", 2.0)
        yield from _rows(page, node, text, product, shape, alike, np)


def _products(page: Page, node: ast.expr, shape: Shape, scope: Scope) -> Iterator[Change]:
    """A path that was forgotten: a gradient times an array, times its complement, or times a matrix."""
    text = page.text(node, SUM)
    gradients = [name for name in scope.arrays if _is_a_gradient(name) and name != text]
    near = [name for name in gradients if scope.arrays[name] == shape and name != target_text(page.statement(node))]
    others = [name for name in scope.alike(shape) if not _is_a_gradient(name)][:10]
    for gradient in near[:6]:
        for array in others:
            extra = 0.0 if array in scope.unused else 0.2
            yield page.change("contribution", node, f"{text} + {gradient} * {array}", 2.2 + extra)
            yield page.change("contribution", node, f"{text} + {gradient} * (1 - {array})", 2.3 + extra)
            yield page.change("contribution", node, f"{text} - {gradient} * {array}", 2.4 + extra)
    if len(shape) != 2:
        return
    matrices = [name for name, own in scope.arrays.items() if len(own) == 2 and not _is_a_gradient(name)][:16]
    for gradient in [name for name in gradients if len(scope.arrays[name]) == 2][:8]:
        for array in matrices:
            a, b = scope.arrays[gradient], scope.arrays[array]
            turned, other = f"{gradient}.T", f"{array}.T"
            forms = (
                (a, b, gradient, array), (a, b[::-1], gradient, other), (a[::-1], b, turned, array),
                (b, a, array, gradient), (b, a[::-1], array, turned), (b[::-1], a, other, gradient),
            )  # fmt: skip
            for first, second, left, right in forms:
                if first[1] == second[0] and (first[0], second[1]) == shape:
                    yield page.change("contribution", node, f"{text} + {left} @ {right}", 2.3)


def _is_a_gradient(name: str) -> bool:
    plain = name.rpartition(".")[2].lower()
    return (plain[:1] == "d" and len(plain) > 1) or "grad" in plain or plain[:5] == "delta"


def _rows(
    page: Page, node: ast.expr, text: str, product: str, shape: Shape, alike: list[str], np: str
) -> Iterator[Change]:
    """What every entry of a row owes to the others of its row."""
    axes = range(len(shape)) if len(shape) <= 2 else (-1, 0)
    for axis in axes:
        tail = f"axis={axis}, keepdims=True)"
        whole = page.text(node)
        yield page.change("row term", node, f"{text} - {np}.mean({whole}, {tail}", 2.6)
        for array in alike:
            both = f"{text} - {np}.mean({whole}, {tail} - {array} * {np}.mean({product} * {array}, {tail}"
            yield page.change("row term", node, both, 2.8)
            yield page.change("row term", node, f"{text} - {np}.sum({array}, {tail}", 2.6)
            yield page.change("row term", node, f"{text} - {array} * {np}.sum({whole}, {tail}", 2.6)
            yield page.change("row term", node, f"{text} - {array} * {np}.sum({product} * {array}, {tail}", 2.7)
            yield page.change("row term", node, f"{text} - {array} * {np}.mean({product} * {array}, {tail}", 2.7)
            yield page.change("row term", node, f"{array} * ({text} - {np}.sum({product} * {array}, {tail})", 2.8)
            for other in alike:
                if array != other:
                    yield page.change("row term", node, f"{text} - {array} * {np}.sum({array} * {other}, {tail}", 2.9)


def _sums(page: Page, scope: Scope) -> Iterator[tuple[ast.expr, Shape | None]]:
    """What a term may be added to, with its shape."""
    skipped = counting(page)
    whole = {}
    for node, shape, is_whole in values(page, scope):
        if is_whole:
            whole[node] = shape
    yield from whole.items()
    for node, shape in whole.items():  # what is scaled as a whole
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Mult) and _is_a_scale(node.right, scope):
            yield node.left, shape
    for node in (n for n in ast.walk(page.function) if isinstance(n, ast.BinOp)):
        if isinstance(node.op, ast.Add | ast.Sub) and node not in skipped | whole.keys():
            parent = page.parents[node]
            if not (isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add | ast.Sub)):
                yield node, scope.shape(node) or _largest(page, node, scope)


def _is_a_scale(node: ast.expr, scope: Scope) -> bool:
    """A number: a size, a constant, a root of one."""
    return not any(ast.unparse(n) in scope.arrays for n in ast.walk(node) if _is_not_its_shape(n, node))


def _is_not_its_shape(node: ast.AST, whole: ast.expr) -> bool:
    """Is it an array here, and not the owner of a ``.shape``?"""
    owners = [n.value for n in ast.walk(whole) if isinstance(n, ast.Attribute) and n.attr == "shape"]
    counted = [a for n in ast.walk(whole) if isinstance(n, ast.Call) and ast.unparse(n.func) == "len" for a in n.args]
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and all(
        node is not n for n in (*owners, *counted)
    )


def _largest(page: Page, node: ast.AST, scope: Scope) -> Shape | None:
    """The shape of the statement that a sum stands in, where its own cannot be told."""
    return scope.arrays.get(target_text(page.statement(node)))


def numpy_name(page: Page) -> str:
    """How the function calls NumPy."""
    names = {n.id for n in ast.walk(page.function) if isinstance(n, ast.Name)}
    return next((name for name in ("np", "numpy", "jnp") if name in names), "np")
