"""Functions that other functions make: where their text stands, and as what it is read."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

__all__ = ["inner_definition", "renamed"]


def inner_definition(statements: Sequence[ast.stmt], qualname: str, line: int) -> ast.FunctionDef | None:
    """The definition of a function that another makes, by the name that its code has."""
    wanted = qualname.replace(".<locals>", "").split(".")
    found = [node for node in _defined(statements, wanted) if isinstance(node, ast.FunctionDef)]
    return min(found, key=lambda node: abs(node.lineno - line), default=None)


def _defined(statements: Sequence[ast.AST], names: Sequence[str]) -> list[ast.AST]:
    """Definitions of the last of these names within those of the others."""
    if not names:
        return []
    here: list[ast.AST] = []
    waiting = list(statements)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name == names[0]:
                here.append(node)
        else:
            waiting += ast.iter_child_nodes(node)
    if len(names) == 1:
        return here
    return [inner for node in here for inner in _defined(node.body, names[1:])]  # type: ignore[attr-defined]


def renamed(node: ast.FunctionDef, name: str) -> ast.FunctionDef:
    """A function that another makes, as one that stands by itself."""
    node = copy.deepcopy(node)
    node.name, node.decorator_list = name, []
    return node
