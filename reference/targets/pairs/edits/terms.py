"""Single edits that add a term: a penalty, a contribution that was forgotten, the sums of a softmax or a normalisation."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reference.targets.pairs.edits.page import PRODUCT, SUM, Change, Page
from reference.targets.pairs.edits.places import counting, target_text, values
from reference.targets.pairs.edits.scope import Scope, Shape

__all__ = ["of_terms"]


def of_terms(page: Page, scope: Scope) -> Iterator[Change]:
    """Terms added to what is assigned or returned, and to every sum within it."""
    np, sizes = numpy_name(page), [n for n in scope.dimensions()][:6]
    for node, shape in _sums(page, scope):
        if not shape:
            continue
        text, product = page.text(node, SUM), page.text(node, PRODUCT)
        alike = [A for A in scope.alike(shape) if A != text][:10]
        fitting = [A for A in scope.fitting(shape) if A != text][:14]
        for A in fitting:
            extra = 0.0 if A in scope.unused else 0.5
            yield page.change("contribution", node, f"{text} + {A}", 1.5 + extra)
            yield page.change("contribution", node, f"{text} - {A}", 1.5 + extra)
            yield from (
                page.change("contribution", node, f"{text} {s} {A} / {n}", 1.7 + extra) for n in sizes for s in "+-"
            )
        for A in alike:
            for s in list(scope.numbers)[:5]:
                yield page.change("penalty", node, f"{text} + {s} * {A}", 2.0)
                yield page.change("penalty", node, f"{text} + 2 * {s} * {A}", 2.0)
                yield from (page.change("penalty", node, f"{text} + {s} / {n} * {A}", 2.2) for n in sizes)
            for B in fitting:
                if B not in alike and A != B:
                    yield page.change("row term", node, f"{text} - {A} * {B}", 2.5)
                    yield from (page.change("row term", node, f"{text} - {A} * {B} / {n}", 2.7) for n in sizes[:3])
        yield from _rows(page, node, text, product, shape, alike, np)


def _rows(
    page: Page, node: ast.expr, text: str, product: str, shape: Shape, alike: list[str], np: str
) -> Iterator[Change]:
    """What every entry of a row owes to the others of its row."""
    axes = range(len(shape)) if len(shape) <= 2 else (-1, 0)
    for axis in axes:
        tail = f"axis={axis}, keepdims=True)"
        whole = page.text(node)
        yield page.change("row term", node, f"{text} - {np}.mean({whole}, {tail}", 2.6)
        for A in alike:
            both = f"{text} - {np}.mean({whole}, {tail} - {A} * {np}.mean({product} * {A}, {tail}"
            yield page.change("row term", node, both, 2.8)
            yield page.change("row term", node, f"{text} - {np}.sum({A}, {tail}", 2.6)
            yield page.change("row term", node, f"{text} - {A} * {np}.sum({whole}, {tail}", 2.6)
            yield page.change("row term", node, f"{text} - {A} * {np}.sum({product} * {A}, {tail}", 2.7)
            yield page.change("row term", node, f"{text} - {A} * {np}.mean({product} * {A}, {tail}", 2.7)
            yield page.change("row term", node, f"{A} * ({text} - {np}.sum({product} * {A}, {tail})", 2.8)
            for B in alike:
                if A != B:
                    yield page.change("row term", node, f"{text} - {A} * {np}.sum({A} * {B}, {tail}", 2.9)


def _sums(page: Page, scope: Scope) -> Iterator[tuple[ast.expr, Shape | None]]:
    """What a term may be added to, with its shape."""
    skipped = counting(page)
    whole = {}
    for node, shape, is_whole in values(page, scope):
        if is_whole:
            whole[node] = shape
    yield from whole.items()
    for node in ast.walk(page.function):
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Add | ast.Sub)
            and node not in skipped | whole.keys()
        ):
            parent = page.parents[node]
            if not (isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add | ast.Sub)):
                yield node, scope.shape(node) or _largest(page, node, scope)


def _largest(page: Page, node: ast.AST, scope: Scope) -> Shape | None:
    """The shape of the statement that a sum stands in, where its own cannot be told."""
    return scope.arrays.get(target_text(page.statement(node)))


def numpy_name(page: Page) -> str:
    """How the function calls NumPy."""
    names = {n.id for n in ast.walk(page.function) if isinstance(n, ast.Name)}
    return next((name for name in ("np", "numpy", "jnp") if name in names), "np")
