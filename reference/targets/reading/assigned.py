"""Where a function sets a quantity: told by its source alone, for what no trace of its variables shows."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from typing import Any

__all__ = ["assigned"]


def assigned(call: Any, quantity: str) -> int | None:
    """The last line that sets ``W1``: the variable, or an entry under that name, whole or pieced together.

    Where a variable is merely put under that name, the line that made the variable.
    """
    first = call.__code__.co_firstlineno
    try:
        node = ast.parse(textwrap.dedent(inspect.getsource(call)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    line = _last(node, quantity)
    return None if line is None else first + line - 1


def _last(tree: ast.AST, quantity: str) -> int | None:
    """Counted from the first line of the function."""
    found = [one for node in ast.walk(tree) for one in _sets(node, quantity)]
    made = [line for line, value in found if not isinstance(value, ast.Name)]
    if made or not found:
        return max(made, default=None)
    line, value = max(found, key=lambda one: one[0])
    assert isinstance(value, ast.Name)
    return (_last(tree, value.id) if value.id != quantity else None) or line


def _sets(node: ast.AST, quantity: str) -> list[tuple[int, ast.AST | None]]:
    """The lines of a statement that set it, each with what it is set to."""
    match node:
        case ast.Assign(targets=targets, value=value):
            whole = [t for target in targets for t in (target.elts if isinstance(target, ast.Tuple) else [target])]
        case ast.AugAssign(target=target):
            whole, value = [target], None  # changed, whatever is added
        case ast.AnnAssign(target=target, value=value):
            whole = [target]
        case ast.Dict(keys=keys, values=values):
            return [(v.lineno, v) for k, v in zip(keys, values, strict=True) if k is not None and _is_key(k, quantity)]
        case ast.DictComp(key=key, value=value):
            return [(value.lineno, value)] if _is_key(key, quantity) else []
        case _:
            return []
    named = any(
        (isinstance(t, ast.Name) and t.id == quantity)
        or (isinstance(t, ast.Subscript) and _is_key(t.slice, quantity))
        for t in whole
    )  # fmt: skip
    return [(node.lineno, value)] if named else []


def _is_key(key: ast.AST, quantity: str) -> bool:
    """``"W1"``, ``f"W{l}"``, ``"W" + str(l)``."""
    kind = quantity.rstrip("0123456789")
    match key:
        case ast.Constant(value=str() as text):
            return text == quantity
        case ast.JoinedStr(values=[ast.Constant(value=str() as text), *_]):
            return text == kind
        case ast.BinOp(op=ast.Add(), left=ast.Constant(value=str() as text)):
            return text == kind
        case ast.BinOp(op=ast.Mod(), left=ast.Constant(value=str() as text)):
            return re.sub(r"%[di]|%s", "", text) == kind
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="format")):
            return re.sub(r"\{\w*\}", "", text) == kind
    return False
