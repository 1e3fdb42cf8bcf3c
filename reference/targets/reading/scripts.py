"""Lines without a function that train a network, as a function of the arrays that they read: every line stays a line.

The function begins on the line above, which is blank, a comment, or an import of NumPy; its lines stand four columns
further in. What is read from files, and data that are written out, are its arguments.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reference.targets.reading.looks import gradients_in, updates_in
from reference.targets.reading.parsing import statements
from reference.targets.reading.plain_values import is_plain
from reference.targets.reading.source import Cell
from reference.targets.reading.statements import definitions
from reference.targets.reading.trees import assigned_to, called_name

__all__ = ["LiftedLines", "lifted"]

NAME = "script"
OUTSIDE = re.compile(
    r"^(open|input|load\w*|read_\w+|fetch_\w+|imread|genfromtxt|loadtxt|urlopen|get_data\w*|train_test_split|next|exit|quit)$"
)
STRANGERS = {
    "pd", "plt", "cv2", "os", "sys", "torch", "tf", "keras", "datasets", "sklearn", "pickle", "gzip", "requests",
    "json", "Image", "mnist",
}  # fmt: skip
DATA = re.compile(
    r"x|y|ys|xs|t|x_?(train|test|data|in)|y_?(train|test|true|data|out)|inputs?|(input|training|train|output)_?\w*"
    r"|labels?|targets?|data(set)?|features",
    re.IGNORECASE,
)
WEIGHTS = re.compile(r"(w|b|theta|weights?|bias\w*|syn|params?|v)_?\w{0,8}$", re.IGNORECASE)
RATE = re.compile(r"lr|alpha|eta|learning_?rate|l_?rate|rate|step_?size", re.IGNORECASE)
LAYERS = re.compile(
    r"(?:n_?|num_?|d_?)?(?:in|inputs?|hidden|h|out|outputs?)(?:_?(?:sizes?|dim|nodes?|units?|layer|neurons?|features))*\d?"
    r"|(?:n_?|num_?)?(?:classes|features)", re.IGNORECASE,
)  # fmt: skip
MAKES = re.compile(r"randn?|random(_sample)?|normal|uniform|zeros|ones|standard_normal|full|empty")
NUMPY = re.compile(r"import numpy( as np)?|from numpy import \*")
COMPOUND = (ast.For, ast.While, ast.If, ast.With, ast.Try, ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)


class LiftedLines(NamedTuple):
    """Which lines of a cell became a function of this name, and its arguments."""

    name: str
    cell: int | None
    first: int
    last: int
    arguments: tuple[str, ...]

    def said(self) -> str:
        within = f" of cell {self.cell}" if self.cell else ""
        return f"lines {self.first} to {self.last}{within}, as a function of {', '.join(self.arguments) or 'nothing'}"


def lifted(cells: Sequence[Cell]) -> tuple[list[Cell], list[LiftedLines]]:
    """The cells with such lines as functions, and which these are."""
    known: set[str] = set()
    for _, node in definitions(list(cells)).loadable:
        if not isinstance(node, ast.Assign) or _names_read(node.value) <= known:  # else of what is read from elsewhere
            known |= set(_names_of(node))
    made: list[Cell] = []
    found: list[LiftedLines] = []
    for cell in cells:
        name = NAME if not found else f"{NAME}_{len(found) + 1}"
        try:
            one = _lifted(cell, name, known)
        except RecursionError:  # a sum of thousands of terms
            one = None
        made.append(cell if one is None else one[0])
        found += [] if one is None else [one[1]]
    return made, found


def _names_read(value: ast.expr) -> set[str]:
    """The names that an expression needs, but for those that are always there, and its own."""
    names = [n for n in ast.walk(value) if isinstance(n, ast.Name)]
    own = {n.id for n in names if isinstance(n.ctx, ast.Store)} | {
        a.arg for a in ast.walk(value) if isinstance(a, ast.arg)
    }
    return {n.id for n in names if not hasattr(builtins, n.id)} - own


def _names_of(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    else:
        yield from (n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _lifted(cell: Cell, name: str, known: set[str]) -> tuple[Cell, LiftedLines] | None:
    try:
        body = statements(cell.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    end = _end(body)
    if end is None:
        return None
    start = _start(body, end)
    lines = cell.text.split("\n")
    while start <= end and not _has_room(body, start, lines):
        start += 1
    if start > end or not any(_trains(s) for s in body[start : end + 1]):
        return None
    first, last = body[start].lineno, body[end].end_lineno or body[end].lineno
    if any('"""' in line for line in lines[first - 1 : last]):
        return None  # what stands in a text over several lines would be another text
    within = {n for s in body[start : end + 1] for n in _names_of(s)}
    arguments = [n for n in _read(body[start : end + 1]) if n not in known - within and not hasattr(builtins, n)]
    if _changed(body[end]) & set(arguments):
        return None  # how large its weights are is said elsewhere
    arguments.sort(key=lambda n: (bool(re.match(r"y|t|label|target|output", n, re.IGNORECASE)), n))
    sizes = _sizes_set(body[:start], body[start : end + 1])
    lines[first - 2] = f"def {name}({', '.join([*arguments, *(f'{size}: int' for size in sizes)])}):"
    lines[first - 1 : last] = [f"    {line}" if line.strip() else line for line in lines[first - 1 : last]]
    return cell._replace(text="\n".join(lines)), LiftedLines(name, cell.number, first, last, (*arguments, *sizes))


