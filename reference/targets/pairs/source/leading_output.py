"""Rules that say of all outputs but the first that nothing comes back through them: ``g = g[0]``, ``loss_g, _ = g``."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

__all__ = ["leading_output_at"]

UNUSED = re.compile(r"_\w*|\w*(?:unused|ignored?|dummy)\w*", re.IGNORECASE)


def leading_output_at(backward: ast.FunctionDef, incoming: Sequence[str]) -> int | None:
    """The line that leaves out what comes in for every output but the first. ``incoming``: the arguments of the
    backward pass that gradients come in by, one for each output, or one for all of them.
    """
    if len(incoming) > 1:
        aside = [name for name in incoming[1:] if UNUSED.fullmatch(name) and not _reads(backward, name)]
        return backward.lineno if len(aside) == len(incoming) - 1 else None
    for statement in backward.body:
        if not (incoming and _reads(statement, incoming[0])):
            continue
        return statement.lineno if _takes_the_first(statement, incoming[0], backward) else None
    return None


def _takes_the_first(statement: ast.stmt, name: str, backward: ast.FunctionDef) -> bool:
    """Is it an assignment of the first entry, after which nothing else is read of what came in?"""
    match statement:
        case ast.Assign(
            targets=[ast.Name(id=target)], value=ast.Subscript(value=ast.Name(id=of), slice=ast.Constant(value=0))
        ):
            return of == name and (target == name or len(_reads(backward, name)) == 1)
        case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id=target), *rest])], value=ast.Name(id=of)):
            names = [getattr(each.value if isinstance(each, ast.Starred) else each, "id", "") for each in rest]
            aside = bool(rest) and all(UNUSED.fullmatch(each) and not _reads(backward, each) for each in names)
            return aside and of == name and (target == name or len(_reads(backward, name)) == 1)
    return False


def _reads(node: ast.AST, name: str) -> list[ast.Name]:
    return [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)]
