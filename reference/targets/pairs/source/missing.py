"""A pass that is not finished: where something is still missing in it.

The last binding of a name that is returned is ``None``, or the body does nothing. ``out = None`` at the top of a
function that assigns ``out`` further down is finished.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reference.targets.pairs.source.functions import returns_of
from reference.targets.pairs.source.method_names import is_backward
from reference.targets.pairs.source.naming import named

__all__ = ["missing_line"]

SOMETHING = ast.Name("something", ast.Load())
BLANK = {"zeros", "zeros_like", "empty", "empty_like"}


def missing_line(node: ast.FunctionDef, *, nothing_is_an_answer: bool = False) -> int | None:
    """The line where something is missing; ``None`` for a function that is finished.

    ``nothing_is_an_answer``: as where a framework takes ``None`` for an argument that has no gradient.
    """
    body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    if not body:
        return node.lineno
    end = next((k for k, s in enumerate(body) if isinstance(s, ast.Return) and not _is_none(s.value)), len(body))
    body = body[: end + 1]  # what stands behind it is never reached
    if all(isinstance(s, ast.Pass | ast.Raise | ast.Global) for s in body):
        raised = [ast.unparse(s) for s in body if isinstance(s, ast.Raise)]
        refuses = raised and not any("NotImplemented" in text for text in raised)  # it says that it has none
        return None if refuses else body[0].lineno
    if isinstance(body[-1], ast.Pass) and not returns_of(node):
        return body[-1].lineno
    if not returns_of(node) and not _leaves_something(node):
        return body[-1].lineno
    raises = [s.lineno for s in body if isinstance(s, ast.Raise) and "NotImplemented" in ast.unparse(s)]
    if raises:
        return raises[0]
    returned = {n.id for value in returns_of(node) for n in ast.walk(value) if isinstance(n, ast.Name)}
    if nothing_is_an_answer:
        returned = returned & {name for name, _, value in _bindings(body) if _is_dots(value)}
    return min((*_left_blank(body, returned), *_branch_without_work(body, returned)), default=None)


def _leaves_something(node: ast.FunctionDef) -> bool:
    """Does what it does outlast it: written into what it was given, into an object, or yielded?"""
    for n in ast.walk(node):
        match n:
            case ast.Subscript(ctx=ast.Store()) | ast.Attribute(ctx=ast.Store()) | ast.Yield() | ast.YieldFrom():
                return True
            case ast.Global() | ast.Nonlocal() | ast.Expr(value=ast.Call()) | ast.Raise():
                return True
            case ast.AugAssign():
                return True
            case ast.Call(func=ast.Attribute(attr=name)) if is_backward(name) or _is_forward(name):
                return True  # of what it is made of
    return False


def _is_forward(name: str) -> bool:
    own = named(name)
    return own is not None and own.direction == "forward"


def _left_blank(body: list[ast.stmt], returned: set[str]) -> Iterator[int]:
    """Names whose last binding is ``None``; and those that stay all zero where a bare ``pass`` says so."""
    bindings: dict[str, list[tuple[int, ast.expr | None]]] = {}
    for name, line, value in _bindings(body):
        bindings.setdefault(name, []).append((line, value))
    idle = any(isinstance(s, ast.Pass) for s in body)
    branches = [s for statement in body for s in ast.walk(statement) if isinstance(s, ast.If)]
    nested = {s.lineno for branch in branches for part in (branch.body, branch.orelse) for s in part}
    handlers = [n for statement in body for n in ast.walk(statement) if isinstance(n, ast.ExceptHandler)]
    nested |= {s.lineno for handler in handlers for s in handler.body}
    for name, found in bindings.items():
        if name not in returned:
            continue
        line, value = found[-1]
        elsewhere = line in nested and any(not _is_none(other) for _, other in found)  # in another branch it is made
        if (_is_none(value) and not elsewhere) or (
            idle and len(found) == 1 and _is_blank(value) and not _is_written(body, name)
        ):
            yield line


def _branch_without_work(body: list[ast.stmt], returned: set[str]) -> Iterator[int]:
    """A branch that is a bare ``pass``, where a name that is ``None`` so far takes its value in another one."""
    for s in (s for statement in body for s in ast.walk(statement)):
        if not isinstance(s, ast.If):
            continue
        idle = [part for part in (s.body, s.orelse) if part and all(isinstance(inner, ast.Pass) for inner in part)]
        other = {name for part in (s.body, s.orelse) for name, _, value in _bindings(part) if not _is_none(value)}
        for part in idle:
            before = [(name, value) for name, line, value in _bindings(body) if line < s.lineno]
            if any(_is_none(value) for name, value in before if name in returned & other):
                yield part[0].lineno


def _bindings(statements: list[ast.stmt]) -> Iterator[tuple[str, int, ast.expr | None]]:
    """Every name that is bound, with its line and what to, where that is known; in the order of the source."""
    for s in statements:
        match s:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _bound(target, value, s.lineno)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _bound(target, value, s.lineno)
            case ast.AugAssign(target=target):
                yield from _bound(target, s.value, s.lineno)
            case ast.For(target=target):
                yield from _bound(target, s.iter, s.lineno)
            case ast.With(items=items):
                for item in items:
                    if item.optional_vars is not None:
                        yield from _bound(item.optional_vars, item.context_expr, s.lineno)
        if isinstance(s, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            yield s.name, s.lineno, ast.Name(s.name, ast.Load())
            continue
        for name in ("body", "orelse", "finalbody"):
            yield from _bindings(getattr(s, name, None) or [])
        for handler in getattr(s, "handlers", []):
            yield from _bindings(handler.body)


def _bound(target: ast.expr, value: ast.expr, line: int) -> Iterator[tuple[str, int, ast.expr | None]]:
    match target, value:
        case ((ast.Tuple(elts=names) | ast.List(elts=names)), (ast.Tuple(elts=values) | ast.List(elts=values))) if len(
            names
        ) == len(values):
            for each, what in zip(names, values, strict=True):
                yield from _bound(each, what, line)
        case ((ast.Tuple(elts=names) | ast.List(elts=names)), _):
            for each in names:
                yield from _bound(each, SOMETHING, line)
        case ((ast.Name(id=name) | ast.Starred(value=ast.Name(id=name))), _):
            yield name, line, value
        case ((ast.Subscript(value=ast.Name(id=name)) | ast.Attribute(value=ast.Name(id=name))), _):
            yield name, line, SOMETHING  # something of it is written


def _is_none(value: ast.expr | None) -> bool:
    """``None``, or the three dots that are left where something belongs."""
    return isinstance(value, ast.Constant) and value.value in (None, ...)


def _is_dots(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is ...


def _is_blank(value: ast.expr | None) -> bool:
    match value:
        case ast.Constant(value=0 | 0.0):
            return True
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in BLANK
    return False


def _is_written(body: list[ast.stmt], name: str) -> bool:
    """Is it handed to what may write to it, such as ``np.add.at``?"""
    calls = [n for statement in body for n in ast.walk(statement) if isinstance(n, ast.Call)]
    return any(isinstance(a, ast.Name) and a.id == name and ast.unparse(call.func) not in BLANK
               for call in calls for a in call.args)  # fmt: skip
