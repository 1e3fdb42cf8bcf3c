"""Objects that a module makes for its functions when it is imported, ``gate = Multiply()``: those that do no work."""

from __future__ import annotations

import ast
from types import FunctionType
from typing import Any

from reference.targets.reading.parsed import definition
from reference.targets.reading.plain_values import is_plain
from reference.targets.reading.statements import class_called

__all__ = ["refuses"]

PLAIN_BASES = (object, dict, list)


def refuses(node: ast.stmt, names: dict[str, Any]) -> bool:
    """Would a statement make an object of a class that may do work, or of nothing that is a class?"""
    called = class_called(node)
    return called is not None and not _does_no_work(names.get(called))


def _does_no_work(cls: Any) -> bool:
    """Is it a class whose constructors only put plain values into what is made?"""
    if not isinstance(cls, type) or type(cls) is not type:
        return False
    return all(base in PLAIN_BASES or _is_plain_class(base) for base in cls.__mro__)


def _is_plain_class(cls: type) -> bool:
    made = [vars(cls)[name] for name in ("__new__", "__init__") if name in vars(cls)]
    return cls.__module__ == "target" and all(isinstance(f, FunctionType) and _is_plain_body(f) for f in made)


def _is_plain_body(function: FunctionType) -> bool:
    node = definition(function)
    return node is not None and all(map(_is_plain_statement, node.body))


def _is_plain_statement(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Expr(value=ast.Call(args=[], keywords=[], func=ast.Attribute(attr="__init__", value=of))):
            return isinstance(of, ast.Call) and ast.unparse(of.func) == "super"
        case ast.Assign() | ast.AnnAssign():
            return is_plain(node.value)
    return False
