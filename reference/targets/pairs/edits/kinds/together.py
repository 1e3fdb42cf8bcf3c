"""Single edits made wherever a statement has the same: an axis of both means, a stride of both counters, a name."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from reference.targets.pairs.edits.kinds.page import Change, Page
from reference.targets.pairs.edits.kinds.scope import Scope
from reference.targets.reading.trees import said_of_the_array

__all__ = ["of_several"]

REDUCED = {"sum", "mean", "max", "min", "std", "var", "prod"}
AXES = ("0", "1", "2", "-1", "(0, 1)", "(1, 2)", "(0, 2, 3)", "(1, 2, 3)", "(2, 3)", "None")
Spans = list[tuple[int, int, str]]  # from, to, the text instead


def of_several(page: Page, statement: ast.AST, scope: Scope, functions: Sequence[str]) -> Iterator[Change]:
    """Every edit of this kind of one statement. ``functions``: names of the file's functions of one argument."""
    if not isinstance(statement, ast.Assign | ast.AugAssign | ast.Return | ast.Expr):
        return
    yield from _axes(page, statement)
    yield from _strides(page, statement, scope)
    yield from _of_what_it_is_given(page, statement, scope, functions)


def _axes(page: Page, statement: ast.stmt) -> Iterator[Change]:
    """``d - d.mean(0) - z * (d * z).mean(0)``: the axis of both, and sum for mean in both."""
    found: dict[str, list[tuple[ast.Call, ast.expr]]] = {}
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in REDUCED:
            axis = next((k.value for k in node.keywords if k.arg == "axis"), None)
            axis = axis or next(iter(said_of_the_array(node)), None)
            if axis is not None:
                found.setdefault(page.text(axis), []).append((node, axis))
    for before, calls in found.items():
        if len(calls) < 2:
            continue
        kept = any(k.arg == "keepdims" for call, _ in calls for k in call.keywords)
        for new in AXES:
            if new != before:
                yield _changed(page, "axis", [(*page.span(axis), new) for _, axis in calls], 1.1)
            if not kept and new != "None":
                spans = [(*page.span(axis), f"{new}, keepdims=True") for _, axis in calls]
                yield _changed(page, "axis", spans, 1.2)
        for one, other in (("mean", "sum"), ("sum", "mean")):
            of_one = [call.func for call, _ in calls if isinstance(call.func, ast.Attribute) and call.func.attr == one]
            if len(of_one) > 1:
                ends = [page.span(function)[1] for function in of_one]
                yield _changed(page, "reduction", [(end - len(one), end, other) for end in ends], 1.1)


def _strides(page: Page, statement: ast.stmt, scope: Scope) -> Iterator[Change]:
    """``x[i:i + k, j:j + k]``: every counter of an index times the same stride."""
    nodes = [
        node
        for index in ast.walk(statement)
        if isinstance(index, ast.Subscript)
        for node in ast.walk(index.slice)
        if isinstance(node, ast.Name) and node.id in scope.counters
    ]
    nodes = list(dict.fromkeys(nodes))
    if len({node.id for node in nodes}) < 2:
        return
    within_slices = [n for n in nodes if any(isinstance(p, ast.Slice) for p in _above(page, n, statement))]
    for size in [n for n in scope.sizes if n not in scope.counters and "[" not in n][:10]:
        if len({node.id for node in within_slices}) > 1:
            spans = [(*page.span(node), f"{node.id} * {size}") for node in within_slices]
            yield _changed(page, "stride", spans, 1.4)


def _of_what_it_is_given(page: Page, statement: ast.stmt, scope: Scope, functions: Sequence[str]) -> Iterator[Change]:
    """``s * (1 - s)`` that is given z: ``sigmoid(z) * (1 - sigmoid(z))``."""
    found: dict[str, list[ast.Name]] = {}
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in scope.arrays:
            found.setdefault(node.id, []).append(node)
    own = [a.arg for a in page.function.args.args]
    for name, nodes in found.items():
        if name in own:
            for function in functions:
                spans = [(*page.span(node), f"{function}({name})") for node in nodes]
                yield _changed(page, "slope", spans, 1.5 if len(nodes) > 1 else 1.8)


def _above(page: Page, node: ast.AST, last: ast.AST) -> Iterator[ast.AST]:
    while node is not last and node in page.parents:
        node = page.parents[node]
        yield node


def _changed(page: Page, kind: str, spans: Spans, weight: float) -> Change:
    """One change from the first of these spans to the last."""
    ordered = sorted(spans)
    start, end = ordered[0][0], max(stop for _, stop, _ in ordered)
    text = page.source[start:end]
    for a, b, new in reversed(ordered):
        text = f"{text[: a - start]}{new}{text[b - start :]}"
    return Change(kind, start, end, text, weight)
