"""What is asked of syntax trees wherever one is read: what is called, and what is put under which name."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

__all__ = ["assigned_to", "called_name", "said_of_the_array"]


def called_name(call: ast.Call) -> str:
    """``f`` of ``f(…)`` and of ``np.f(…)``; "" where what is called has no name."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else str(getattr(function, "id", ""))


def said_of_the_array(call: ast.Call) -> list[ast.expr]:
    """``axis`` of ``a.sum(axis)`` and of ``np.sum(a, axis)``: all that stands there but the array itself."""
    match call.func:
        case ast.Name() | ast.Attribute(value=ast.Name(id="np" | "numpy" | "anp" | "jnp" | "torch")):
            return call.args[1:]
    return call.args


def assigned_to(nodes: Iterable[ast.AST]) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Each target with its value, ``a = …`` and ``a, b = …, …`` one by one."""
    for node in (each for each in nodes if isinstance(each, ast.Assign)):
        for target in node.targets:
            match target, node.value:
                case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
                    yield from zip(targets, values, strict=True)
                case one, value:
                    yield one, value
