"""Unfinished functions, as an assignment is handed out: where something is still missing in them.

``None`` in an expression's place is what a template has there. A name that is ``None`` first and takes its value
further down without it is no gap, nor is one that is ``None`` in one branch and not in the other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from reference.targets.reading.parsed import parsed

__all__ = ["unfinished"]


class BoundName(NamedTuple):
    """What a name, or an entry of a dictionary, was bound to, in the order of the source."""

    target: str
    blank: bool  # ``None`` stands there
    line: int
    within: tuple[int, ...]  # the branches that it stands in
    operands: frozenset[str] = frozenset()  # names that it is computed from


def unfinished(call: Any) -> int | None:
    """The line where ``None`` stands for an expression, or where a body that does nothing begins; else ``None``."""
    first = call.__code__.co_firstlineno
    tree = parsed(call)
    if tree is None:
        return first if call.__code__.co_consts in ((None,), (None, None)) else None
    node = tree.body[0]
    if not isinstance(node, ast.FunctionDef):
        return None
    body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    if not body or all(isinstance(s, ast.Pass | ast.Raise) for s in body):
        return first + (body[0].lineno if body else node.lineno) - 1
    blank = min((*_in_expressions(node), *_left_blank(node)), default=None)
    return None if blank is None else first + blank - 1


def _in_expressions(node: ast.AST) -> Iterator[int]:
    """Lines on which ``None`` can have no meaning: in arithmetic, as what is looped over, or taken apart."""
    for s in ast.walk(node):
        match s:
            case ast.BinOp(left=left, right=right):
                values = [left, right]
            case ast.For(iter=value) | ast.Assign(targets=[ast.Tuple()], value=value):
                values = [value]
            case _:
                continue
        yield from (value.lineno for value in values if _is_none(value))


def _left_blank(node: ast.FunctionDef) -> Iterator[int]:
    """Lines of the names whose last binding is ``None``, of those that are used."""
    bindings: dict[str, list[BoundName]] = {}
    for binding in _bindings(node.body, ()):
        bindings.setdefault(binding.target, []).append(binding)
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    for target, found in bindings.items():
        last = found[-1]
        other_way = any(not b.blank and b.within[: len(last.within)] != last.within for b in found)
        if last.blank and not (last.within and other_way) and (target in used or "[" in target):
            yield last.line
        yield from (
            before.line
            for before, after in pairwise(found)
            if before.blank and target in after.operands and before.within == after.within
        )


def _operands(value: ast.expr) -> Iterator[str]:
    """The names that arithmetic, or a comparison of sizes, is done with."""
    match value:
        case ast.Name():
            yield value.id
        case ast.BinOp():
            yield from (*_operands(value.left), *_operands(value.right))
        case ast.Compare(ops=[ast.Lt() | ast.Gt() | ast.LtE() | ast.GtE()]):
            yield from (*_operands(value.left), *_operands(value.comparators[0]))


def _bindings(statements: list[ast.stmt], within: tuple[int, ...]) -> Iterator[BoundName]:
    """Every binding of a body, without those of functions within it."""
    for s in statements:
        match s:
            case ast.Assign():
                for target in s.targets:
                    yield from _bound(target, s.value, s.lineno, within)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _bound(target, value, s.lineno, within)
            case ast.AugAssign(target=target):
                name = ast.unparse(target)
                yield BoundName(name, False, s.lineno, within, frozenset((name,)))
            case ast.For(target=target):
                yield from _bound(target, s.iter, s.lineno, within, blank=False)
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(s, name, None)
            if isinstance(inner, list) and not isinstance(s, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
                branch = (*within, id(inner)) if isinstance(s, ast.If | ast.Try) else within
                yield from _bindings(inner, branch)
        for handler in getattr(s, "handlers", []):
            yield from _bindings(handler.body, (*within, id(handler)))


def _bound(
    target: ast.expr, value: ast.expr, line: int, within: tuple[int, ...], *, blank: bool | None = None
) -> Iterator[BoundName]:
    if isinstance(target, ast.Tuple | ast.List):
        same = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
        for k, element in enumerate(target.elts):
            inner = value.elts[k] if same and isinstance(value, ast.Tuple | ast.List) else value
            yield from _bound(element, inner, line, within, blank=blank if same else False)
        return
    nothing = _is_none(value) if blank is None else blank
    yield BoundName(ast.unparse(target), nothing, line, within, frozenset(_operands(value)))


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
