"""How large the layers of a network are, as far as whole numbers of its source say so."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from reference.targets.pairs.source.functions import SourceFunction
from reference.targets.reading.trees import called_name

__all__ = ["last_name", "sizes_by_name", "sizes_made"]

MAKES = re.compile(r"randn?|random(_sample)?|normal|uniform|zeros|ones|standard_normal|full|empty|randint")
SIZED = re.compile(r"size|nodes?|units|neurons|dim|num|hidden|input|output|layer|features|n_", re.IGNORECASE)
LARGEST = 2048  # of a size


def sizes_made(functions: Sequence[SourceFunction]) -> list[int]:
    """Whole numbers that arrays are made with, in their order."""
    found: dict[int, None] = {}
    for n in (n for f in functions for n in ast.walk(f.node)):
        match n:
            case ast.Call(func=ast.Attribute(attr=name), args=arguments, keywords=named) if MAKES.fullmatch(name):
                every = [*arguments, *(k.value for k in named)]
                inner = [e for a in every for e in (a.elts if isinstance(a, ast.Tuple | ast.List) else [a])]
                found |= {
                    e.value: None for e in inner if isinstance(e, ast.Constant) and type(e.value) is int and e.value > 1
                }
            case ast.Call(
                func=ast.Attribute(attr="array"), args=[ast.List(elts=[ast.List(elts=inner), *_] as rows), *_]
            ):
                found |= {n: None for n in (len(rows), len(inner)) if n > 1}
            case ast.Assign(targets=[target], value=ast.Constant(value=int(size))) if size > 1 and SIZED.search(
                last_name(target)
            ):
                found[size] = None
    return [n for n in found if n <= LARGEST]


def sizes_by_name(functions: Sequence[SourceFunction], numbers: Mapping[str, int]) -> list[int]:
    """The same of whole numbers that have a name at the top level."""
    own = {a.arg for f in functions for a in (*f.node.args.args, *f.node.args.kwonlyargs)}
    found = [
        numbers[name.id]
        for n in (n for f in functions for n in ast.walk(f.node) if isinstance(n, ast.Call))
        if MAKES.fullmatch(called_name(n))
        for name in ast.walk(n)
        if isinstance(name, ast.Name) and name.id in numbers and name.id not in own
    ]
    return [n for n in dict.fromkeys(found) if 1 < n <= LARGEST]


def last_name(target: ast.expr) -> str:
    while isinstance(target, ast.Subscript):
        if isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
            return target.slice.value
        target = target.value
    return target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
