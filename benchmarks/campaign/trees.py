"""What the changes of source share: trees of cells, and questions about a function's names."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Iterator

__all__ = ["arguments_of", "draws", "functions_of", "is_simple", "loads", "locals_of", "names_in", "parsed"]


def parsed(text: str) -> ast.Module | None:
    """``None`` for what does not parse: a cell with magics, Python 2."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def functions_of(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """Functions and methods, wherever they stand."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def arguments_of(function: ast.FunctionDef) -> list[str]:
    """Every argument's name."""
    a = function.args
    rest = [x.arg for x in (a.vararg, a.kwarg) if x is not None]
    return [x.arg for x in (*a.posonlyargs, *a.args, *a.kwonlyargs)] + rest


def is_simple(function: ast.FunctionDef) -> bool:
    """Are its names all its own: no scope within, nothing global, nothing that looks names up?"""
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Global, ast.Nonlocal, ast.Import)
    nodes = [node for node in ast.walk(function) if node is not function]
    if any(isinstance(node, (*inner, ast.ImportFrom, ast.ExceptHandler, ast.Delete)) for node in nodes):
        return False
    return not {"locals", "exec", "eval", "vars", "globals"} & set(names_in(function))


def locals_of(function: ast.FunctionDef) -> list[str]:
    """Names that it binds, arguments left out."""
    stored = [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return [name for name in dict.fromkeys(stored) if name not in arguments_of(function)]


def names_in(node: ast.AST) -> list[str]:
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]


def loads(node: ast.AST) -> Counter[str]:
    return Counter(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))


def draws(node: ast.AST) -> bool:
    """Does it draw random numbers, or may it, by its names?"""
    attributes = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    return bool(({"random", "rand", "randn"} & attributes) | ({"random", "rand", "randn"} & set(names_in(node))))
