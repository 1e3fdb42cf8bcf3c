"""Small literals within a logarithm of a target's file, or of one that it imports; the derivative with each smaller.

A default of an argument is one too, and what a constructor keeps of such a default. One that stands on the way back
too is made smaller there as well: it may stand there with another sign, or elsewhere.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from reference.targets.pairs.prepared import Prepared
from reference.targets.pairs.running import complex_step, quiet
from reference.targets.reading.parsing import syntax_tree
from reference.targets.reading.source import Cell
from reference.targets.reading.trees import called_name

__all__ = ["Guard", "derivatives_at", "gradients_at", "guards", "guards_of", "rewritten"]

LARGEST, TINY = 1e-5, 1e-10  # within a logarithm, and wherever something is added
BOUNDS = {"clip", "maximum", "fmax", "max"}
LOGARITHMS = {"log", "log2", "log10", "log1p"}
LONGEST = 60  # of a line that is shown
MOST = 12  # groups of them, those of the file itself first


class Guard(NamedTuple):
    """A literal, where it stands, and the expression that it keeps finite."""

    file: Path
    cell: int  # its index
    function: str
    node: ast.Constant
    text: str


_Written = tuple[Path, int, float]  # the cell, and the value of a literal


def guards_of(file: Path, cells: Sequence[Cell]) -> list[Guard]:
    """The literals of at most 1e-5 that a logarithm's argument is written with, in place or under a local name."""
    return _found(file, cells, _logarithms)


