"""A function's syntax tree, counted from its own first line."""

from __future__ import annotations

import ast
import inspect
import textwrap
from types import CodeType
from typing import Any, TypeGuard

from reference.targets.reading.parsing import syntax_tree

__all__ = ["definition", "is_of_self", "parsed"]


TREES: dict[tuple[CodeType, str], ast.Module] = {}  # a forward pass is asked whenever it is called
MOST = 512


def parsed(call: Any) -> ast.Module | None:
    """What stands where a function is defined; ``None`` where its source is not to be had. Nobody changes it."""
    try:
        plain = inspect.unwrap(getattr(call, "__func__", call)) if inspect.isroutine(call) else call
        if not inspect.isfunction(plain):
            return _read(call)
        key = (plain.__code__, plain.__code__.co_filename)  # equal code may stand in two files
        if key not in TREES:
            if len(TREES) >= MOST:
                TREES.clear()
            TREES[key] = _read(plain)
        return TREES[key]
    except (OSError, TypeError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _read(call: Any) -> ast.Module:
    return syntax_tree(textwrap.dedent(inspect.getsource(call)))


def definition(call: Any) -> ast.FunctionDef | None:
    """Its ``def``; ``None`` for a lambda, or where there is no source."""
    tree = parsed(call)
    node = tree.body[0] if tree is not None and tree.body else None
    return node if isinstance(node, ast.FunctionDef) else None


def is_of_self(node: ast.AST) -> TypeGuard[ast.Attribute]:
    """Is it an attribute of ``self``?"""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
