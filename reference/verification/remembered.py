"""Pairs that were found right a moment ago, by all that they rest on: for who watches a file that is saved again.

That is what the top level of the file runs, the functions that the pair reaches by any name, and what was read of it:
its documents, its calls, the values in use elsewhere. What is not right is looked at anew each time: its lines move.
"""

from __future__ import annotations

import ast
import functools
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from reference.interface.pair import OpenPair
from reference.pairs.result import PairResult
from reference.targets import read_source
from reference.targets.reading.parsing import trees_of
from reference.targets.reading.source import SourceError

__all__ = ["PairMemory", "keys_of"]

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


def keys_of(pairs: Iterable[OpenPair]) -> dict[str, str | None]:
    """By check; ``None`` where its source cannot be read, or some of it does not parse: what changed there cannot be
    told. Each file is read once.
    """
    statements = functools.cache(_statements)
    return {opened.proposal.check: _key(opened, statements(opened.file)) for opened in pairs}


class _TopLevel(NamedTuple):
    """A statement of the top level of a file; ``defines``: the function or class, "" of what runs there."""

    defines: str
    names: frozenset[str]  # every identifier, and every text: a function may be looked up by its name
    dump: str


def _statements(file: str) -> list[_TopLevel] | None:
    try:
        cells = read_source(Path(file))
    except SourceError:
        return None
    trees = [tree for _, tree in trees_of(cells)]
    if len(trees) < len(cells):
        return None
    return [
        _TopLevel(one.name if isinstance(one, DEFINITIONS) else "", frozenset(_names_in(one)), ast.dump(one))
        for tree in trees
        for one in tree.body
    ]


def _key(opened: OpenPair, statements: Sequence[_TopLevel] | None) -> str | None:
    if statements is None:
        return None
    p = opened.proposal
    begins = [*p.halves, *p.spellings, p.owner, p.forward, p.backward, p.check]
    reached = _reached(statements, {part for name in begins for part in name.split(".")})
    said = repr(sorted(p._replace(**PLACES).tree().items(), key=lambda item: item[0]))
    read = "\n".join(one.dump for one in reached)
    return hashlib.sha256(f"{opened.shown}\0{read}\0{said}".encode(errors="surrogatepass")).hexdigest()


def _reached(statements: Sequence[_TopLevel], names: set[str]) -> list[_TopLevel]:
    """What runs at the top level, and of what is defined there what is reached from ``names``; in their order."""
    names = names.union(*(one.names for one in statements if not one.defines))
    while found := {name for one in statements if one.defines in names for name in one.names} - names:
        names |= found
    return [one for one in statements if not one.defines or one.defines in names]


def _names_in(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                yield name
