"""The functions that a pass runs, each with its source: the target's own and those of its siblings."""

from __future__ import annotations

import ast
import gc
import inspect
import linecache
import sys
import warnings
from collections.abc import Callable, Mapping
from types import CodeType, FrameType, FunctionType, MappingProxyType
from typing import Any, NamedTuple

from reference.targets.pairs.edits.kinds import Page, Scope, observed
from reference.targets.pairs.weaving.weave import is_woven, rewoven, with_watch
from reference.targets.reading.parsing import syntax_tree
from reference.targets.reading.source import place

__all__ = ["Unit", "compiled", "ran", "units"]

NOTHING: Mapping[str, Any] = MappingProxyType({})
LONGEST = 400  # lines of a function
COMMON = (0.0, 0.5, 1.0, 2.0)  # literals that are no numbers of their own
TINY = 1e-4  # a guard's
DEEPEST = 12  # functions of one pass


class Unit(NamedTuple):
    """One function. ``page`` has one line in front of it; ``first`` is the line of the cell where it begins."""

    code: CodeType
    functions: tuple[FunctionType, ...]
    file: str
    cell: int | None
    first: int
    page: Page
    scope: Scope
    forward: bool  # it ran in the forward pass
    backward: bool  # it ran in the backward pass


class Executed(NamedTuple):
    """A code object that ran: in which pass, and its local variables when it first returned."""

    code: CodeType
    scopes: list[Scope]
    passes: set[str]


def ran(call: Callable[[], Any], belongs: Callable[[str], bool], backward: str) -> tuple[list[Executed], Any]:
    """Run ``call``: every function of files that ``belong``, in the order of their calls, and what it returned."""
    found: dict[CodeType, Executed] = {}
    within = 0

    def look(frame: FrameType, what: str, argument: Any) -> None:
        nonlocal within
        code = frame.f_code
        if what not in ("call", "return") or not belongs(code.co_filename):
            return
        named = code.co_name == backward
        if what == "call":
            within += named
            found.setdefault(code, Executed(code, [], set())).passes.add("backward" if within else "forward")
        else:
            if code in found and not found[code].scopes and "<locals>" not in code.co_qualname:
                found[code].scopes.append(observed(frame.f_locals))
            within -= named

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        returned = call()
    finally:
        sys.setprofile(before)
    return list(found.values()), returned


def units(seen: list[Executed], *, both: bool) -> list[Unit]:
    """What of it can be edited. ``both``: one function is the forward pass and the backward pass."""
    found = []
    for code, scopes, passes in seen:
        if "<locals>" in code.co_qualname or code.co_name.startswith("<") or not scopes:
            continue
        page, first = _page(code)
        functions = tuple(f for f in gc.get_referrers(code) if isinstance(f, FunctionType) and f.__code__ is code)
        if page is None or not functions:
            continue
        scope = scopes[0]._replace(counters=frozenset(_counters(page)), unused=frozenset(_unused(page)))
        file, cell = place(code.co_filename)
        found.append(
            Unit(code, functions, file, cell, first, page, scope, both or "forward" in passes, "backward" in passes)
        )
    return _with_literals(found[:DEEPEST])


def _with_literals(found: list[Unit]) -> list[Unit]:
    """Numbers that stand in the forward pass are at hand in the backward pass too: the slope of a leak, of a gate."""
    numbers: dict[str, float] = {}
    for unit in found:
        for node in ast.walk(unit.page.function) if unit.forward else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                numbers |= {repr(node.value): node.value} if node.value not in COMMON and node.value > TINY else {}
    more = dict(list(numbers.items())[:3])
    return [
        u._replace(scope=u.scope._replace(numbers={**u.scope.numbers, **more})) if u.backward and more else u
        for u in found
    ]


def _counters(page: Page) -> set[str]:
    import ast

    found = set()
    for node in ast.walk(page.function):
        if isinstance(node, ast.For | ast.comprehension):
            found |= {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
    return found


def _unused(page: Page) -> set[str]:
    names = [n for n in ast.walk(page.function) if isinstance(n, ast.Name)]
    return {n.id for n in names if isinstance(n.ctx, ast.Store)} - {n.id for n in names if isinstance(n.ctx, ast.Load)}


def _page(code: CodeType) -> tuple[Page | None, int]:
    """The source of a function as it stands, under a line that makes it parse alone."""
    lines = linecache.getlines(code.co_filename)
    first = code.co_firstlineno
    if not 0 < first <= len(lines):
        return None, first
    try:
        block = inspect.getblock(lines[first - 1 :])
        while block and block[0].lstrip().startswith("@"):
            block, first = block[1:], first + 1
        text = "".join(block).rstrip("\n")
        owner = code.co_qualname.split(".")[-2] if "." in code.co_qualname else ""
        head = f"class {owner}:" if owner else "if True:" if text[:1].isspace() else "pass"
        page = Page(f"{head}\n{text}")
    except (SyntaxError, IndexError, ValueError, StopIteration):
        return None, first
    if len(block) > LONGEST or page.function.name != code.co_name:
        return None, first
    return page, first


def compiled(unit: Unit, source: str, values: Mapping[str, Any] = NOTHING) -> CodeType | None:
    """The code of an edited function; ``None`` where it does not parse or is no longer the same kind of function.

    ``values``: what stands for a text of the source. Nothing is put among the target's global names, which a run may
    give back as they were.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a text that is called
            text: Any = source if not is_woven(unit.code) else rewoven(syntax_tree(source), unit.code)
            module = compile(text, unit.code.co_filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    found = _within(module, unit.code.co_name)
    if found is None or found.co_freevars != unit.code.co_freevars:
        return None
    found = with_watch(found) if is_woven(unit.code) else found
    return _with(found, values) if values else found


def _with(code: CodeType, values: Mapping[str, Any]) -> CodeType:
    def instead(constant: Any) -> Any:
        if isinstance(constant, CodeType):
            return _with(constant, values)
        return values[constant] if isinstance(constant, str) and constant in values else constant

    return code.replace(co_consts=tuple(map(instead, code.co_consts)))


def _within(code: CodeType, name: str) -> CodeType | None:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_name == name and constant.co_firstlineno >= 2:
                return constant
            inner = _within(constant, name)
            if inner is not None:
                return inner
    return None
