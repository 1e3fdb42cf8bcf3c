"""Of a kernel's cells, what still stands: a definition whose name means something else by now is none.

A line keeps its number: what does not stand is left blank. A cell that was run twice counts as it was run last.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from reference.targets.reading.parsing import syntax_tree
from reference.targets.reading.source import Cell, InnerFunction, code_of

__all__ = ["StandingCells", "standing"]

DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
CodeSpot = tuple[int, str, int]  # a cell, the name of the code within it, and its line


class StandingCells(NamedTuple):
    """The cells with what stands of them; and the cell in which each function or class was made."""

    cells: list[Cell]
    homes: dict[str, int]

    def defined_in(self, cell: int) -> list[str]:
        return [name for name, home in self.homes.items() if home == cell]


class _Binder(NamedTuple):
    """A statement that gives a name a meaning."""

    cell: int
    node: ast.stmt


def standing(
    cells: Sequence[tuple[int, str]], names: Collection[str], spots: Mapping[str, CodeSpot | None]
) -> StandingCells:
    """``names``: all that mean something; ``spots``: where the code of what the kernel made stands."""
    last = {text: number for number, text in cells}
    trees = {number: (text, _tree(text)) for text, number in sorted(last.items(), key=lambda item: item[1])}
    binders: dict[str, list[_Binder]] = {}
    for number, (_, tree) in trees.items():
        for node in tree:
            for name in _bound(node):
                binders.setdefault(name, []).append(_Binder(number, node))
    stand = {name: _standing(name, every, spots.get(name)) for name, every in binders.items() if name in names}
    made: dict[int, list[InnerFunction]] = {}
    homes = {}
    for name, spot in spots.items():
        binder = stand.get(name)
        home = binder.cell if binder is not None else spot[0] if spot is not None else None
        if home is not None:
            homes[name] = home
        by_itself = binder is not None and isinstance(binder.node, DEFINING)
        if spot is not None and not by_itself and "<lambda>" not in spot[1] and spot[0] in trees:
            made.setdefault(spot[0], []).append(InnerFunction(name, spot[1], spot[2]))
    kept = {id(binder.node) for binder in stand.values() if binder is not None}
    found = []
    for number, (text, tree) in trees.items():
        dead = [node for node in tree if isinstance(node, DEFINING) and id(node) not in kept]
        found.append(Cell(number, _without(text, dead), tuple(made.get(number, ()))))
    return StandingCells(found, homes)


def _standing(name: str, every: Sequence[_Binder], spot: CodeSpot | None) -> _Binder | None:
    """The definition whose code lives; else what gave the name a meaning last."""
    if spot is not None:
        cell, qualname, line = spot
        here = [one for one in every if one.cell == cell and isinstance(one.node, DEFINING)]
        if here and qualname.partition(".")[0] == name and "<locals>" not in qualname:
            return min(here, key=lambda one: abs(one.node.lineno - line))
    return every[-1]


def _tree(text: str) -> list[ast.stmt]:
    try:
        return syntax_tree(code_of(text)).body
    except (SyntaxError, ValueError, RecursionError):
        return []


def _bound(node: ast.stmt) -> Iterator[str]:
    """The names that a statement gives a meaning; within a definition they are its own."""
    if isinstance(node, DEFINING):
        yield node.name
        return
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            yield inner.id
        elif isinstance(inner, DEFINING):
            yield inner.name
        elif isinstance(inner, ast.alias):
            yield inner.asname or inner.name.partition(".")[0]


def _without(text: str, nodes: Sequence[ast.stmt]) -> str:
    """The text with these statements left blank, decorators and all."""
    lines = text.split("\n")
    for node in nodes:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        for k in range(first - 1, node.end_lineno or node.lineno):
            lines[k] = ""
    return "\n".join(lines)
