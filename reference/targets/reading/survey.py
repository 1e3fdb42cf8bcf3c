"""What a file holds: its functions, its classes with their methods, the lines of its script; and what each looks like.

It runs in the target's own process, and tells plain values.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Container, Iterator, Sequence
from typing import Any

from reference.targets.reading.abstract import is_interface
from reference.targets.reading.looks import gradients_in, looks_like, updates_in
from reference.targets.reading.parsing import syntax_tree
from reference.targets.reading.scripts import lifted
from reference.targets.reading.source import Cell
from reference.targets.reading.statements import definitions
from reference.targets.reading.syntax import python3

__all__ = ["survey"]

DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def survey(cells: list[Cell]) -> dict[str, Any]:
    """``functions`` and ``classes``, each as it stands last in the file, and the ``script``."""
    functions: dict[str, dict[str, Any]] = {}
    classes: dict[str, dict[str, Any]] = {}
    nodes = definitions(cells).loadable
    derived = [node for _, node in nodes if isinstance(node, ast.ClassDef)]
    bases = {ast.unparse(base) for node in derived for base in node.bases}
    for cell, node in nodes:
        match node:
            case ast.FunctionDef():
                functions[node.name] = _function(node, cell)
                classes.pop(node.name, None)
            case ast.ClassDef():
                classes[node.name] = _class(node, cell, bases)
                functions.pop(node.name, None)
    return {"functions": list(functions.values()), "classes": list(classes.values()), "script": _script(cells)}


def _function(node: ast.FunctionDef, cell: int | None, *, method: bool = False) -> dict[str, Any]:
    arguments = _arguments(node)[method:]
    look = looks_like(node.name, arguments, node.body)
    steps = list(updates_in(node.body))
    inline = [*gradients_in(node.body), *steps]
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return {
        "name": node.name,
        "cell": cell,
        "line": node.lineno,
        "arguments": arguments,
        "every": [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)],
        "looks": look,
        "inline": [[one.name, one.line] for one in inline],
        "plain": bool(steps) and all(step.plain for step in steps),  # W − rate · dW, to the letter
        "loops": any(isinstance(n, ast.For | ast.While) for n in ast.walk(node)),
        "uses": sorted(names),
    }


def _arguments(node: ast.FunctionDef) -> list[str]:
    """The names of the arguments without a default."""
    given = node.args
    positional = [*given.posonlyargs, *given.args]
    needed = positional[: len(positional) - len(given.defaults)]
    needed += [a for a, default in zip(given.kwonlyargs, given.kw_defaults, strict=True) if default is None]
    return [a.arg for a in needed]


def _class(node: ast.ClassDef, cell: int | None, bases: Container[str]) -> dict[str, Any]:
    """Methods that say what there is to write look like nothing."""
    inner = [method for method in node.body if isinstance(method, ast.FunctionDef)]
    methods = [_function(method, cell, method=True) for method in inner]
    for method, one in zip(inner, methods, strict=True):
        one["looks"] = None if is_interface(method, node, bases) else one["looks"]
    return {"name": node.name, "cell": cell, "line": node.lineno, "methods": methods}


# --- the script ------------------------------------------------------------------------------------------------------


def _script(cells: list[Cell]) -> dict[str, Any]:
    """How many statements do work, and those of them that compute a gradient or take a step."""
    count, gradients, updates = 0, [], []
    for cell in cells:
        working = [s for s in _statements(cell.text) if not isinstance(s, (*DEFINING, ast.Import, ast.ImportFrom))]
        working = [s for s in working if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
        count += len(working)
        gradients += [[cell.number, one.line, one.name] for one in gradients_in(working) if one.product]
        updates += [[cell.number, one.line, one.name] for one in updates_in(working)]
    would_be = [one.said() for one in lifted(cells)[1]]
    return {"statements": count, "gradients": gradients, "updates": updates, "lifted": would_be}


def _statements(text: str) -> Sequence[ast.stmt]:
    for source in _readings(text):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return syntax_tree(source).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return []


def _readings(text: str) -> Iterator[str]:
    yield text
    yield python3(text)
