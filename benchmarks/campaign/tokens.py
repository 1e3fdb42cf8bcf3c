"""Every edit of one token, or of what a slip of the pen makes of one, in chosen functions of a cell."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from benchmarks.campaign.trees import arguments_of, names_in, parsed

__all__ = ["Edit", "edits_of", "reached_from"]


class Edit(NamedTuple):
    """An expression, or a statement, that is written otherwise."""

    cell: int  # of the cells of code, from 0
    function: str
    line: int
    start: int  # bytes of the cell
    end: int
    new: str
    kind: str
    shown: str

    def applied(self, cells: Sequence[str]) -> list[str]:
        """The cells, edited."""
        data = cells[self.cell].encode()
        changed = data[: self.start] + self.new.encode() + data[self.end :]
        return [changed.decode() if k == self.cell else text for k, text in enumerate(cells)]

    def __str__(self) -> str:
        return f"{self.function}, cell {self.cell + 1} line {self.line}: {self.kind}: {self.shown}"


Change = tuple[str, ast.AST]

NUMBERS = (0, 1, 2)
GROUPS = (("A", "Z", "D"), ("dA", "dZ"), ("W", "b"), ("dW", "db"))
PAIRS = (("X", "Y"), ("AL", "Y"), ("dA", "dZ"), ("A", "Z"), ("x", "theta"), ("grad", "gradapprox"))
OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div, ast.Add), ast.Div: (ast.Mult,),
    ast.MatMult: (ast.Mult,), ast.Pow: (ast.Mult,), ast.FloorDiv: (ast.Mult,),
}  # fmt: skip
FLIPS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.Gt, ast.LtE), ast.Gt: (ast.Lt, ast.GtE), ast.LtE: (ast.GtE, ast.Lt), ast.GtE: (ast.LtE, ast.Gt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,),
}  # fmt: skip
LEFT_ALONE = ("seed", "RandomState", "default_rng", "print", "format")  # calls in which nothing is judged


def edits_of(cells: Sequence[str], functions: Iterable[str]) -> list[Edit]:
    """Every edit of these functions, each once, in the order of the file; of a name that is defined twice, the last."""
    last: dict[str, tuple[int, ast.FunctionDef]] = {}
    wanted = set(functions)
    for k, text in enumerate(cells):
        tree = parsed(text)
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.FunctionDef) and node.name in wanted:
                last[node.name] = (k, node)
    found: dict[tuple[int, int, int, str], Edit] = {}
    for k, function in last.values():
        data = cells[k].encode()
        starts = [0, *(match.end() for match in re.finditer(rb"\n", data))]
        for kind, node, new in _Edits(function).all():
            start = starts[node.lineno - 1] + node.col_offset
            end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
            text, before = ast.unparse(ast.fix_missing_locations(new)), ast.unparse(node)
            if isinstance(new, ast.expr) and not isinstance(new, ast.Name | ast.Constant | ast.Attribute | ast.Call):
                text = f"({text})"
            edit = Edit(k, function.name, node.lineno, start, end, text, kind, f"{before} → {ast.unparse(new)}")
            found.setdefault((k, start, end, text), edit)
    return sorted(found.values(), key=lambda e: (e.cell, e.start, e.end, e.new))


def reached_from(cells: Sequence[str], functions: Iterable[str]) -> set[str]:
    """These functions and those of the file that they call, and so on."""
    calls: dict[str, set[str]] = {}
    for text in cells:
        tree = parsed(text)
        for node in tree.body if tree is not None else ():
            if isinstance(node, ast.FunctionDef):
                calls[node.name] = set(names_in(node))
    reached, fresh = set(), set(functions) & calls.keys()
    while fresh:
        reached |= fresh
        fresh = {name for one in fresh for name in calls[one] if name in calls} - reached
    return reached


class _Edits:
    """The edits of one function: what kind, the node that is replaced, and the new one."""

    def __init__(self, function: ast.FunctionDef) -> None:
        self.function = function
        self.names = list(dict.fromkeys([*arguments_of(function), *names_in(function)]))
        self.texts = {n.value for n in ast.walk(function) if isinstance(n, ast.Constant) and isinstance(n.value, str)}

    def all(self) -> Iterator[tuple[str, ast.expr, ast.AST]]:
        for statement in self.function.body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue  # a docstring
            yield from self._within(statement)

    def _within(self, node: ast.AST) -> Iterator[tuple[str, ast.expr, ast.AST]]:
        if isinstance(node, ast.Call) and _called(node) in LEFT_ALONE:
            return
        if isinstance(node, ast.AugAssign):
            for operator in OPERATORS.get(type(node.op), ()):
                yield "operator", node, _with(node, op=operator())  # type: ignore[misc]
        if isinstance(node, ast.expr):
            for kind, new in self._of(node):
                yield kind, node, new
        for child in ast.iter_child_nodes(node):
            if not (isinstance(node, ast.Call) and child is node.func and isinstance(child, ast.Name)):
                yield from self._within(child)

    def _of(self, node: ast.expr) -> Iterator[Change]:
        match node:
            case ast.BinOp():
                yield from self._operation(node)
            case ast.UnaryOp(op=ast.USub()):
                yield "sign", node.operand
            case ast.Compare(ops=[op]):
                for flip in FLIPS.get(type(op), ()):
                    yield "comparison", _with(node, ops=[flip()])
            case ast.Constant():
                yield from self._constant(node)
            case ast.Name(ctx=ast.Load()):
                for name in self._neighbours(node.id):
                    yield "name", ast.Name(name, ast.Load())
            case ast.Attribute(attr="T"):
                yield ".T dropped", node.value
            case ast.Subscript():
                yield from self._index(node)
            case ast.Call():
                yield from self._call(node)

    def _operation(self, node: ast.BinOp) -> Iterator[Change]:
        for operator in OPERATORS.get(type(node.op), ()):
            yield "operator", _with(node, op=operator())
        if isinstance(node.op, ast.Mult):
            yield "factor deleted", node.right
        if isinstance(node.op, ast.Mult | ast.Div | ast.Pow):
            yield "factor deleted", node.left
        if isinstance(node.op, ast.MatMult):
            yield from self._turned(node, "left", node.left)
            yield from self._turned(node, "right", node.right)

    def _turned(self, node: ast.BinOp, side: str, operand: ast.expr) -> Iterator[Change]:
        if not (isinstance(operand, ast.Attribute) and operand.attr == "T"):
            yield ".T added", _with(node, **{side: ast.Attribute(operand, "T", ast.Load())})

    def _constant(self, node: ast.Constant) -> Iterator[Change]:
        value = node.value
        if isinstance(value, bool):
            yield "truth", ast.Constant(not value)
        elif isinstance(value, int | float) and value in NUMBERS:
            for other in NUMBERS:
                if other != value:
                    yield "constant", ast.Constant(type(value)(other))
        elif isinstance(value, str):
            for name in _alike(value, self.texts):
                yield "key", ast.Constant(name)

    def _neighbours(self, name: str) -> Iterator[str]:
        yield from _alike(name, self.names)
        for pair in PAIRS:
            if name in pair:
                other = pair[1 - pair.index(name)]
                if other in self.names:
                    yield other
        for one, two in (("plus", "minus"), ("minus", "plus")):
            if one in name and name.replace(one, two) in self.names:
                yield name.replace(one, two)

    def _index(self, node: ast.Subscript) -> Iterator[Change]:
        number = isinstance(node.slice, ast.Name | ast.BinOp) or (
            isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int)
        )
        if number and not any(isinstance(n, ast.Constant) and isinstance(n.value, str) for n in ast.walk(node.slice)):
            for new in _beside(node.slice):
                yield "index", _with(node, slice=new)

    def _call(self, node: ast.Call) -> Iterator[Change]:
        called = _called(node)
        for k, keyword in enumerate(node.keywords):
            if keyword.arg is not None:
                yield "keyword dropped", _with(node, keywords=[*node.keywords[:k], *node.keywords[k + 1 :]])
        if called in ("range", "xrange", "str"):
            for k, argument in enumerate(node.args):
                for new in _beside(argument):
                    kind = "index" if called == "str" else "range"
                    yield kind, _with(node, args=[*node.args[:k], new, *node.args[k + 1 :]])
        if called == "dot":
            for k, argument in enumerate(node.args):
                if not (isinstance(argument, ast.Attribute) and argument.attr == "T"):
                    new = ast.Attribute(argument, "T", ast.Load())
                    yield ".T added", _with(node, args=[*node.args[:k], new, *node.args[k + 1 :]])
        if called == "multiply" and len(node.args) == 2:
            for argument in node.args:
                yield "factor deleted", argument


def _called(node: ast.Call) -> str:
    f = node.func
    return f.id if isinstance(f, ast.Name) else f.attr if isinstance(f, ast.Attribute) else ""


def _alike(name: str, known: Iterable[str]) -> Iterator[str]:
    """Of the same letters with the next number, or of a letter of the same kind with the same number."""
    match = re.fullmatch(r"([A-Za-z_]+?)(\d*)", name)
    if match is None:
        return
    stem, number = match[1], match[2]
    if number:
        for k in (int(number) - 1, int(number) + 1):
            if f"{stem}{k}" in known:
                yield f"{stem}{k}"
    for group in GROUPS:
        if stem in group:
            yield from (f"{other}{number}" for other in group if other != stem and f"{other}{number}" in known)


def _beside(node: ast.expr) -> Iterator[ast.expr]:
    """One more, and one less."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
        return
    if isinstance(node, ast.Constant):
        return
    operators: tuple[Callable[[], ast.operator], ...] = (ast.Add, ast.Sub)
    for operator in operators:
        yield ast.BinOp(copy.deepcopy(node), operator(), ast.Constant(1))


def _with(node: ast.AST, **fields: object) -> ast.AST:
    """The same with other parts."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new
