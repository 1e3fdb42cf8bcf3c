"""Loading a stranger's definitions into a namespace: with NumPy, or with what stands in for it.

Nothing runs but ``def``, ``class``, ``import`` and plain constants. A module that is not there is no obstacle until
one of its names is used.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import copy
import importlib
import importlib.util
import linecache
import math
import sys
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from reference.targets.reading.bystanders import bystanders
from reference.targets.reading.imports import WITH_CACHES, Imports
from reference.targets.reading.live import Taken, kernel_at, taken
from reference.targets.reading.plain_objects import refuses
from reference.targets.reading.promises import Absent, is_supplied, spelt
from reference.targets.reading.source import Cell, filename, place, read
from reference.targets.reading.statements import Unloadable, definitions
from reference.targets.reading.vocabulary import plain

__all__ = ["Loaded", "Nowhere", "load", "object_of", "of_sibling"]

OF_A_MODULE = ("__name__", "__file__")  # each file has its own
DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
ANNOTATIONS = __future__.annotations.compiler_flag


class DefinedAt(NamedTuple):
    """Where a name of the file was defined last."""

    cell: int | None
    line: int


class Loaded(NamedTuple):
    names: dict[str, Any]
    own: dict[str, DefinedAt]  # functions that the file itself defines
    unloadable: list[Unloadable]
    skipped: dict[str, tuple[int | None, int]]
    repaired: bool


def load(path: Path, cells: list[Cell], numpy: Any, *, imports: Imports | None = None, rules: bool = False) -> Loaded:
    """The namespace of a file; ``numpy`` is what ``np`` and ``numpy`` mean in it. ``imports``: of who imports it.

    ``rules``: with the derivatives that it gives functions of a framework, which is imported.
    """
    found = definitions(cells, rules=rules)
    imports = imports or Imports(numpy, lambda file, known: of_sibling(load(file, read(file), numpy, imports=known)))
    nodes = [node for _, node in found.loadable]
    if any(map(_unpacks_an_activation, nodes)):
        imports.helpers |= imports.caching
    names: dict[str, Any] = {
        **imports.helpers,
        "__name__": "target",
        "__file__": str(path),
        "np": numpy,
        "numpy": numpy,
    }
    names |= {"math": math, "copy": copy, "xrange": range, "raw_input": input, "unicode": str, "long": int}
    names |= imports.supplied
    if _wants_caches(nodes):
        names |= imports.caching
    for source in cells:  # for ``inspect`` and for tracebacks
        called = filename(path, source.number)
        linecache.cache[called] = (len(source.text), None, [f"{line}\n" for line in source.text.split("\n")], called)
    upwards = any("sys.path" in source.text and ".." in source.text for source in cells)
    own: dict[str, DefinedAt] = {}
    brought: set[str] = set()  # names that the file itself has given a meaning
    imported: dict[str, Any] = {}
    broken = list(found.unloadable)
    for cell, node in found.loadable:
        try:
            if isinstance(node, ast.Import | ast.ImportFrom):
                bound = imports.bound(node, path, upwards=upwards)
                bound = {k: v for k, v in bound.items() if not (k in brought and is_supplied(v))}
                names |= bound
                imported |= bound
                own = {name: where for name, where in own.items() if name not in bound}
                continue
            if refuses(node, names):
                found.skipped.update(dict.fromkeys(_assigned(node), (cell, node.lineno)))
                continue
            _define(node, filename(path, cell), names)
            for name in _assigned(node):
                own.pop(name, None)
                brought.add(name)
                if _is_own(names.get(name), node, path):
                    own[name] = DefinedAt(cell, node.lineno)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a stranger's class body may do anything
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.ClassDef):  # only a run of the whole file would know
                found.skipped.update(dict.fromkeys(_assigned(node), (cell, node.lineno)))
                continue
            broken.append(
                Unloadable(getattr(node, "name", None), cell, node.lineno, f"{type(error).__name__}: {error}")
            )
    if (kernel := kernel_at(path)) is not None:
        live = taken(kernel, path, cells, names, imported, imports)
        own = _alive(own, live, names, brought - kernel.names, found.skipped)
    names |= _missing(nodes, names, found.skipped, spelt(imports.helpers))
    lost = {name: name for name in found.skipped if name not in names}
    lost |= {name: f"{name} {value._name}" for name, value in names.items() if type(value) is Absent}
    names |= bystanders(nodes, lost)
    return Loaded(names, own, broken, found.skipped, found.repaired)


def _alive(
    own: dict[str, DefinedAt], live: Taken, names: dict[str, Any], gone: set[str], skipped: dict[str, Any]
) -> dict[str, DefinedAt]:
    """What a kernel holds, in the place of what its text would make; ``gone``: names that it has no more."""
    for name in [name for name in own if name not in live.names]:
        where = own.pop(name)
        names.pop(name, None)
        if name in live.lost:
            skipped[name] = (where.cell, where.line)
    for name in gone:
        names.pop(name, None)
    for name in live.lost:
        names.pop(name, None)
        skipped.setdefault(name, (None, 0))
    names |= live.names
    path = str(names["__file__"])
    for name, value in live.names.items():
        skipped.pop(name, None)
        file, cell = place(value.__code__.co_filename) if isinstance(value, FunctionType) else ("", None)
        if name not in own and file == path:
            own[name] = DefinedAt(cell, value.__code__.co_firstlineno)
    return own


def of_sibling(loaded: Loaded) -> dict[str, Any]:
    """What a file beside the target brings along; a helper of ours that it uses is not its own."""
    ours = {name for name, value in loaded.names.items() if isinstance(value, FunctionType) and is_supplied(value)}
    return {name: value for name, value in loaded.names.items() if name not in {*ours, *OF_A_MODULE}}


def _is_own(value: Any, node: ast.stmt, path: Path) -> bool:
    """A function that the file defines; an assignment may give a name to somebody else's."""
    if not isinstance(value, FunctionType) or is_supplied(value):
        return False
    return isinstance(node, DEFINED) or place(value.__code__.co_filename)[0] == str(path)


