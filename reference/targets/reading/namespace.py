"""Loading a stranger's definitions into a namespace: with NumPy, or with what stands in for it.

Nothing runs but ``def``, ``class``, ``import`` and plain constants. A module that is not there is no obstacle until
one of its names is used.
"""

from __future__ import annotations
import __future__

import ast
import copy
import importlib
import importlib.util
import linecache
import math
import re
import sys
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from reference.targets.reading.course_helpers import provided, provided_with_caches
from reference.targets.reading.source import Cell, SourceError, filename, read
from reference.targets.reading.statements import Unloadable, definitions

__all__ = ["Loaded", "Nowhere", "load", "object_of"]

HELPERS = re.compile(
    r"^(reg_utils|init_utils|gc_utils|dnn_(app_)?utils|opt_utils|planar_utils|test_?[cC]ases?|public_tests|test_utils|utils"
    r"|reg_?test|.*_utils|.*[tT]est_?[cC]ases?)(_\w+)*$"
)
WITH_CACHES = re.compile(r"dnn_(app_)?utils")
REAL = ("scipy",)  # and the standard library; everything else is imported where it is used
ANNOTATIONS = __future__.annotations.compiler_flag
NESTED = 4  # siblings that import siblings


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


def load(path: Path, cells: list[Cell], numpy: Any, *, depth: int = 0) -> Loaded:
    """The namespace of a file; ``numpy`` is what ``np`` and ``numpy`` mean in it."""
    found = definitions(cells)
    defined = {node.name for _, node in found.loadable if isinstance(node, ast.FunctionDef)}
    names: dict[str, Any] = {**provided(numpy), "__name__": "target", "np": numpy, "numpy": numpy}
    names |= {"math": math, "copy": copy, "xrange": range, "raw_input": input, "unicode": str, "long": int}
    if defined & {"linear_activation_forward", "linear_activation_backward"} or any(
        isinstance(node, ast.ImportFrom) and WITH_CACHES.match(node.module or "") for _, node in found.loadable
    ):
        names |= provided_with_caches(numpy)
    for source in cells:  # for ``inspect`` and for tracebacks
        called = filename(path, source.number)
        linecache.cache[called] = (len(source.text), None, [f"{line}\n" for line in source.text.split("\n")], called)
    own: dict[str, DefinedAt] = {}
    broken = list(found.unloadable)
    for cell, node in found.loadable:
        try:
            if isinstance(node, ast.Import | ast.ImportFrom):
                names |= _imported(node, path, numpy, depth)
                continue
            _define(node, filename(path, cell), names)
            for name in _assigned(node):
                own.pop(name, None)
                if isinstance(names.get(name), FunctionType):
                    own[name] = DefinedAt(cell, node.lineno)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a stranger's class body may do anything
            if isinstance(node, ast.Assign | ast.AnnAssign):  # of a name that only a run of the whole file would know
                found.skipped.update(dict.fromkeys(_assigned(node), (cell, node.lineno)))
                continue
            if isinstance(node, ast.ClassDef):  # none of the course's functions is a class
                continue
            broken.append(
                Unloadable(getattr(node, "name", None), cell, node.lineno, f"{type(error).__name__}: {error}")
            )
    return Loaded(names, own, broken, found.skipped, found.repaired)


def _define(node: ast.stmt, name: str, names: dict[str, Any]) -> None:
    def execute() -> None:
        module = ast.Module([node], [])
        exec(compile(module, name, "exec", flags=ANNOTATIONS, dont_inherit=True), names)

    try:
        execute()
    except Exception:
        if not isinstance(node, ast.FunctionDef) or not (
            node.args.defaults or node.args.kw_defaults or node.decorator_list
        ):
            raise
        node.decorator_list = []
        plain: list[ast.expr] = [
            d if isinstance(d, ast.Constant) else ast.copy_location(ast.Constant(None), d) for d in node.args.defaults
        ]
        node.args.kw_defaults = [
            d if isinstance(d, ast.Constant | None) else ast.Constant(None) for d in node.args.kw_defaults
        ]
        ast.fix_missing_locations(node)
        node.args.defaults = plain  # a default that only a run of the whole file would know
        execute()


def _assigned(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


# --- imports ---------------------------------------------------------------------------------------------------------


def _imported(node: ast.Import | ast.ImportFrom, path: Path, numpy: Any, depth: int) -> dict[str, Any]:
    """The names that an import statement binds."""
    if isinstance(node, ast.Import):
        bound = {}
        for alias in node.names:
            module = _module(alias.name, path, numpy, depth)
            root = alias.name.partition(".")[0]
            bound[alias.asname or root] = (
                module if alias.asname or "." not in alias.name else _module(root, path, numpy, depth)
            )
        return bound
    name = node.module or ""
    if name == "__future__":
        return {}
    if not name:  # from . import something
        return {alias.asname or alias.name: _module(alias.name, path, numpy, depth) for alias in node.names}
    module = _module(name, path, numpy, depth)
    bound = {}
    for alias in node.names:
        if alias.name != "*":
            bound[alias.asname or alias.name] = getattr(module, alias.name, Absent(f"{name}.{alias.name}"))
        elif isinstance(module, Provided):  # what it provides is there already, if under no other meaning
            bound |= provided_with_caches(numpy) if WITH_CACHES.match(name) else {}
        elif not isinstance(module, Absent):
            bound |= {k: v for k, v in vars(module).items() if not k.startswith("_")}
    return bound


def _module(name: str, path: Path, numpy: Any, depth: int) -> Any:
    """NumPy or its stand-in, the standard library, a file beside the target, the course's helpers, or a promise."""
    root = name.partition(".")[0]
    if root == "numpy":
        module = numpy
        for part in name.split(".")[1:]:
            module = getattr(module, part)
        return module
    if root in sys.stdlib_module_names or root in REAL:
        try:
            return importlib.import_module(name)
        except ImportError:
            return Absent(name)
    sibling = path.parent / Path(*name.split(".")).with_suffix(".py")
    if depth < NESTED and sibling.is_file() and sibling.resolve() != path.resolve():
        try:
            loaded = load(sibling, read(sibling), numpy, depth=depth + 1)
        except SourceError:
            return Absent(name)
        module = ModuleType(name)
        defaults = provided(numpy) if HELPERS.match(root) else {}
        vars(module).update(
            {**defaults, **{k: v for k, v in loaded.names.items() if k in loaded.own or k not in defaults}}
        )
        return module
    if HELPERS.match(root):
        return Provided(name, {**provided(numpy), **(provided_with_caches(numpy) if WITH_CACHES.match(root) else {})})
    return Absent(name)


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


class Absent:
    """A module that is imported when one of its names is used, and not before."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self._name}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        root, _, rest = self._name.partition(".")
        value: Any = importlib.import_module(root)  # ModuleNotFoundError, with the module's name
        parts = rest.split(".") if rest else []
        for k, part in enumerate(parts, start=1):
            if not hasattr(value, part):
                importlib.import_module(".".join([root, *parts[:k]]))
            value = getattr(value, part)
        return value(*args, **kwargs)


class Provided(ModuleType):
    """A helper module of the course: its functions, and a promise for every other name."""

    def __init__(self, name: str, names: dict[str, Any]) -> None:
        super().__init__(name)
        vars(self).update(names)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self.__name__}.{name}")
