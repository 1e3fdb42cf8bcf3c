"""Unfinished functions, as an assignment is handed out: where something is still missing in them."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any

__all__ = ["unfinished"]


def unfinished(call: Any) -> int | None:
    """The line where ``None`` stands for an expression, or where a body that does nothing begins; else ``None``."""
    first = call.__code__.co_firstlineno
    try:
        node = ast.parse(textwrap.dedent(inspect.getsource(call))).body[0]
    except (OSError, TypeError, SyntaxError, ValueError, IndexError):
        return first if call.__code__.co_consts in ((None,), (None, None)) else None
    if not isinstance(node, ast.FunctionDef):
        return None
    body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    if not body or all(isinstance(s, ast.Pass | ast.Raise) for s in body):
        return first + (body[0].lineno if body else node.lineno) - 1
    blank = _first_blank(node)
    return None if blank is None else first + blank - 1


def _first_blank(node: ast.AST) -> int | None:
    """The first line on which ``None`` stands where an expression belongs."""
    blanks = [blank for s in ast.walk(node) for blank in _blanks(s)]
    return min((b.lineno for b in blanks), default=None)


def _blanks(node: ast.AST) -> list[ast.Constant]:
    match node:
        case ast.Assign(value=ast.Tuple(elts=values)):
            pass
        case ast.Assign(value=value):
            values = [value]
        case ast.BinOp(left=left, right=right):
            values = [left, right]
        case ast.For(iter=value):
            values = [value]
        case _:
            return []
    return [v for v in values if isinstance(v, ast.Constant) and v.value is None]
