"""The methods of a class as their sources have them, its own and inherited ones."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from typing import Any

from reference.targets.pairs.source.functions import SourceFunction
from reference.targets.reading.parsing import syntax_tree
from reference.targets.reading.source import Cell, place

__all__ = ["CONTEXTS", "methods_of", "read_method", "stands_alone"]

CONTEXTS = ("ctx", "context", "self_ctx")
ITSELF = re.compile(
    r"_*(?:self|cls|klass|this|me|my|s|obj|inst(?:ance)?|mcs|layer|node|module|net|model|args?|\w*ctx|context)?_*"
)


def methods_of(owner: type, cells: list[Cell]) -> dict[str, SourceFunction]:
    """By the name that they are called by, which may be another than that of their ``def``."""
    found: dict[str, SourceFunction] = {}
    for base in reversed(owner.__mro__[:-1]):
        for name, value in vars(base).items():
            function = value.__func__ if isinstance(value, staticmethod | classmethod) else value
            function = inspect.unwrap(function) if callable(function) else function
            if not inspect.isfunction(function):
                continue
            alone = isinstance(value, staticmethod) or stands_alone(base, name)
            method = read_method(name, function, cells, bound=not alone)
            if method is not None:
                found[name] = method
    return found


def stands_alone(owner: type, name: str) -> bool:
    """Is it a function that a class only holds, to be called by the class: as every other there without a self?"""
    functions = {each: value for each, value in vars(owner).items() if inspect.isfunction(value)}
    firsts = [next(iter(inspect.signature(value).parameters), "self") for value in functions.values()]
    made = any(each.startswith("__") for each in functions)
    return name in functions and not made and not any(map(ITSELF.fullmatch, firsts))


def read_method(name: str, function: Any, cells: list[Cell], *, bound: bool) -> SourceFunction | None:
    try:
        lines, first = inspect.getsourcelines(function)
        node = syntax_tree(textwrap.dedent("".join(lines))).body[0]
    except (OSError, TypeError, SyntaxError, ValueError, IndexError):
        return None
    if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Lambda):
        back = ast.copy_location(ast.Return(node.value.body), node.value)
        node = ast.copy_location(ast.FunctionDef(name, node.value.args, [back], []), node)
    if not isinstance(node, ast.FunctionDef):
        return None
    ast.increment_lineno(node, first - 1)
    arguments = [*node.args.posonlyargs, *node.args.args]
    skipped = int(bound and bool(arguments))
    skipped += any(a.arg in CONTEXTS for a in arguments[skipped : skipped + 1])
    node.args.args, node.args.posonlyargs = arguments[skipped:], []
    node.name = name
    _, cell = place(function.__code__.co_filename)
    text = next((c.text for c in cells if c.number == cell), "") if _is_here(function, cells, cell) else ""
    return SourceFunction(name, node, cell, text)


def _is_here(function: Any, cells: list[Cell], cell: int | None) -> bool:
    """Does it stand in the file itself, and not in one beside it?"""
    text = next((c.text for c in cells if c.number == cell), "")
    lines = text.split("\n")
    first = function.__code__.co_firstlineno
    return first <= len(lines) and (
        "def " in lines[first - 1] or "@" in lines[first - 1] or "lambda" in lines[first - 1]
    )
