"""What a notebook's kernel has in hand, in the place of a file: the text of its cells, and its live objects.

The code of a function is compiled from the text, wherever that is edited or read for other numbers than NumPy's; what a
function holds (closures, defaults, globals) and what a class has are the kernel's own, made anew for every reading.
"""

from __future__ import annotations

import ast
import io
import json
import marshal
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from reference.targets.reading.parsing import syntax_tree
from reference.targets.reading.source import Cell, InnerFunction, SourceError, filename, hold

if TYPE_CHECKING:
    from reference.targets.reading.imports import Imports

__all__ = ["LOST", "Kernel", "Taken", "as_plain", "hold_kernel", "kernel_at", "kernel_of", "taken"]

HOME = "__main__"
FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


class Kernel(NamedTuple):
    """The cells that stand, the pickled names, what could not be pickled, and why."""

    cells: list[Cell]
    state: bytes
    lost: dict[str, str]
    names: frozenset[str]  # everything that has a meaning in the kernel


class _Lost:
    """What stands for a value that could not be pickled."""


LOST = _Lost()
KERNELS: dict[Path, Kernel] = {}


def hold_kernel(path: Path, plain: dict[str, Any] | None) -> None:
    """Let a kernel's cells be what stands at ``path``, and its objects what they define; where there is one."""
    if plain is not None:
        kernel = KERNELS[path] = kernel_of(plain)
        hold(path, kernel.cells)


def as_plain(kernel: Kernel) -> dict[str, Any]:
    """What a target's process is told of a kernel: bytes alone, which a message carries whole."""
    head = [[cell.number, cell.text, cell.made] for cell in kernel.cells], kernel.lost, sorted(kernel.names)
    return {"head": np.frombuffer(json.dumps(head).encode(), np.uint8), "state": np.frombuffer(kernel.state, np.uint8)}


def kernel_of(plain: dict[str, Any]) -> Kernel:
    """``as_plain`` undone."""
    cells, lost, names = json.loads(plain["head"].tobytes())
    made = [Cell(number, text, tuple(InnerFunction(*one) for one in inner)) for number, text, inner in cells]
    return Kernel(made, plain["state"].tobytes(), lost, frozenset(names))


def kernel_at(path: Path) -> Kernel | None:
    return KERNELS.get(path)


class Taken(NamedTuple):
    """``names``: with what the kernel holds under them; ``lost``: those that could not be pickled."""

    names: dict[str, Any]
    lost: frozenset[str]


def taken(
    kernel: Kernel, path: Path, cells: Sequence[Cell], names: dict[str, Any], imported: Mapping[str, Any],
    imports: Imports,
) -> Taken:  # fmt: skip
    """The kernel's objects, with ``names`` as their globals. Raises ``SourceError`` where they cannot be made here.

    ``imported``: what the cells' own import statements mean in this reading.
    """
    try:
        found = _Unpickler(kernel.state, path, cells, names, imported, imports).load()
    except Exception as error:  # a stranger's __setstate__ may raise anything
        raise SourceError(f"the kernel's objects cannot be made elsewhere: {type(error).__name__}: {error}") from None
    for name in [name for name, value in names.items() if value is LOST]:
        del names[name]
    lost = frozenset(name for name in kernel.lost if name not in found)
    return Taken({name: value for name, value in found.items() if value is not LOST}, lost)


class _Unpickler(pickle.Unpickler):
    """Reads what ``reference.notebook.carrying`` wrote."""

    def __init__(
        self, state: bytes, path: Path, cells: Sequence[Cell], names: dict[str, Any], imported: Mapping[str, Any],
        imports: Imports,
    ) -> None:  # fmt: skip
        super().__init__(io.BytesIO(state))
        self.path, self.names, self.imported, self.imports = path, names, imported, imports
        self.texts = {cell.number: cell.text for cell in cells}
        self.compiled: dict[int, list[CodeType]] = {}

    def persistent_load(self, pid: Any) -> Any:
        kind, *rest = pid
        match kind:
            case "globals":
                return self.names
            case "code":
                return self._code(*rest)
            case "module":
                return self.imports.module(rest[0], self.path)
            case "imported":
                return self._imported(*rest)
        return LOST

    def find_class(self, module: str, name: str) -> Any:
        """The makers of functions and classes are ours: their globals and their module are those of this reading."""
        found = super().find_class(module, name)
        makers: dict[str, Any] = {
            "_make_function": _function,
            "_function_setstate": self._with_state,
            "_make_skeleton_class": _class_anew,
            "_make_skeleton_enum": _class_anew,
            "_class_setstate": self._with_attributes,
        }
        if module == "cloudpickle.cloudpickle" and name in makers:
            ours = makers[name]
            return lambda *given: ours(found, *given)
        return found

    def _with_state(self, original: Any, function: FunctionType, state: Any) -> None:
        own = function.__globals__.get("__builtins__")
        original(function, state)
        function.__globals__["__builtins__"] = own
        if function.__globals__ is self.names:
            function.__module__ = self.names["__name__"]

    def _with_attributes(self, original: Any, made: type, state: Any) -> Any:
        found = original(made, state)
        if made.__module__ == HOME:
            made.__module__ = self.names["__name__"]
        return found

    def _imported(self, names: tuple[str, ...], module: str, attribute: str) -> Any:
        """As the cells import it, under one of these names; else by the module that it came from."""
        for name in names:
            if name in self.imported:
                return self.imported[name]
        node = ast.ImportFrom(module, [ast.alias(attribute)], 0)
        return self.imports.bound(node, self.path)[attribute]

    def _code(self, number: int, qualname: str, line: int, free: tuple[str, ...], as_run: bytes) -> CodeType:
        """From the text, as near to its line as there is one; as it was run where the text has none that fits."""
        if number not in self.compiled:
            self.compiled[number] = list(_codes(self.texts.get(number, ""), filename(self.path, number)))
        every = [code for code in self.compiled[number] if code.co_qualname == qualname and code.co_freevars == free]
        near = min(every, key=lambda code: abs(code.co_firstlineno - line), default=None)
        if near is not None:
            return near
        found: CodeType = marshal.loads(as_run)
        return found


def _function(original: Any, code: CodeType, names: dict[str, Any], *rest: Any) -> FunctionType:
    names.setdefault("__builtins__", __builtins__)
    return FunctionType(code, names, *rest)


def _class_anew(original: Any, *given: Any) -> Any:
    """Never the class of an earlier reading, by whatever it is known: the last but one of what is given."""
    *rest, _, extra = given
    return original(*rest, None, extra)


def _codes(text: str, name: str) -> Any:
    try:
        waiting = [compile(syntax_tree(text), name, "exec", flags=FLAGS, dont_inherit=True)]
    except (SyntaxError, ValueError, RecursionError):
        return
    while waiting:
        inner = [constant for constant in waiting.pop().co_consts if isinstance(constant, CodeType)]
        yield from inner
        waiting += inner
