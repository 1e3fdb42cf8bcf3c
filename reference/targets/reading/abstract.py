"""Methods without a body, and the classes in which they say what there is to write, and are not unfinished."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator

__all__ = ["answers_of", "is_abstract", "is_interface"]

NOTHING = ("None", "NotImplementedError", "NotImplemented")


def is_abstract(node: ast.FunctionDef) -> bool:
    """Does it nothing but pass, raise, or return nothing?"""
    body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    return not body or all(isinstance(s, ast.Pass | ast.Raise) or _returns_nothing(s) for s in body)


def _returns_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Return) and (
        statement.value is None or ast.unparse(statement.value).removesuffix("()") in NOTHING
    )


def answers_of(node: ast.FunctionDef) -> Iterator[str]:
    """The methods of its own that are called for their answer: a hook that is called for itself may do nothing."""
    hooks = {id(n.value) for n in ast.walk(node) if isinstance(n, ast.Expr)}
    for call in ast.walk(node):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name)) if id(call) not in hooks:
                yield name


def is_interface(method: ast.FunctionDef, owner: ast.ClassDef, bases: Container[str]) -> bool:
    """Is it without a body on purpose, or written around what is? ``bases``: of the file's classes."""
    if not is_abstract(method):
        others = {each.name: each for each in owner.body if isinstance(each, ast.FunctionDef)}
        called = [others[name] for name in answers_of(method) if name in others and name != method.name]
        return any(is_abstract(other) and is_interface(other, owner, bases) for other in called)
    raised = (ast.unparse(n.exc) for n in ast.walk(method) if isinstance(n, ast.Raise) and n.exc is not None)
    if any("NotImplemented" in text for text in raised):
        return True
    marked = any("abstract" in ast.unparse(decorator) for decorator in method.decorator_list)
    return marked or owner.name in bases or any("ABC" in ast.unparse(base) for base in owner.bases)
