"""Methods of a class that its passes are made of: whoever has another of them has another pass."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from reference.targets.pairs.source.functions import SourceFunction, returns_of
from reference.targets.pairs.source.method_names import forwards_of, is_backward
from reference.targets.reading.abstract import is_abstract

__all__ = ["is_part_of_another", "leans_on"]


def leans_on(methods: Mapping[str, SourceFunction], *passes: str) -> set[str]:
    """These methods, and those that they call, which may be another class's; a hook that leaves nothing is none."""
    found: set[str] = set()
    waiting: Iterable[str] = passes
    while waiting:
        found |= set(waiting)
        waiting = {
            other for name in waiting for other in _called(methods[name].node) if _leaves(other, methods)
        } - found
    return found


def is_part_of_another(name: str, methods: Mapping[str, SourceFunction]) -> bool:
    """Is it a helper by its name, which a pass that everybody may call hands its own work to?"""
    if not name.startswith("_"):
        return False
    passes = (other for other in methods if other != name and not other.startswith("_") and is_backward(other))
    return any(
        name in _called(methods[other].node) and not is_abstract(methods[other].node)
        for other in passes
        if any(methods[forward].takes for forward in forwards_of(other, methods))
    )


def _leaves(name: str, methods: Mapping[str, SourceFunction]) -> bool:
    """Does it answer anything, or change its object?"""
    if name not in methods:
        return False
    stored = (ast.Attribute, ast.Subscript)
    changes = any(isinstance(n, stored) and isinstance(n.ctx, ast.Store) for n in ast.walk(methods[name].node))
    return changes or bool(returns_of(methods[name].node))


def _called(node: ast.FunctionDef) -> set[str]:
    return {
        call.func.attr
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "self"
    }
