"""Pairs that were found right a moment ago, by all that they rest on: for who watches a file that is saved again.

That is what the top level of the file runs, the functions that the pair reaches by any name, and what was read of it:
its documents, its calls, the values in use elsewhere. What is not right is looked at anew each time: its lines move.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reference.interface.pair import OpenPair
from reference.pairs.result import PairResult
from reference.targets import read_source
from reference.targets.reading.parsing import trees_of
from reference.targets.reading.source import SourceError

__all__ = ["PairMemory", "key_of"]

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
PLACES: dict[str, Any] = {"cell": None, "line": 1, "forward_line": 1}  # where it stands, which decides nothing


@dataclass
class PairMemory:
    """By key, what is right."""

    pairs: dict[str, PairResult] = field(default_factory=dict)

    def keep(self, key: str | None, found: PairResult) -> None:
        """Where nothing at all is the matter with it."""
        right = found.rows and all(row.consistent and not row.findings for row in found.rows)
        if key is not None and right and not found.disputes and not found.notes:
            self.pairs[key] = found


def key_of(opened: OpenPair) -> str | None:
    """``None`` where its source cannot be read, or some of it does not parse: who can tell what changed there?"""
    p = opened.proposal
    try:
        cells = read_source(Path(opened.file))
    except SourceError:
        return None
    trees = [tree for _, tree in trees_of(cells)]
    if len(trees) < len(cells):
        return None
    begins = [*p.halves, *p.spellings, p.owner, p.forward, p.backward, p.check]
    names = {part for name in begins for part in name.split(".")}
    read = "\n".join(_reached(trees, names))
    said = repr(sorted(p._replace(**PLACES).tree().items(), key=lambda item: item[0]))
    return hashlib.sha256(f"{opened.shown}\0{read}\0{said}".encode(errors="surrogatepass")).hexdigest()


def _reached(trees: Iterable[ast.Module], names: set[str]) -> Iterator[str]:
    """All statements of the top level, and of the functions and classes there those that are reached from ``names``."""
    body = [statement for tree in trees for statement in tree.body]
    left = {one for one in body if isinstance(one, DEFINITIONS)}
    reached = [one for one in body if one not in left]
    for one in reached:
        names = names | _names_in(one)
    while found := [one for one in left if one.name in names]:
        left.difference_update(found)
        reached += found
        for one in found:
            names = names | _names_in(one)
    kept = set(reached)
    yield from (ast.dump(one) for one in body if one in kept)


def _names_in(statement: ast.stmt) -> set[str]:
    """Every identifier, and every text: a function may be looked up by its name."""
    found: set[str] = set()
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                found.add(name)
    return found
