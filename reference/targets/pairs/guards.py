"""Small literals within a logarithm of a target's file, or of one that it imports; the derivative with each smaller."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from reference.targets.pairs.prepared import Prepared
from reference.targets.pairs.running import complex_step, quiet
from reference.targets.reading.source import Cell

__all__ = ["Guard", "guards", "guards_of"]

LARGEST = 1e-5
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


def guards_of(file: Path, cells: Sequence[Cell]) -> list[Guard]:
    """The literals of at most 1e-5 that a logarithm's argument is written with, in place or under a local name."""
    found: list[Guard] = []
    for index, cell in enumerate(cells):
        try:
            tree = ast.parse(cell.text)
        except SyntaxError:
            continue
        for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)):
            given = {a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
            named = {**_constants(tree.body), **_constants(function.body)}
            for call in (n for n in ast.walk(function) if _is_logarithm(n)):
                text = ast.unparse(call)[:LONGEST]
                for node in _small(call, {name: value for name, value in named.items() if name not in given}):
                    if all(node is not known.node for known in found):
                        found.append(Guard(file, index, function.name, node, text))
    return found


def guards(
    files: Mapping[Path, list[Cell]], prepared: Callable[[dict[Path, list[Cell]]], tuple[Prepared, Any]],
    cotangents: Sequence[Any], points: Sequence[Any], fractions: Sequence[float],
) -> list[dict[str, Any]]:  # fmt: skip
    """As ``ask_pair_guards`` answers. ``files``: the target's own first; ``prepared``: the pair as others have it."""
    found = []
    own = next(iter(files))
    known = [guard for file, cells in files.items() for guard in guards_of(file, cells)]
    for number, group in enumerate(_groups(known)[:MOST]):
        derivatives, gradients = [], []
        file, cells = group[0].file, files[group[0].file]
        for fraction in fractions:
            pair, kind = prepared({**files, file: _with(cells, group, fraction)})
            derivatives.append(complex_step(pair, kind, cotangents, points)["derivatives"])
            gradients.append(_gradients(pair, kind, cotangents, points))
        first = group[0]
        found.append(
            {
                "number": number,
                "literal": _value(first),
                "text": first.text,
                "file": None if file == own else str(file),
                "cell": cells[first.cell].number,
                "line": first.node.lineno,
                "derivatives": np.array(derivatives),
                "gradients": None if any(g is None for g in gradients) else np.array(gradients),
            }
        )
    return found


def _gradients(pair: Prepared, kind: Any, cotangents: Sequence[Any], points: Sequence[Any]) -> Any:
    """What the backward pass itself says at the points, which may have the same literal; ``None`` where it raises."""
    try:
        with quiet():
            lifted = {name: kind.lift(array) for name, array in pair.primals.items()}
            own = pair.backward(lifted, [kind.lift(np.asarray(c)) for c in cotangents]).gradients
            flat = {name: np.real(kind.lower(own[name])).ravel() for name in {name for name, _ in points}}
        return np.array([float(flat[name][k]) for name, k in points])
    except KeyboardInterrupt:
        raise
    except Exception:  # a stranger's backward pass may raise anything
        return None


def _groups(found: Sequence[Guard]) -> list[list[Guard]]:
    """Those of one value and one function together: the two logarithms of a cross-entropy have one guard each.

    Then those of one value in several functions: a backward pass may compute its forward pass over again.
    """
    groups: dict[tuple[Path, int, str, float], list[Guard]] = {}
    wide: dict[tuple[Path, int, float], list[Guard]] = {}
    for guard in found:
        groups.setdefault((guard.file, guard.cell, guard.function, _value(guard)), []).append(guard)
        wide.setdefault((guard.file, guard.cell, _value(guard)), []).append(guard)
    several = [group for group in wide.values() if len({guard.function for guard in group}) > 1]
    return [*groups.values(), *several]


def _value(guard: Guard) -> float:
    return float(guard.node.value)  # type: ignore[arg-type]


def _with(cells: Sequence[Cell], group: Sequence[Guard], fraction: float) -> list[Cell]:
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


def _small(call: ast.AST, named: dict[str, ast.Constant]) -> Iterator[ast.Constant]:
    for node in ast.walk(call):
        if isinstance(node, ast.Constant) and _is_small(node):
            yield node
        elif isinstance(node, ast.Name) and node.id in named:
            yield named[node.id]


def _is_small(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float) and 0 < node.value <= LARGEST


def _is_logarithm(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in LOGARITHMS
