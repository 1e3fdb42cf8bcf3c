"""Backward passes that limit how large a gradient may be, as those of recurrent networks do."""

from __future__ import annotations

import ast
from typing import Any

from reference.targets.pairs.source.naming import is_gradient
from reference.targets.reading.parsed import definition
from reference.targets.reading.trees import called_name

__all__ = ["limited_at", "line_of_limit"]

LIMITS = {"clip", "clip_by_value", "clip_by_norm", "clip_gradients", "clip_grads", "clip_grad", "clip_grad_norm"}


def limited_at(function: ast.FunctionDef) -> int | None:
    """The first line that limits a gradient; ``np.clip`` of anything else is none."""
    loops = {
        target.id: loop.iter
        for loop in ast.walk(function)
        if isinstance(loop, ast.For | ast.comprehension)
        for target in ast.walk(loop.target)
        if isinstance(target, ast.Name)
    }
    lines = [
        call.lineno
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        and called_name(call) in LIMITS
        and any(_of_gradients(a, loops) for a in _of(call))
    ]
    return min(lines, default=None)


def line_of_limit(function: Any) -> int | None:
    """The same of a function that is loaded; none where its source is not to be had."""
    tree = definition(function)
    line = None if tree is None else limited_at(tree)
    return None if line is None else line + function.__code__.co_firstlineno - 1


def _of(call: ast.Call) -> list[ast.expr]:
    """What is limited: the first argument, or what the method belongs to."""
    own = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    return [*call.args[:1], *own]


def _of_gradients(value: ast.expr, loops: dict[str, ast.expr]) -> bool:
    if isinstance(value, ast.Name) and value.id in loops:
        value = loops[value.id]
    names = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
    names |= {n.attr for n in ast.walk(value) if isinstance(n, ast.Attribute)}
    return any(map(is_gradient, names))
