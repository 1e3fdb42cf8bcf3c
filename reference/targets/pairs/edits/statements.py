"""The statements of a backward pass with what each makes and uses: read where the target's source is parsed anyway."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from reference.targets.pairs.edits.units import Unit

__all__ = ["statements"]

COMPUTES = (ast.BinOp, ast.UnaryOp, ast.Call, ast.Compare, ast.BoolOp, ast.IfExp, ast.ListComp, ast.GeneratorExp)


def statements(units: Sequence[Unit]) -> list[dict[str, Any]]:
    """Of every function that the backward pass runs, in the order of its lines.

    ``function``, ``file``, ``cell``, ``line``, ``last`` (its last line), ``makes`` and ``uses`` (names, also "self.W"
    and "grads['W']" beside "grads"), ``text``, ``computes``: whether it does more than to hand something on.
    """
    found = []
    for unit in units:
        if not unit.backward:
            continue
        lines = unit.page.source.split("\n")
        for node, uses in _within(unit.page.function.body, ()):
            value = getattr(node, "value", None)
            last = node.end_lineno or node.lineno
            found.append(
                {
                    "function": unit.code.co_name,
                    "file": unit.file,
                    "cell": unit.cell,
                    "line": unit.first + node.lineno - 2,
                    "last": unit.first + last - 2,
                    "makes": list(_made(node)),
                    "uses": sorted({*_used(node), *uses}),
                    "text": " ".join(line.strip() for line in lines[node.lineno - 1 : last]),
                    "computes": isinstance(node, ast.AugAssign) or _computes(value),
                }
            )
    return found


def _within(body: Sequence[ast.stmt], around: tuple[str, ...]) -> Iterator[tuple[ast.stmt, tuple[str, ...]]]:
    """Every simple statement, with the names that decide whether and how often it runs."""
    for node in body:
        match node:
            case ast.Assign() | ast.AugAssign() | ast.AnnAssign() | ast.Return():
                yield node, around
            case ast.Expr(value=ast.Call()):
                yield node, around
            case ast.For(iter=head) | ast.While(test=head) | ast.If(test=head):
                inner = (*around, *_names(head))
                yield from _within([*node.body, *node.orelse], inner)
            case ast.With():
                yield from _within(node.body, around)
            case ast.Try():
                yield from _within([*node.body, *node.orelse, *node.finalbody], around)
            case _:
                continue


def _made(node: ast.stmt) -> Iterator[str]:
    """A name, an attribute, an entry together with what it is an entry of; "return" of what is returned."""
    match node:
        case ast.Assign(targets=targets):
            for target in targets:
                yield from _of_target(target)
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            yield from _of_target(target)
        case ast.Return():
            yield "return"
        case ast.Expr(value=ast.Call(func=ast.Attribute(), args=[first, *_])):  # np.add.at(dx, …), a call in place
            yield from _names(first)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner))):
            yield from _names(owner)
        case _:
            return


def _of_target(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _of_target(part)
        case ast.Starred(value=value):
            yield from _of_target(value)
        case ast.Subscript(value=value):
            yield ast.unparse(target)
            yield from _of_target(value)
        case _:
            yield ast.unparse(target)


def _used(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from _names(value)
            for target in targets:
                yield from _indices(target)
        case ast.AugAssign(target=target, value=value):
            yield from (*_names(value), *_of_target(target), *_indices(target))
        case ast.AnnAssign(value=value) | ast.Return(value=value) | ast.Expr(value=value) if value is not None:
            yield from _names(value)
        case _:
            return


def _indices(target: ast.expr) -> Iterator[str]:
    """What stands in the brackets of what is assigned to: the rest of the array stays as it was."""
    if isinstance(target, ast.Subscript):
        yield from (*_names(target.slice), *_of_target(target.value))


def _names(node: ast.expr) -> Iterator[str]:
    """The names in an expression, and its attributes and entries as they are written."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name | ast.Attribute) or (
            isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Constant)
        ):
            yield ast.unparse(part)


def _computes(value: ast.expr | None) -> bool:
    return value is not None and any(isinstance(part, COMPUTES) for part in ast.walk(value))
