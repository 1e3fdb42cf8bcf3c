"""Numbers that a target's file writes to several digits, and what both passes answer with each a unit further.

The unit is that of the last digit that stands there. A number of one function is moved wherever the function has it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import numpy as np

from reference.targets.pairs.guards import Guard, derivatives_at, gradients_at, rewritten
from reference.targets.pairs.prepared import Prepared
from reference.targets.reading.parsing import syntax_tree
from reference.targets.reading.source import Cell

__all__ = ["written_numbers"]

FEWEST = 6  # digits: what has fewer may be meant as it stands
MOST = 12  # numbers that are moved
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def written_numbers(
    files: Mapping[Path, list[Cell]], prepared: Callable[[dict[Path, list[Cell]]], tuple[Prepared, Any]],
    cotangents: Sequence[Any], points: Sequence[Any],
) -> list[dict[str, Any]]:  # fmt: skip
    """Of every such number ``derivatives`` and ``gradients`` at the points, (2, points): as it stands, and a unit
    further from zero. ``number``, ``literal`` as it is written, ``file`` where it is another, ``cell``, ``line``.
    """
    own = next(iter(files))
    found: list[dict[str, Any]] = []
    groups = [group for file, cells in files.items() for group in _groups(file, cells)]
    for literal, group in groups[:MOST]:
        first, unit = group[0], _unit(literal)
        cells = files[first.file]
        derivatives, gradients = [], []
        for fraction in (1.0, 1.0 + unit / abs(float(literal))):
            pair, kind = prepared({**files, first.file: rewritten(cells, group, fraction)})
            derivatives.append(derivatives_at(pair, kind, cotangents, points))
            gradients.append(gradients_at(pair, kind, cotangents, points))
        found.append(
            {
                "number": len(found),
                "literal": literal,
                "file": None if first.file == own else str(first.file),
                "cell": cells[first.cell].number,
                "line": first.node.lineno,
                "derivatives": np.array(derivatives),
                "gradients": np.array(gradients),
            }
        )
    return found


def _groups(file: Path, cells: Sequence[Cell]) -> list[tuple[str, list[Guard]]]:
    """The numbers of a file, as they are written, those of one function and value together."""
    groups: dict[tuple[int, str, str], list[Guard]] = {}
    for index, cell in enumerate(cells):
        try:
            tree = syntax_tree(cell.text)
        except SyntaxError:
            continue
        lines = cell.text.splitlines()
        for function, node in _numbers(tree):
            text = lines[node.lineno - 1].encode()[node.col_offset : node.end_col_offset].decode()
            if _digits(text) >= FEWEST:
                groups.setdefault((index, function, text), []).append(Guard(file, index, function, node, text))
    return [(text, group) for (_, _, text), group in groups.items()]


def _numbers(node: ast.AST, function: str = "") -> Iterator[tuple[str, ast.Constant]]:
    """Every float with the function that it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Constant) and type(child.value) is float:
            yield function, child
        yield from _numbers(child, child.name if isinstance(child, FUNCTIONS) else function)


def _digits(text: str) -> int:
    """How many digits count of a number as it is written; none of another constant."""
    try:
        return len(Decimal(text.replace("_", "")).as_tuple().digits)
    except InvalidOperation:
        return 0


def _unit(text: str) -> float:
    exponent = Decimal(text.replace("_", "")).as_tuple().exponent
    return float(Decimal(1).scaleb(int(exponent)))
