"""Methods without a body, and the classes in which they say what there is to write, and are not unfinished."""

from __future__ import annotations

import ast
from collections.abc import Container

__all__ = ["is_abstract", "is_interface"]

NOTHING = ("None", "NotImplementedError", "NotImplemented")


def is_abstract(node: ast.FunctionDef) -> bool:
    """Does it nothing but pass, raise, or return nothing?"""
    body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    return not body or all(isinstance(s, ast.Pass | ast.Raise) or _returns_nothing(s) for s in body)


def _returns_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Return) and (
        statement.value is None or ast.unparse(statement.value).removesuffix("()") in NOTHING
    )


def is_interface(method: ast.FunctionDef, owner: ast.ClassDef, bases: Container[str]) -> bool:
    """Is it without a body on purpose? ``bases``: the names from which the file's classes are derived."""
    if not is_abstract(method):
        return False
    raised = (ast.unparse(n.exc) for n in ast.walk(method) if isinstance(n, ast.Raise) and n.exc is not None)
    if any("NotImplemented" in text for text in raised):
        return True
    marked = any("abstract" in ast.unparse(decorator) for decorator in method.decorator_list)
    return marked or owner.name in bases or any("ABC" in ast.unparse(base) for base in owner.bases)
