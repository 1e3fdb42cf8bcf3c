"""A function's tree with calls of the watch in it: before each statement, and where a turn of a loop begins and ends.

Statements and loops are counted in the order of the source, those of inner functions left out.
"""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from reference.targets.pairs.weaving.watch import MARK, WATCH
from reference.targets.reading.parsing import syntax_tree

__all__ = ["FLAT", "Woven", "is_woven", "loops_of", "rewoven", "statements_of", "weave", "with_watch"]

INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
BLOCKS = ("body", "orelse", "finalbody")
WHOLE, FLAT = -1, -2


class Woven(NamedTuple):
    """How a function was woven. ``given``: local names whose values the observer may change where a turn begins."""

    site: str
    given: tuple[str, ...]
    flat: int = -1  # the statement before which the only turn begins, where there is no loop


KNOWN: dict[tuple[str, int, str], Woven] = {}


def statements_of(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement in the order in which they are counted."""
    for statement in body:
        yield statement
        if not isinstance(statement, INNER):
            for block in _blocks(statement):
                yield from statements_of(block)


def loops_of(body: Sequence[ast.stmt]) -> list[ast.For | ast.While]:
    """The loops, each at the place of its number."""
    return [s for s in statements_of(body) if isinstance(s, ast.For | ast.While)]


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in BLOCKS:
        if block := getattr(statement, name, None):
            yield block
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def weave(function: FunctionType, woven: Woven) -> None:
    """Put woven code in the place of a function's own. Raises ``OSError`` or ``SyntaxError`` where it has no source."""
    code = function.__code__
    if is_woven(code):
        return
    lines, first = inspect.getsourcelines(function)
    tree = syntax_tree(textwrap.dedent("".join(lines)))
    node = next(n for n in tree.body if isinstance(n, ast.FunctionDef))
    ast.increment_lineno(node, first - 1)
    node.decorator_list = []
    node.name = code.co_name
    owner = code.co_qualname.split(".")[-2] if "." in code.co_qualname else ""
    body: list[ast.stmt] = [_woven(node, woven)]
    if owner:
        body = [ast.ClassDef(owner, [], [], body, [])]
    module = ast.fix_missing_locations(ast.Module(body, []))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a text that is called
        made = compile(module, code.co_filename, "exec", dont_inherit=True)
    found = _within(made, code.co_name)
    if found is None or found.co_freevars != code.co_freevars:
        raise SyntaxError(f"{code.co_name} has names of a function around it")
    KNOWN[code.co_filename, found.co_firstlineno, code.co_name] = woven
    function.__code__ = with_watch(found)


def is_woven(code: CodeType) -> bool:
    return any(constant is WATCH for constant in code.co_consts)


def rewoven(tree: ast.Module, code: CodeType) -> ast.Module:
    """An edited text of a function, woven as the code that it is to take the place of."""
    woven = KNOWN.get((code.co_filename, code.co_firstlineno, code.co_name)) if is_woven(code) else None
    if woven is None:
        return tree
    for holder in ast.walk(tree):
        for k, node in enumerate(
            getattr(holder, "body", None) or [] if isinstance(holder, ast.Module | ast.ClassDef | ast.If) else []
        ):
            if isinstance(node, ast.FunctionDef) and node.name == code.co_name:
                holder.body[k] = _woven(node, woven)  # type: ignore[attr-defined]
                return ast.fix_missing_locations(tree)
    return tree


def with_watch(code: CodeType) -> CodeType:
    """Code in which the watch itself stands for its mark."""

    def instead(constant: Any) -> Any:
        if isinstance(constant, CodeType):
            return with_watch(constant)
        return WATCH if isinstance(constant, str) and constant == MARK else constant

    return code.replace(co_consts=tuple(map(instead, code.co_consts)))


def _within(code: CodeType, name: str) -> CodeType | None:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_name == name:
                return constant
            if (inner := _within(constant, name)) is not None:
                return inner
    return None


def _woven(node: ast.FunctionDef, woven: Woven) -> ast.FunctionDef:
    node = copy.deepcopy(node)
    weaver = _Weaver(woven)
    first = node.body[0]
    body = weaver.block(node.body)
    ends = [weaver.call("ends", turn, node.body[-1]) for turn in (FLAT, WHOLE)]
    node.body = [*weaver.beginning(WHOLE, first), *body, *ends]
    return node


class _Weaver:
    """The walk through one function, which counts its statements and loops."""

    def __init__(self, woven: Woven) -> None:
        self.site, self.given, self.flat = woven
        self.statements = self.loops = 0

    def block(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for statement in body:
            made += self.beginning(FLAT, statement) if self.statements == self.flat else []
            made.append(self.call("before", self.statements, statement))
            self.statements += 1
            if isinstance(statement, ast.Return):
                made.append(self.call("ends", WHOLE, statement))
            made.append(statement)
            if isinstance(statement, INNER):
                continue
            turn = -2
            if isinstance(statement, ast.For | ast.While):
                turn, self.loops = self.loops, self.loops + 1
            for name in BLOCKS:
                if block := getattr(statement, name, None):
                    inside = self.block(block)
                    if turn >= 0 and name == "body":
                        inside = [*self.beginning(turn, block[0]), *inside, self.call("ends", turn, block[-1])]
                    setattr(statement, name, inside)
            for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
                part.body = self.block(part.body)
        return made

    def call(self, what: str, number: int, at: ast.stmt, *rest: ast.expr) -> ast.stmt:
        return self._at(ast.Expr(self._call(what, number, *rest)), at)

    def beginning(self, turn: int, at: ast.stmt) -> list[ast.stmt]:
        """Where a turn begins: the observer is told, and then asked for each name that a local variable has by then."""
        found: list[ast.stmt] = [self.call("begins", turn, at)]
        for name in self.given:
            value = self._call("given", turn, ast.Constant(name), ast.Name(name, ast.Load()))
            kept = ast.Assign([ast.Name(name, ast.Store())], value)
            missing = ast.ExceptHandler(ast.Name("NameError", ast.Load()), None, [ast.Pass()])
            found.append(self._at(ast.Try([kept], [missing], [], []), at))
        return found

    def _call(self, what: str, number: int, *rest: ast.expr) -> ast.Call:
        constants: list[ast.expr] = [ast.Constant(what), ast.Constant(self.site), ast.Constant(number)]
        return ast.Call(ast.Constant(MARK), [*constants, *rest], [])

    @staticmethod
    def _at(made: ast.stmt, at: ast.stmt) -> ast.stmt:
        for node in ast.walk(made):
            ast.copy_location(node, at)
        return made
