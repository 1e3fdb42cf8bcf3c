"""What a kernel has defined: the cells as they were run, and the live functions, classes and values of its namespace.

Only looked at: nothing is called, and nothing is written.
"""

from __future__ import annotations

import contextlib
import functools
import linecache
import re
from collections.abc import Iterable, Iterator, Mapping
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

__all__ = ["HOME", "CodeSpot", "Gathered", "as_run", "gathered", "is_of_a_cell"]

HOME = "__main__"  # where a kernel's own functions and classes live
OF_THE_SHELL = re.compile(r"_i?\d*|_i{2,3}|_{2,3}|_[dio]h|In|Out|exit|quit|get_ipython|__\w+__")
OWN_LINES = re.compile(r"%%\w+")  # of a cell that a command runs: its first line is not Python's
OF_NUMPY = ("ufunc", "_ArrayFunctionDispatcher")  # the types of its functions
PLAIN = (bool, int, float, complex, str, type(None))


class CodeSpot(NamedTuple):
    """Where a function's code stands: the number of the cell, its name within the cell, and its line as it was run."""

    cell: int
    qualname: str
    line: int


class Gathered(NamedTuple):
    """``own`` are functions and classes, ``values`` what they may need; ``cells`` by the number that stands beside."""

    cells: list[tuple[int, str]]
    numbers: dict[str, int]  # of cells, by the name of their code
    names: list[str]  # everything that has a meaning now
    own: dict[str, Any]
    values: dict[str, Any]
    used: frozenset[str]  # global names in the code of what is own
    imported: dict[str, Any]

    def spot(self, code: CodeType) -> CodeSpot | None:
        number = self.numbers.get(code.co_filename)
        return None if number is None else CodeSpot(number, code.co_qualname, code.co_firstlineno)

    def spots(self) -> dict[str, CodeSpot | None]:
        """Of every function and class, where its code stands; of a class, its first method's."""
        found = {}
        for name, value in self.own.items():
            code = next(codes_of(value), None)
            found[name] = None if code is None else self.spot(code)
        return found


def gathered(shell: Any) -> Gathered:
    """What the shell's namespace holds now."""
    history = shell.history_manager
    raw, run = list(history.input_hist_raw), list(history.input_hist_parsed)
    names = {n: v for n, v in shell.user_ns.items() if not OF_THE_SHELL.fullmatch(n) and not _is_the_shells(shell, n)}
    own = {name: value for name, value in names.items() if is_of_a_cell(value, shell.user_ns)}
    used = frozenset(name for value in own.values() for code in codes_of(value) for name in _globals_of(code))
    imported = {name: value for name, value in names.items() if name not in own and _is_imported(value)}
    others = {name: value for name, value in names.items() if name not in own and name not in imported}
    values = {n: v for n, v in others.items() if n in used or type(v) in PLAIN or type(v).__module__ == HOME}
    files = {code.co_filename for value in own.values() for code in codes_of(value)}
    cells = [(number, text) for number, text in enumerate(raw) if text.strip()]
    return Gathered(cells, _numbers(shell, raw, run, files), list(names), own, values, used, imported)


def as_run(first: str, rest: str) -> str:
    """A cell under a command of ours: what is run of it, each line where it stands."""
    return f"# {first.rstrip()}\n{rest}"


def is_of_a_cell(value: Any, namespace: Mapping[str, Any]) -> bool:
    """Is it a function or a class that the kernel has made? One that wraps another may bear that one's module."""
    if _is(value, FunctionType):
        return value.__globals__ is namespace
    return _is(value, type) and value.__module__ == HOME


def _is_the_shells(shell: Any, name: str) -> bool:
    hidden = shell.user_ns_hidden
    return name in hidden and hidden[name] is shell.user_ns[name]


def _is_imported(value: Any) -> bool:
    if _is(value, ModuleType, FunctionType, BuiltinFunctionType, type):
        return True
    return type(value).__module__.partition(".")[0] == "numpy" and type(value).__name__ in OF_NUMPY


def _numbers(shell: Any, raw: list[str], run: list[str], files: Iterable[str]) -> dict[str, int]:
    """Which cell is meant by the name of a code: the last that ran this text. A command may run a part of it."""
    known = {text.rstrip("\n"): number for number, text in enumerate(run) if text.strip()}
    for number, text in enumerate(raw):
        if OWN_LINES.match(text):
            first, _, rest = text.partition("\n")
            for inner in (rest, as_run(first, rest)):
                known[shell.transform_cell(inner).rstrip("\n")] = number
    found = {}
    for file in files:
        text = "".join(linecache.getlines(file)).rstrip("\n")
        if text in known:
            found[file] = known[text]
    return found


def codes_of(value: Any, seen: set[int] | None = None) -> Iterator[CodeType]:
    """The code of a function, then of those that it has closed over; of a class, of its methods."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return
    seen.add(id(value))
    if _is(value, FunctionType):
        yield value.__code__
    for inner in _within(value):
        yield from codes_of(inner, seen)


def _within(value: Any) -> Iterator[Any]:
    """What a function, a class or what wraps them has hold of."""
    if _is(value, FunctionType):
        for cell in value.__closure__ or ():
            with contextlib.suppress(ValueError):  # nothing is in it yet
                yield cell.cell_contents
        yield from (*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values())
    elif _is(value, type) and value.__module__ == HOME:
        yield from (*vars(value).values(), *value.__bases__)
    elif _is(value, property):
        yield from (value.fget, value.fset)
    elif _is(value, staticmethod, classmethod):
        yield value.__func__
    elif _is(value, functools.partial):
        yield value.func


def _is(value: Any, *kinds: type) -> bool:
    """By its type alone: a proxy may answer for its class whatever it likes, or do some work for the answer."""
    return issubclass(type(value), kinds)


def _globals_of(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals_of(constant)