def _wants_caches(nodes: list[ast.stmt]) -> bool:
    """Are ``sigmoid`` and ``relu`` those of ``dnn_utils``, which return what their backward needs?"""
    if any(isinstance(node, ast.ImportFrom) and WITH_CACHES.match(node.module or "") for node in nodes):
        return True
    return bool({"linear_activation_forward", "linear_activation_backward"} & {getattr(n, "name", None) for n in nodes})


def _unpacks_an_activation(node: ast.stmt) -> bool:
    """``A, cache = relu(Z)``, in which a helper is taken for one that returns both?"""
    return any(
        isinstance(s, ast.Assign)
        and isinstance(s.targets[0], ast.Tuple)
        and len(s.targets[0].elts) == 2
        and isinstance(s.value, ast.Call)
        and isinstance(s.value.func, ast.Name)
        and s.value.func.id in ("sigmoid", "relu", "softmax")
        for s in ast.walk(node)
    )


def _missing(
    nodes: list[ast.stmt], names: dict[str, Any], skipped: dict[str, Any], helpers: dict[str, Any]
) -> dict[str, Any]:
    """What is used and defined nowhere, as a cell that was lost would have it: the course's, however it is spelt."""
    used = {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    lost = [name for name in sorted(used) if name not in names and name not in skipped and not hasattr(builtins, name)]
    return {name: helpers[plain(name)] for name in lost if plain(name) in helpers}


def _define(node: ast.stmt, name: str, names: dict[str, Any]) -> None:
    try:
        _executed(node, name, names)
    except Exception:
        simpler = _simpler(node)
        if simpler is None:
            raise
        _executed(simpler, name, names)


def _executed(node: ast.stmt, name: str, names: dict[str, Any]) -> None:
    exec(compile(ast.Module([node], []), name, "exec", flags=ANNOTATIONS, dont_inherit=True), names)


def _simpler(node: ast.stmt) -> ast.stmt | None:
    """Without decorators, and without the defaults that only a run of the whole file would know."""
    if isinstance(node, ast.ClassDef) and node.decorator_list:
        found = copy.copy(node)
        found.decorator_list = []
        return found
    if not isinstance(node, ast.FunctionDef) or not (
        node.args.defaults or node.args.kw_defaults or node.decorator_list
    ):
        return None
    plain, args = copy.copy(node), copy.copy(node.args)
    plain.decorator_list, plain.args = [], args
    args.defaults = [_written_down(default) for default in args.defaults]
    args.kw_defaults = [default and _written_down(default) for default in args.kw_defaults]
    return plain


def _written_down(default: ast.expr) -> ast.expr:
    """A default that is a constant; of any other, ``None``."""
    return default if isinstance(default, ast.Constant) else ast.copy_location(ast.Constant(None), default)


def _assigned(node: ast.stmt) -> list[str]:
    if isinstance(node, DEFINED):
        return [node.name]
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


# --- module:object ---------------------------------------------------------------------------------------------------


class Nowhere(Exception):
    """A name that leads to nothing, or to nothing that can be called; the message says which."""


def object_of(folder: Path, module: str, attribute: str) -> Any:
    """What ``module:attribute`` is. Raises ``Nowhere``, and whatever the module raises."""
    try:
        found: Any = _module_of(folder, module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        raise Nowhere(str(error)) from None
    except AttributeError:
        raise Nowhere(f"module {module} has no {attribute}") from None
    return found


def _module_of(folder: Path, module: str) -> ModuleType:
    """A file of the working directory, even one that is named like a module of the standard library, else a module."""
    sys.path.append(str(folder))  # last: a file must not come before a library that it is named like
    path = Path(folder, *module.split(".")).with_suffix(".py")
    if not path.is_file():
        return importlib.import_module(module)
    spec = importlib.util.spec_from_file_location(f"target_{module.replace('.', '_')}", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded
