"""Which frameworks a file gives derivatives of its own to: told by its text, before anything is imported."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Sequence

from reference.targets.reading.parsing import syntax_tree
from reference.targets.reading.source import Cell

__all__ = ["AUTOGRAD", "JAX", "TORCH", "classes_of_torch", "frameworks_in", "is_there"]

TORCH, JAX, AUTOGRAD = "torch", "jax", "autograd"
IN_JAX = ("custom_vjp", "custom_jvp")
IN_AUTOGRAD = ("primitive", "defvjp", "defjvp", "defvjp_argnum")


def frameworks_in(cells: Sequence[Cell]) -> tuple[str, ...]:
    """The frameworks whose own rules stand in these cells."""
    found: dict[str, None] = {}
    imported = _imported(cells)
    if TORCH in imported and any(True for _ in classes_of_torch(cells)):
        found[TORCH] = None
    text = "\n".join(cell.text for cell in cells)
    if JAX in imported and any(word in text for word in IN_JAX):
        found[JAX] = None
    if AUTOGRAD in imported and any(word in text for word in IN_AUTOGRAD):
        found[AUTOGRAD] = None
    return tuple(found)


def is_there(framework: str) -> bool:
    """Is it installed?"""
    return importlib.util.find_spec(framework) is not None


def classes_of_torch(cells: Sequence[Cell]) -> list[tuple[Cell, ast.ClassDef]]:
    """Classes whose base is called ``Function`` and that have a backward pass, as their text has them."""
    found = []
    for cell in cells:
        for node in _statements(cell):
            for inner in ast.walk(node):
                if isinstance(inner, ast.ClassDef) and any(_is_function(base) for base in inner.bases):
                    found.append((cell, inner))
    return found


def _is_function(base: ast.expr) -> bool:
    name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
    return name.endswith("Function")


def _imported(cells: Sequence[Cell]) -> set[str]:
    """The roots of every module that is imported, wherever in the file."""
    found = set()
    for cell in cells:
        for statement in _statements(cell):
            for node in ast.walk(statement):
                if isinstance(node, ast.Import):
                    found |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module.partition(".")[0])
    return found


def _statements(cell: Cell) -> Sequence[ast.stmt]:
    if not any(word in cell.text for word in (TORCH, JAX, AUTOGRAD, "Function", "defvjp", "custom_")):
        return ()
    try:
        return syntax_tree(cell.text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
