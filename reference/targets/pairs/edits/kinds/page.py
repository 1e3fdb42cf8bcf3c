"""The source of one function, and what stands where in it: every change of it is a span that another text replaces."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import NamedTuple

from reference.targets.reading.parsing import expression, syntax_tree

__all__ = ["Change", "Page", "level", "replaced"]

ATOM, POWER, UNARY, PRODUCT, SUM, COMPARISON, LOOSE = 6, 5, 4, 3, 2, 1, 0
LEVELS: dict[type[ast.AST], int] = {
    ast.Pow: POWER, ast.Mult: PRODUCT, ast.Div: PRODUCT, ast.MatMult: PRODUCT, ast.FloorDiv: PRODUCT, ast.Mod: PRODUCT,
    ast.Add: SUM, ast.Sub: SUM,
}  # fmt: skip


class Change(NamedTuple):
    """``text`` in place of a span. ``weight``: how little plain it is, so that the plainest of several comes first."""

    kind: str
    start: int
    end: int
    text: str
    weight: float = 1.0


class Page:
    """A function's text with a line in front of it, under which it parses alone."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines = source.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.tree = syntax_tree(source)
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.function = next(n for n in ast.walk(self.tree) if isinstance(n, ast.FunctionDef))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where a node begins and ends, without parentheses around it."""
        return (
            self._offset(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self._offset(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def _offset(self, line: int, column: int) -> int:
        text = self.lines[line - 1]
        if not text.isascii():  # columns are counted in bytes
            column = len(text.encode()[:column].decode(errors="ignore"))
        return self.starts[line - 1] + column

    def text(self, node: ast.AST, least: int = LOOSE) -> str:
        """A node as it stands in the source, in parentheses where it binds less than ``least``."""
        start, end = self.span(node)
        text = self.source[start:end]
        return f"({text})" if level(text) < least or ("\n" in text and least == LOOSE) else text

    def change(self, kind: str, node: ast.AST, text: str, weight: float = 1.0) -> Change:
        """Another expression in a node's place, in parentheses where the place wants them."""
        start, end = self.span(node)
        own = level(text)
        enclosed = self.source[:start].rstrip().endswith("(") and self.source[end:].lstrip().startswith(")")
        if own < self._least(node) and not enclosed:
            text = f"({text})"
        return Change(kind, start, end, text, weight)

    def _least(self, node: ast.AST) -> int:
        """How closely an expression in this place has to bind."""
        parent = self.parents.get(node)
        match parent:
            case ast.BinOp(op=ast.Pow()):
                return ATOM if node is parent.left else UNARY
            case ast.BinOp():
                return LEVELS.get(type(parent.op), ATOM) + (node is parent.right)
            case ast.UnaryOp():
                return UNARY
            case ast.Attribute() | ast.Starred():
                return ATOM
            case ast.Call() if node is parent.func:
                return ATOM
            case ast.Subscript() if node is parent.value:
                return ATOM
            case ast.Compare():
                return SUM
            case ast.BoolOp() | ast.IfExp():
                return COMPARISON
            case _:
                return LOOSE

    def statement(self, node: ast.AST) -> ast.stmt:
        """The statement that a node stands in."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node


@lru_cache(maxsize=100_000)
def level(text: str) -> int:
    """How closely an expression binds."""
    try:
        node = expression(f"({text})")
    except SyntaxError:
        return ATOM
    match node:
        case ast.BinOp():
            return LEVELS.get(type(node.op), LOOSE)
        case ast.UnaryOp(op=ast.Not()):
            return LOOSE
        case ast.UnaryOp():
            return UNARY
        case ast.Compare():
            return COMPARISON
        case ast.BoolOp() | ast.IfExp() | ast.Lambda() | ast.NamedExpr() | ast.GeneratorExp():
            return LOOSE
        case ast.Tuple():
            return ATOM if text.lstrip().startswith("(") and text.rstrip().endswith(")") else LOOSE
        case _:
            return ATOM


def replaced(source: str, changes: list[Change]) -> str | None:
    """The source with these changes; ``None`` where one stands within another."""
    last = len(source) + 1
    for change in sorted(changes, key=lambda c: (-c.start, -c.end)):
        if change.end > last:
            return None
        source, last = source[: change.start] + change.text + source[change.end :], change.start
    return source
