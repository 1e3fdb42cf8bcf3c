"""A file's definitions, loaded anew for a kind: whatever it imports as NumPy, ``math`` or ``scipy`` is that kind's."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from reference.targets.reading.imports import Imports
from reference.targets.reading.namespace import Loaded, load, of_sibling
from reference.targets.reading.source import Cell, place, read
from reference.targets.stand_in.complex_step import ComplexStep
from reference.targets.stand_in.kind import StandIn
from reference.targets.stand_in.mutable_jax_kind import MutableJax
from reference.targets.stand_in.number_types import float_types, one_entry_types
from reference.targets.stand_in.plain import PlainKind
from reference.targets.stand_in.recording import Recording
from reference.targets.stand_in.refusing import StandInModule

__all__ = ["Namespace", "kind_named", "loaded_for"]


COMPILED = ("ctypes", "cffi")  # they take the memory of an array, from which no derivative comes back


class Namespace(NamedTuple):
    """A kind, and the file as it stands with it."""

    kind: Any
    loaded: Loaded


def kind_named(name: str) -> Any:
    """One of plain, float64, float32, complex; "widened", or "widened 12" for the casts of line 12 alone."""
    word, _, line = name.partition(" ")
    makers: dict[str, Callable[[], Any]] = {
        "plain": PlainKind,
        "float64": Recording,
        "float32": lambda: Recording(np.float32),
        "widened": lambda: Recording(widened=int(line) if line else True),
        "complex": ComplexStep,
        "autodiff": MutableJax,
    }
    return makers[word]()


def loaded_for(
    path: Path, cells: list[Cell], kind: StandIn, *, beside: dict[Path, list[Cell]] | None = None,
    framework: Mapping[str, Any] | None = None,
) -> Loaded:  # fmt: skip
    """The namespace of a file for one kind. Nothing that is global is changed.

    ``beside``: the files of its own that it imports; one that is there is taken as it stands there, others are added.
    ``framework``: what stands in the place of a framework, whose rules are made as the file says.
    """
    siblings = {} if beside is None else beside
    instead: dict[str, Any] = {}
    own: dict[str, Any] = one_entry_types(kind)
    if kind.numpy is not np:
        scipy = StandInModule("scipy")
        vars(scipy)["special"] = kind.special
        instead = {"math": kind.math, "scipy": scipy, **{name: StandInModule(name) for name in COMPILED}}
        own = {"float": float_types(kind)["float"]}

    instead |= framework or {}
    rules = framework is not None

    def sibling(file: Path, known: Imports) -> dict[str, Any]:
        if file not in siblings:
            siblings[file] = read(file)
        names = of_sibling(load(file, siblings[file], kind.numpy, imports=known, rules=rules))
        return {name: value for name, value in names.items() if name != "__builtins__"}

    supplied: dict[str, Any] = {"math": kind.math}
    imports = Imports(kind.numpy, sibling, instead=instead, supplied=supplied)
    supplied["__builtins__"] = {**vars(builtins), **own, "__import__": _import(imports)}
    return load(path, cells, kind.numpy, imports=imports, rules=rules)


def _import(imports: Imports) -> Callable[..., Any]:
    """``import`` within a function: the kind's modules, the standard library, a file beside the target."""

    def importing(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        root = name.partition(".")[0]
        if not level and root not in (*imports.instead, "numpy") and root in sys.stdlib_module_names:
            return builtins.__import__(name, globals, locals, fromlist, level)
        path = Path(place(sys._getframe(1).f_code.co_filename)[0])
        if not fromlist:
            imports.module(name, path, level)
            return imports.module(root, path, level)
        return imports.module(name, path, level)

    return importing
