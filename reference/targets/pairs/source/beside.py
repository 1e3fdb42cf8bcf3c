"""Functions of files beside the target: those that it imports, and forward passes that stand in a file of their own."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FunctionType

from reference.targets.pairs.source.functions import SourceFunction
from reference.targets.pairs.source.naming import Named, named
from reference.targets.reading.namespace import Loaded
from reference.targets.reading.source import Cell, SourceError, place, read
from reference.targets.reading.statements import definitions

__all__ = ["imported_functions", "with_forwards_beside"]

MOST = 60  # files of a folder; in a larger one nobody keeps a forward pass apart from its backward pass
LARGEST = 400_000  # bytes of one


def imported_functions(loaded: Loaded) -> dict[str, SourceFunction]:
    """The functions that a file has from those beside it, under the names that they have there."""
    files: dict[str, dict[str, SourceFunction]] = {}
    found = {}
    for name, value in loaded.names.items():
        if name in loaded.own or not isinstance(value, FunctionType) or value.__module__ != loaded.names["__name__"]:
            continue  # a library's, or a helper of ours
        file = place(value.__code__.co_filename)[0]
        if file not in files:
            files[file] = {f.name: f for f in _functions_of(Path(file))}
        if value.__name__ in files[file]:
            found[name] = files[file][value.__name__]._replace(name=name)
    return found


def with_forwards_beside(path: Path, cells: list[Cell]) -> list[Cell]:
    """A module's text with an import of each forward pass that its backward passes lack, where a file beside has it.

    The lines stay where they are: what is imported stands below them.
    """
    if path.suffix != ".py" or len(cells) != 1:
        return cells
    defined, imported = _names(cells)
    every = {name: told for name in defined if (told := named(name)) is not None}
    alone = {n: told for n, told in every.items() if told.direction == "backward" and not _has_forward(n, told, every)}
    if not alone:
        return cells
    beside = {file: {f.name for f in _functions_of(file)} for file in _beside(path)}
    lines = []
    for told in alone.values():
        holders = [(file, name) for file, names in beside.items() for name in sorted(names) if _is_forward(name, told)]
        marked = [(file, name) for file, name in holders if "forward" in file.stem.lower()]
        chosen = marked if len(marked) == 1 else holders
        if len(chosen) == 1 and chosen[0][1] not in (*defined, *imported):
            lines.append(f"from {chosen[0][0].stem} import {chosen[0][1]}")
    (cell,) = cells
    return [cell._replace(text="\n".join([cell.text.rstrip("\n"), *lines, ""]))] if lines else cells


def _names(cells: list[Cell]) -> tuple[list[str], list[str]]:
    """The functions that are defined, and the names that are imported."""
    nodes = [node for _, node in definitions(cells).loadable]
    imported = [a.asname or a.name for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names]
    return [node.name for node in nodes if isinstance(node, ast.FunctionDef)], imported


def _has_forward(name: str, own: Named, every: Mapping[str, Named]) -> bool:
    return any(
        other != name and told.direction in ("forward", "") and told.core == own.core for other, told in every.items()
    )


def _is_forward(name: str, of: Named) -> bool:
    told = named(name)
    return (
        told is not None
        and told.stem == of.stem
        and (told.direction == "forward" or bool(told.direction == "" and told.core))
    )


def _beside(path: Path) -> Iterator[Path]:
    files = sorted(file for file in path.parent.glob("*.py") if file != path and "test" not in file.stem.lower())
    if len(files) <= MOST:
        yield from (file for file in files if file.stem.isidentifier() and file.stat().st_size <= LARGEST)


def _functions_of(file: Path) -> list[SourceFunction]:
    try:
        cells = read(file)
    except (SourceError, OSError):
        return []
    texts = {cell.number: cell.text for cell in cells}
    loadable = definitions(cells).loadable
    return [SourceFunction(n.name, n, cell, texts[cell]) for cell, n in loadable if isinstance(n, ast.FunctionDef)]
