"""Where a function sets a quantity: told by its source alone, for what no trace of its variables shows."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from typing import Any

__all__ = ["assigned"]


def assigned(call: Any, quantity: str) -> int | None:
    """The last line that sets ``W1``: the variable, or an entry under that name, whole or pieced together."""
    first = call.__code__.co_firstlineno
    try:
        node = ast.parse(textwrap.dedent(inspect.getsource(call)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    lines = [line for statement in ast.walk(node) for line in _sets(statement, quantity)]
    return first + max(lines) - 1 if lines else None


def _sets(node: ast.AST, quantity: str) -> list[int]:
    match node:
        case ast.Assign(targets=targets):
            whole = [t for target in targets for t in (target.elts if isinstance(target, ast.Tuple) else [target])]
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            whole = [target]
        case ast.Dict(keys=keys, values=values):
            return [v.lineno for k, v in zip(keys, values, strict=True) if k is not None and _is_key(k, quantity)]
        case ast.DictComp(key=key, value=value):
            return [value.lineno] if _is_key(key, quantity) else []
        case _:
            return []
    named = any(
        (isinstance(t, ast.Name) and t.id == quantity)
        or (isinstance(t, ast.Subscript) and _is_key(t.slice, quantity))
        for t in whole
    )  # fmt: skip
    return [node.lineno] if named else []


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
