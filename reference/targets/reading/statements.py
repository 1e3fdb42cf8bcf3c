"""What of a stranger's source is loaded: definitions, imports and plain constants; nothing that does any work.

A cell that does not parse is taken apart into its top-level statements, so that one broken function costs itself alone.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from reference.targets.reading.made import inner_definition, renamed
from reference.targets.reading.parsing import syntax_tree
from reference.targets.reading.plain_values import is_plain
from reference.targets.reading.source import Cell
from reference.targets.reading.syntax import lines_within_strings, python3

__all__ = ["Definitions", "Loadable", "Unloadable", "class_called", "definitions"]

PRINT_OF_AN_EXPRESSION = re.compile(r"^\s*print \(.*\)\s*[%+*]", re.MULTILINE)  # parses, and raises when it is called
CONTINUED = ("else", "elif", "except", "finally", ")", "]", "}")
DEFINING = ("def ", "class ", "@")
NAMED = re.compile(r"^\s*(?:async\s+)?(?:def|class)\s+(\w+)", re.MULTILINE)
KEPT_DECORATORS = (
    "staticmethod",
    "classmethod",
    "property",
    "functools",
    "vectorize",
    "np",
    "numpy",
    "pair",
    "reference",
)

MAKERS = ("custom_vjp", "custom_jvp", "primitive")  # of a function that has a derivative of its own in a framework
RULES = ("defvjp", "defjvp", "defjvps", "defvjp_argnum", "defjvp_argnum", "def_linear")


class Loadable(NamedTuple):
    """A statement that defines something, and where it stands."""

    cell: int | None
    node: ast.stmt


class Unloadable(NamedTuple):
    """What does not parse: the function's name where there is one."""

    name: str | None
    cell: int | None
    line: int
    reason: str


class Definitions(NamedTuple):
    loadable: list[Loadable]
    unloadable: list[Unloadable]
    skipped: dict[str, tuple[int | None, int]]  # names that code which was not executed would set, and where
    repaired: bool  # Python 2's print statements were read as calls


def definitions(cells: Sequence[Cell], *, rules: bool = False) -> Definitions:
    """Sort every statement of every cell. ``rules``: what gives a function of a framework its own derivative is one.

    The nodes are those of everybody who asks: nobody changes them.
    """
    found = _sorted(tuple(cells), rules)
    return Definitions([*found.loadable], [*found.unloadable], {**found.skipped}, found.repaired)


@lru_cache(maxsize=16)
def _sorted(cells: tuple[Cell, ...], rules: bool) -> Definitions:
    found = Definitions([], [], {}, False)
    repaired = False
    for cell in cells:
        statements, broken, changed = _parsed(cell)
        repaired |= changed
        found.unloadable.extend(broken)
        decorators = {node.name for node in ast.walk(ast.Module(statements, [])) if isinstance(node, ast.FunctionDef)}
        for node in _defining(statements, cell.number, found.skipped, rules):
            for each in [node, *(node.body if isinstance(node, ast.ClassDef) else ())]:
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and not rules:
                    kept = (*KEPT_DECORATORS, *decorators)
                    each.decorator_list = [d for d in each.decorator_list if _root(d) in kept]
            found.loadable.append(Loadable(cell.number, node))
        for one in cell.made:
            inner = inner_definition(statements, one.qualname, one.line)
            if inner is not None:
                found.loadable.append(Loadable(cell.number, renamed(inner, one.name)))
    return found._replace(repaired=repaired)


def _parsed(cell: Cell) -> tuple[list[ast.stmt], list[Unloadable], bool]:
    """The statements of a cell, what of it does not parse, and whether it had to be read as Python 2."""
    plain = _parse(cell.text)
    if not isinstance(plain, _Refused) and not PRINT_OF_AN_EXPRESSION.search(cell.text):
        return plain, [], False
    text = python3(cell.text)
    if not isinstance(plain, _Refused) and text == cell.text:
        return plain, [], False
    whole = _parse(text)
    if not isinstance(whole, _Refused):
        return whole, [], True
    return *_parsed_apart(text, cell.number), text != cell.text


def _parsed_apart(text: str, cell: int | None) -> tuple[list[ast.stmt], list[Unloadable]]:
    """The statements that parse by themselves, and what does not."""
    statements: list[ast.stmt] = []
    broken: list[Unloadable] = []
    tearing = False  # the last function was torn apart, and nothing has parsed since
    for line, chunk in _chunks(text):
        parsed = _parse("\n" * (line - 1) + chunk)
        if not isinstance(parsed, _Refused):
            statements.extend(parsed)
            tearing = False
            continue
        name = NAMED.search(chunk)
        torn = name is None and re.search(r"\n[ \t]+\S", chunk) and statements
        if torn and not tearing and isinstance(statements[-1], ast.FunctionDef):  # it tears the function above apart
            tearing = True
            broken.append(Unloadable(statements.pop().name, cell, parsed.line or line, parsed.reason))  # type: ignore[attr-defined]
        elif not (broken and torn):
            at = parsed.line or line + _leading(chunk)
            broken.append(Unloadable(name[1] if name else None, cell, at, parsed.reason))
    return statements, broken