def _sizes_set(before: Sequence[ast.stmt], lines: Sequence[ast.stmt]) -> list[str]:
    """Whole numbers by the names that sizes of layers have, set before the lines, where weights are made with them:
    other sizes do as well, if each of them has such a name.
    """
    numbers: dict[str, int] = {}
    for target, value in assigned_to(before):
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and type(value.value) is int:
            numbers[target.id] = value.value
    read = {n.id for s in lines for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    told = [n for s in lines for n in ast.walk(s) if isinstance(n, ast.Call) and MAKES.fullmatch(called_name(n))]
    made = dict.fromkeys(n.id for call in told for n in ast.walk(call) if isinstance(n, ast.Name) and n.id in numbers)
    return list(made) if made.keys() <= read and all(map(LAYERS.fullmatch, made)) else []


def _changed(statement: ast.stmt) -> set[str]:
    """The names that steps change."""
    steps = [n for n in ast.walk(statement) if isinstance(n, ast.AugAssign | ast.Assign) and _steps(n)]
    targets = [t for n in steps for t in (n.targets if isinstance(n, ast.Assign) else [n.target])]
    return {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}


def _trains(statement: ast.stmt) -> bool:
    """Does it compute gradients and take a step?"""
    if any(updates_in([statement])) or any(one.product for one in gradients_in([statement])):
        return True
    return any(isinstance(n, ast.AugAssign | ast.Assign) and _steps(n) for n in ast.walk(statement))


def _steps(statement: ast.AugAssign | ast.Assign) -> bool:
    """``W += lr * …``, ``W += a.T.dot(d)``, ``W = W - …`` of the same."""
    if isinstance(statement, ast.AugAssign):
        value: ast.expr = statement.value
        if not isinstance(statement.op, ast.Sub | ast.Add):
            return False
    else:
        match statement.value:
            case ast.BinOp(left=left, op=ast.Sub() | ast.Add(), right=value):
                if ast.unparse(statement.targets[0]) != ast.unparse(left):
                    return False
            case ast.Tuple(elts=values):
                targets = getattr(statement.targets[0], "elts", [])
                pairs = zip(targets, values, strict=False)
                return any(_steps(ast.copy_location(ast.Assign([t], v), statement)) for t, v in pairs)
            case _:
                return False
    for n in ast.walk(value):
        match n:
            case ast.BinOp(op=ast.MatMult()) | ast.Call(func=ast.Attribute(attr="dot" | "matmul" | "outer")):
                return True
            case ast.BinOp(op=ast.Mult(), left=ast.Constant(value=float())):
                return True
            case ast.Name(id=name) | ast.Attribute(attr=name) if RATE.fullmatch(name):
                return True
    return False


def _end(body: Sequence[ast.stmt]) -> int | None:
    """The loop that trains; where there is none the last step that stands alone."""
    loops = [k for k, s in enumerate(body) if isinstance(s, ast.For | ast.While) and _trains(s)]
    if loops:
        return loops[0]
    alone = [k for k, s in enumerate(body) if not isinstance(s, COMPOUND) and _trains(s)]
    return alone[-1] if len(alone) > 1 else None


def _start(body: Sequence[ast.stmt], end: int) -> int:
    start = end
    while start > 0 and _may_be_within(body[start - 1]):
        start -= 1
    return start


def _may_be_within(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef | ast.Import | ast.ImportFrom):
        return False
    if isinstance(statement, ast.If | ast.Try | ast.With | ast.For | ast.While):
        return False
    for n in ast.walk(statement):
        match n:
            case ast.Call(func=ast.Name(id=called)) | ast.Call(func=ast.Attribute(attr=called)) if OUTSIDE.match(
                called
            ):
                return False
            case ast.Name(id=root) if root in STRANGERS:
                return False
    return not _is_data(statement)


def _is_data(statement: ast.stmt) -> bool:
    """Data that are written out, or made under a name that data have."""
    if not isinstance(statement, ast.Assign) or (
        is_plain(statement.value) and not isinstance(statement.value, ast.List | ast.Attribute)
    ):
        return False
    names = [n.id for t in statement.targets for n in ast.walk(t) if isinstance(n, ast.Name)]
    if any(map(DATA.fullmatch, names)):
        return True
    if all(map(WEIGHTS.match, names)):
        return False
    calls = [n for n in ast.walk(statement.value) if isinstance(n, ast.Call) and getattr(n.func, "attr", "") == "array"]
    return any(call.args and isinstance(call.args[0], ast.List) for call in calls)


def _has_room(body: Sequence[ast.stmt], place: int, lines: Sequence[str]) -> bool:
    """Is the line above free to begin a function on? That of data is, which are an argument."""
    line = body[place].lineno
    above = lines[line - 2].strip() if line > 1 else "x"
    before = body[place - 1] if place else None
    if not above or above.startswith("#") or NUMPY.fullmatch(above):
        return True
    alone = before is not None and before.lineno == before.end_lineno == line - 1
    if not (alone and isinstance(before, ast.Assign)):
        return False
    return isinstance(before.value, ast.Attribute) or not is_plain(before.value)


def _read(body: Sequence[ast.stmt]) -> list[str]:
    """The names that are read before anything sets them."""
    found: dict[str, None] = {}
    stored: set[str] = set()
    for statement in body:
        _visit(statement, stored, found)
    return list(found)


def _visit(node: ast.AST, stored: set[str], found: dict[str, None]) -> None:
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            if name not in stored:
                found.setdefault(name)
        case ast.Name(id=name):
            stored.add(name)
        case ast.Assign(targets=targets, value=value):
            _visit(value, stored, found)
            for target in targets:
                _visit(target, stored, found)
        case ast.AugAssign(target=target, value=value):
            _visit(value, stored, found)
            if isinstance(target, ast.Name) and target.id not in stored:
                found.setdefault(target.id)
            _visit(target, stored, found)
        case ast.For(target=target, iter=of, body=body, orelse=orelse):
            _visit(of, stored, found)
            _visit(target, stored, found)
            for statement in (*body, *orelse):
                _visit(statement, stored, found)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            within = set(stored)
            for one in node.generators:
                _visit(one.iter, within, found)
                _visit(one.target, within, found)
                for condition in one.ifs:
                    _visit(condition, within, found)
            for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
                _visit(part, within, found)
        case ast.Lambda(args=arguments, body=value):
            _visit(value, stored | {a.arg for a in arguments.args}, found)
        case _:
            for child in ast.iter_child_nodes(node):
                _visit(child, stored, found)