def _found(file: Path, cells: Sequence[Cell], wanted: Callable[[ast.AST], Iterator[ast.AST]]) -> list[Guard]:
    found: list[Guard] = []
    for index, cell in enumerate(cells):
        try:
            tree = syntax_tree(cell.text)
        except SyntaxError:
            continue
        kept = {id(f): attributes for f, attributes in _kept(tree)}
        for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)):
            given = {a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
            named = {**_constants(tree.body), **_constants(function.body)}
            named = {name: value for name, value in named.items() if name not in given} | _defaults(function)
            for call in wanted(function):
                text = ast.unparse(call)[:LONGEST]
                for node in _small(call, named | kept.get(id(function), {})):
                    if all(node is not known.node for known in found):
                        found.append(Guard(file, index, function.name, node, text))
    return found


def guards(
    files: Mapping[Path, list[Cell]], prepared: Callable[[dict[Path, list[Cell]]], tuple[Prepared, Any]],
    cotangents: Sequence[Any], points: Sequence[Any], fractions: Sequence[float],
) -> list[dict[str, Any]]:  # fmt: skip
    """As ``ask_pair_guards`` answers. ``files``: the target's own first; ``prepared``: the pair as others have it."""
    found: list[dict[str, Any]] = []
    own = next(iter(files))
    inside = [guard for file, cells in files.items() for guard in guards_of(file, cells)]
    known = set(map(_written, inside))
    groups = [*((g, False) for g in _groups(inside)), *((g, True) for g in _throughout(files, known))]
    for group, throughout in groups[:MOST]:
        derivatives, gradients = [], []
        file, cells = group[0].file, files[group[0].file]
        for fraction in fractions:
            pair, kind = prepared({**files, file: rewritten(cells, group, fraction)})
            derivatives.append(derivatives_at(pair, kind, cotangents, points))
            gradients += [gradients_at(pair, kind, cotangents, points)] if throughout else []
        first = group[0]
        found.append(
            {
                "number": len(found),
                "literal": _value(first),
                "text": first.text,
                "file": None if file == own else str(file),
                "cell": cells[first.cell].number,
                "line": first.node.lineno,
                "derivatives": np.array(derivatives),
                "behind": throughout and _value(first) > TINY and _written(first) not in known,
                **({"gradients": np.array(gradients)} if throughout else {}),
            }
        )
    return found


def derivatives_at(pair: Prepared, kind: Any, cotangents: Sequence[Any], points: Sequence[Any]) -> Any:
    if pair.derivative is None or kind.name != "autodiff":
        return complex_step(pair, kind, cotangents, points)["derivatives"]
    found = pair.derivative(cotangents)["gradients"]
    return np.array([np.ravel(found[name])[where] for name, where in points])


def gradients_at(pair: Prepared, kind: Any, cotangents: Sequence[Any], points: Sequence[Any]) -> list[float]:
    """What the backward pass answers at the points; not a number where it does not run in extended precision."""
    try:
        with quiet():
            lifted = {name: kind.lift(array) for name, array in pair.primals.items()}
            answered = pair.backward(lifted, [kind.lift(np.asarray(c)) for c in cotangents]).gradients
            rows = {name: np.real(np.asarray(kind.lower(value))).ravel() for name, value in answered.items()}
        return [float(rows[name][where]) for name, where in points]
    except Exception:  # a stranger's backward pass may refuse in any way
        return [np.nan] * len(points)


def _throughout(files: Mapping[Path, list[Cell]], known: Collection[_Written]) -> list[list[Guard]]:
    """By cell and value every literal that is added to something, or bounds it, in any function of the cell; of those
    that stand within no logarithm, and are not tiny, what keeps a divisor from zero. ``known``: those that do.
    """
    groups: dict[_Written, list[Guard]] = {}
    for guard in (g for file, cells in files.items() for g in _found(file, cells, _sums)):
        key = _written(guard)
        if key in known or key[2] <= TINY:
            groups.setdefault(key, []).append(guard)
    for guard in (g for file, cells in files.items() for g in _found(file, cells, _divisors)):
        key = _written(guard)
        if not (key in known or key[2] <= TINY):
            groups.setdefault(key, []).append(guard)
    return [groups[key] for key in sorted(groups, key=lambda key: key not in known and key[2] > TINY)]


def _written(guard: Guard) -> _Written:
    return guard.file, guard.cell, _value(guard)


def _groups(found: Sequence[Guard]) -> list[list[Guard]]:
    """Those of one value and one function together: the two logarithms of a cross-entropy have one guard each."""
    groups: dict[tuple[Path, int, str, float], list[Guard]] = {}
    for guard in found:
        groups.setdefault((guard.file, guard.cell, guard.function, _value(guard)), []).append(guard)
    return list(groups.values())


def _value(guard: Guard) -> float:
    return float(guard.node.value)  # type: ignore[arg-type]


def rewritten(cells: Sequence[Cell], group: Sequence[Guard], fraction: float) -> list[Cell]:
    """The cells with some literals multiplied; every other line stays where it is."""
    index = group[0].cell
    lines = cells[index].text.splitlines(keepends=True)
    for guard in sorted(group, key=lambda g: (g.node.lineno, g.node.col_offset), reverse=True):
        row, node = guard.node.lineno - 1, guard.node
        line = lines[row].encode()
        value = f"({_value(guard) * fraction!r})".encode()
        lines[row] = (line[: node.col_offset] + value + line[node.end_col_offset :]).decode()
    return [cell._replace(text="".join(lines)) if k == index else cell for k, cell in enumerate(cells)]


def _constants(body: Sequence[ast.stmt]) -> dict[str, ast.Constant]:
    """Names that are set to a small literal."""
    return {
        target.id: statement.value
        for statement in body
        if isinstance(statement, ast.Assign)
        and _is_small(statement.value)
        and isinstance(statement.value, ast.Constant)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }


def _defaults(function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.Constant]:
    """The arguments that are a small literal where nothing else is given."""
    inline = [*function.args.posonlyargs, *function.args.args]
    last = zip(reversed(inline), reversed(function.args.defaults), strict=False)
    named = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    return {a.arg: d for a, d in (*last, *named) if isinstance(d, ast.Constant) and _is_small(d)}


def _kept(tree: ast.Module) -> Iterator[tuple[ast.AST, dict[str, ast.Constant]]]:
    """Of every method the attributes that the constructor sets to such a default; ``self.eps`` is one name."""
    for owner in (n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)):
        maker = next((n for n in owner.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)
        small = {} if maker is None else _defaults(maker)
        found = {
            ast.unparse(target): small[node.value.id]
            for node in ast.walk(maker or ast.Module([], []))
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in small
            for target in node.targets
        }
        yield from ((method, found) for method in owner.body if isinstance(method, ast.FunctionDef))


def _small(call: ast.AST, named: dict[str, ast.Constant]) -> Iterator[ast.Constant]:
    for node in ast.walk(call):
        if isinstance(node, ast.Constant) and _is_small(node):
            yield node
        elif isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) in named:
            yield named[ast.unparse(node)]


def _is_small(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float) and 0 < node.value <= LARGEST


def _logarithms(function: ast.AST) -> Iterator[ast.AST]:
    return (n for n in ast.walk(function) if isinstance(n, ast.Call) and called_name(n) in LOGARITHMS)


def _sums(function: ast.AST) -> Iterator[ast.AST]:
    return filter(_is_additive, ast.walk(function))


def _divisors(function: ast.AST) -> Iterator[ast.AST]:
    """What something is divided by, where that is a sum: without the number it might be zero."""
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and any(_sums(node.right)):
            yield node.right


def _is_additive(node: ast.AST) -> bool:
    """Is it a sum or a bound that a literal is an operand of?"""
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            return any(isinstance(operand, ast.Constant | ast.Name | ast.Attribute) for operand in (left, right))
    return isinstance(node, ast.Call) and called_name(node) in BOUNDS
