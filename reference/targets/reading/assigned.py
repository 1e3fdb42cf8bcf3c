"""Where a function sets a quantity: told by its source alone, for what no trace of its variables shows."""

from __future__ import annotations

import ast
import re
from typing import Any

from reference.targets.reading.parsed import parsed

__all__ = ["assigned", "count_of_turns", "kept"]

OF_COMPLETE_ONES = re.compile(r"complete|full|whole", re.IGNORECASE)


def assigned(call: Any, quantity: str, *, entry: bool = False) -> int | None:
    """The last line that sets ``W1``: the variable, or an entry under that name, whole or pieced together.

    Where a variable is merely put under that name, the line that made the variable. ``entry``: no variable of that
    name counts. Of ``return``, the last statement of that kind.
    """
    tree = parsed(call)
    if tree is not None and quantity == "return":
        line = max((n.lineno for n in ast.walk(tree) if isinstance(n, ast.Return)), default=None)
    else:
        line = None if tree is None else _last(tree, quantity, entry=entry)
    return None if line is None else call.__code__.co_firstlineno + line - 1


def kept(call: Any, name: str) -> int | None:
    """The last line that puts anything under a name, as an entry; else the last return statement."""
    tree = parsed(call)
    if tree is None:
        return None
    keys = _Keys(tree, name)
    lines = [line for node in ast.walk(tree) for line, _ in _sets(node, "", keys)]
    line = max(lines, default=None)
    return assigned(call, "return") if line is None else int(call.__code__.co_firstlineno) + line - 1


def count_of_turns(call: Any) -> int | None:
    """Where the only loop of a function is told how many turns it takes.

    ``None`` where there are several loops, and of one over what is complete: there it is what comes after it that
    deals with the rest.
    """
    tree = parsed(call)
    if tree is None:
        return None
    loops = [n for n in ast.walk(tree) if isinstance(n, ast.For | ast.While | ast.comprehension)]
    if len(loops) != 1 or isinstance(loops[0], ast.While):
        return None
    names = {n.id for n in ast.walk(loops[0].iter) if isinstance(n, ast.Name)}
    if any(OF_COMPLETE_ONES.search(name) for name in names):
        return None
    set_to = [n for n in ast.walk(tree) if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)]
    counted = [n for n in set_to if n.targets[0].id in names and _rounds_down(n.value)]  # type: ignore[attr-defined]
    line = counted[-1].lineno if counted else loops[0].iter.lineno
    return int(call.__code__.co_firstlineno) + line - 1


def _rounds_down(value: ast.expr) -> bool:
    return any(isinstance(n, ast.FloorDiv) or getattr(n, "id", getattr(n, "attr", "")) in ("floor", "int")
               for n in ast.walk(value))  # fmt: skip


def _last(tree: ast.AST, quantity: str, *, entry: bool = False, followed: frozenset[str] = frozenset()) -> int | None:
    """Counted from the first line of the function. ``followed``: the names that led here."""
    keys = _Keys(tree, quantity)
    found = [one for node in ast.walk(tree) for one in _sets(node, "" if entry else quantity, keys)]
    made = [line for line, value in found if not isinstance(value, ast.Name)]
    if made or not found:
        return max(made, default=None)
    line, value = max(found, key=lambda one: one[0])
    assert isinstance(value, ast.Name)
    followed |= {quantity}
    return (None if value.id in followed else _last(tree, value.id, followed=followed)) or line


def _sets(node: ast.AST, quantity: str, keys: _Keys) -> list[tuple[int, ast.AST | None]]:
    """The lines of a statement that set it, each with what it is set to."""
    match node:
        case ast.Assign(targets=targets, value=value):
            whole = [t for target in targets for t in (target.elts if isinstance(target, ast.Tuple) else [target])]
        case ast.AugAssign(target=target):
            whole, value = [target], None  # changed, whatever is added
        case ast.AnnAssign(target=target, value=value):
            whole = [target]
        case ast.Dict(keys=entries, values=values):
            return [(v.lineno, v) for k, v in zip(entries, values, strict=True) if k is not None and keys.name_it(k)]
        case ast.DictComp(key=key, value=value):
            return [(value.lineno, value)] if keys.name_it(key) else []
        case _:
            return []
    named = any(
        (isinstance(t, ast.Name) and t.id == quantity) or (isinstance(t, ast.Subscript) and keys.name_it(t.slice))
        for t in whole
    )
    return [(node.lineno, value)] if named else []


class _Keys:
    """The expressions under which a function keeps a quantity."""

    def __init__(self, tree: ast.AST, quantity: str) -> None:
        self.quantity, self.kind = quantity, quantity.rstrip("0123456789")
        loops = [n for n in ast.walk(tree) if isinstance(n, ast.For | ast.comprehension)]
        self.kinds = {n.target.id for n in loops if isinstance(n.target, ast.Name) and self._goes_through(n.iter)}
        self.variables: set[str] = set()
        for n in ast.walk(tree):
            if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name) and self.name_it(n.value):
                self.variables.add(n.targets[0].id)

    def _goes_through(self, values: ast.expr) -> bool:
        """``for kind in ("W", "b")``."""
        if not isinstance(values, ast.Tuple | ast.List):
            return isinstance(values, ast.Constant) and values.value in ("Wb", "bW") and self.kind in ("W", "b")
        return any(isinstance(v, ast.Constant) and v.value == self.kind for v in values.elts)

    def name_it(self, key: ast.AST) -> bool:
        """``"W1"``, ``f"W{l}"``, ``"W" + str(l)``; a variable that holds one of these."""
        match key:
            case ast.Constant(value=str() as text):
                return text == self.quantity
            case ast.Name(id=name):
                return name in self.variables
            case ast.JoinedStr(values=[ast.Constant(value=str() as text), *_]):
                return text == self.kind
            case ast.JoinedStr(values=[ast.FormattedValue(value=ast.Name(id=name)), *_]):
                return name in self.kinds
            case ast.BinOp(op=ast.Add(), left=ast.Constant(value=str() as text)):
                return text == self.kind
            case ast.BinOp(op=ast.Add(), left=ast.Name(id=name)):
                return name in self.kinds
            case ast.BinOp(op=ast.Mod(), left=ast.Constant(value=str() as text)):
                return re.sub(r"%[di]|%s", "", text) == self.kind
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="format")):
                return re.sub(r"\{\w*\}", "", text) == self.kind
        return False