def _leading(chunk: str) -> int:
    """Blank lines and comments at the head of a chunk."""
    lines = chunk.split("\n")
    return next((k for k, line in enumerate(lines) if line.strip() and not line.startswith("#")), 0)


class _Refused(NamedTuple):
    """Why a text does not parse, and on which line where that is known."""

    reason: str
    line: int | None = None


def _parse(text: str) -> list[ast.stmt] | _Refused:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return syntax_tree(text).body
    except SyntaxError as error:
        return _Refused(f"{type(error).__name__}: {error.msg} (line {error.lineno})", error.lineno)
    except (ValueError, RecursionError, MemoryError) as error:
        return _Refused(f"{type(error).__name__}: {str(error) or 'nested too deeply'}")


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """Top-level statements by their shape alone: each begins in the first column. With the line that it begins on."""
    lines, start, within = text.split("\n"), 0, lines_within_strings(text)
    for k, line in enumerate(lines):
        if k in within:  # where the string was never closed, a definition after it is one
            begins = line.startswith(DEFINING) and _stands_alone(lines[k:])
        else:
            begins = line[:1].strip() != "" and not line.startswith(("#", *CONTINUED))
        decorated = all(earlier.startswith(("@", "#")) or not earlier.strip() for earlier in lines[start:k])
        if begins and k > start and not decorated:
            yield start + 1, "\n".join(lines[start:k])
            start = k
    yield start + 1, "\n".join(lines[start:])


def _stands_alone(lines: list[str]) -> bool:
    """Do the lines up to the next definition parse by themselves?"""
    end = next((k for k, line in enumerate(lines[1:], 1) if line.startswith(DEFINING)), len(lines))
    return not isinstance(_parse("\n".join(lines[:end])), _Refused)


def _defining(
    statements: list[ast.stmt], cell: int | None, skipped: dict[str, tuple[int | None, int]], rules: bool
) -> Iterator[ast.stmt]:
    """What defines a name without doing any work; branches are looked into, and not taken."""
    for node in statements:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom():
                yield node
            case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"), orelse=orelse):
                yield from _defining(
                    orelse, cell, skipped, rules
                )  # what only types need is never imported, and may go round
            case ast.If() | ast.Try() | ast.With() | ast.For() | ast.While():
                inner = [*node.body, *getattr(node, "orelse", []), *getattr(node, "finalbody", [])]
                inner += [statement for handler in getattr(node, "handlers", []) for statement in handler.body]
                for name in ast.walk(node):
                    if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                        skipped.setdefault(name.id, (cell, name.lineno))
                if isinstance(node, ast.For | ast.While):
                    inner = [statement for statement in inner if isinstance(statement, ast.FunctionDef)]
                yield from _defining(inner, cell, skipped, rules)
            case ast.Expr(value=ast.Call(func=called)) if rules and _last(called) in RULES:
                yield node
            case ast.Assign(targets=[ast.Name()], value=ast.Call() as value) if rules and _makes_a_rule(value):
                yield node
            case ast.Assign() | ast.AnnAssign() if is_plain(node.value) and all(map(_named, _targets(node))):
                yield node
            case ast.Assign() if class_called(node) is not None:
                yield node  # what is loaded decides whether that does any work
            case _:
                for name in ast.walk(node):
                    if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                        skipped.setdefault(name.id, (cell, node.lineno))


def _last(called: ast.expr) -> str:
    """The last part of a name: "defvjp" of ``f.defvjp``."""
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _makes_a_rule(value: ast.Call) -> bool:
    """``jax.custom_vjp(f)``, ``partial(jax.custom_jvp, nondiff_argnums=(0,))(f)``, ``primitive(f)``."""
    called = value.func
    if isinstance(called, ast.Call):
        return _makes_a_rule(called)
    given = [_last(e) for e in value.args[:1]]
    return _last(called) in MAKERS or (_last(called) == "partial" and given[0:1] != [] and given[0] in MAKERS)


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _named(target: ast.expr) -> bool:
    """Is it a name, several of them, or what a function of a shared library takes and gives?"""
    match target:
        case ast.Tuple(elts=names):
            return all(isinstance(name, ast.Name) for name in names)
        case ast.Name() | ast.Attribute(value=ast.Attribute(value=ast.Name()), attr="argtypes" | "restype"):
            return True
    return False


def class_called(node: ast.stmt) -> str | None:
    """The class of ``name = Class()``, by the way its name is written; ``None`` of every other statement."""
    match node:
        case ast.Assign(targets=[ast.Name()], value=ast.Call(func=ast.Name(id=called), args=[], keywords=[])):
            return called if called[:1].isupper() else None
    return None


def _root(decorator: ast.expr) -> str:
    while isinstance(decorator, ast.Call | ast.Attribute):
        decorator = decorator.func if isinstance(decorator, ast.Call) else decorator.value
    return decorator.id if isinstance(decorator, ast.Name) else ""
