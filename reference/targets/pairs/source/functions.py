"""The functions that a file defines, as its source has them: parameters, what is returned, what is written of them."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from reference.interface.pair import Parameter
from reference.targets.reading.namespace import Loaded
from reference.targets.reading.parsing import trees_of
from reference.targets.reading.source import Cell
from reference.targets.reading.statements import definitions

__all__ = [
    "SourceFunction",
    "calls_of",
    "comments_of",
    "documents_of",
    "of_lambda",
    "parameters_of",
    "returned_names",
    "returns_of",
    "source_functions",
]

MOST_CALLS = 24
SAME = {"ravel", "flatten", "copy", "reshape", "astype", "item", "squeeze", "tolist", "transpose", "array", "asarray",
        "float32", "float64", "nan_to_num", "clip", "atleast_2d", "ascontiguousarray", "round"}  # fmt: skip


class SourceFunction(NamedTuple):
    """A function with its place; a lambda that was given a name is one whose body is its only return."""

    name: str
    node: ast.FunctionDef
    cell: int | None
    text: str  # of its cell

    @property
    def line(self) -> int:
        return self.node.lineno

    @property
    def takes(self) -> tuple[Parameter, ...]:
        return parameters_of(self.node)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(parameter.name for parameter in self.takes)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(p.name for p in self.takes if not p.optional and not p.many)


def source_functions(cells: list[Cell], loaded: Loaded) -> dict[str, SourceFunction]:
    """Every function of the file's own by its name: the last definition of each, as Python has it."""
    texts = {cell.number: cell.text for cell in cells}
    found: dict[str, SourceFunction] = {}
    for cell, node in definitions(cells).loadable:
        match node:
            case ast.FunctionDef():
                found[node.name] = SourceFunction(node.name, node, cell, texts[cell])
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as value):
                found[name] = SourceFunction(name, _defined(name, value), cell, texts[cell])
    return {name: function for name, function in found.items() if name in loaded.own}


def _defined(name: str, value: ast.Lambda) -> ast.FunctionDef:
    """A lambda as a function with a name."""
    back = ast.copy_location(ast.Return(value.body), value)
    return ast.copy_location(ast.FunctionDef(name=name, args=value.args, body=[back], decorator_list=[]), value)


def parameters_of(node: ast.FunctionDef) -> tuple[Parameter, ...]:
    """The parameters in their order; of those that take any number, their names alone."""
    arguments = node.args
    inline = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [*([None] * (len(inline) - len(arguments.defaults))), *arguments.defaults]
    found = [_parameter(a, default) for a, default in zip(inline, defaults, strict=True)]
    if arguments.vararg is not None:
        found.append(Parameter(arguments.vararg.arg, True, many=True))
    found += [_parameter(a, default) for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    if arguments.kwarg is not None:
        found.append(Parameter(arguments.kwarg.arg, True, many=True))
    return tuple(found)


def _parameter(argument: ast.arg, default: ast.expr | None) -> Parameter:
    annotation = "" if argument.annotation is None else ast.unparse(argument.annotation)
    return Parameter(argument.arg, default is not None, _literal(default), annotation)


def _literal(value: ast.expr | None) -> Any:
    try:
        return None if value is None else ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


# --- what is returned ------------------------------------------------------------------------------------------------


def returns_of(node: ast.FunctionDef) -> list[ast.expr]:
    """What the function's own return statements return, in the order of the source."""
    found = [s.value for s in _own_statements(node.body) if isinstance(s, ast.Return) and s.value is not None]
    return sorted(found, key=lambda value: (value.lineno, value.col_offset))


def _own_statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for name in ("body", "orelse", "finalbody"):
            yield from _own_statements(getattr(statement, name, None) or [])
        for handler in getattr(statement, "handlers", []):
            yield from _own_statements(handler.body)
        for case in getattr(statement, "cases", []):
            yield from _own_statements(case.body)


def returned_names(node: ast.FunctionDef) -> tuple[str, ...]:
    """The names in the last return statement; "" for an expression and for a name that stands before, "(dW, db)" for a
    tuple within it.
    """
    values = [value for value in returns_of(node) if not _is_nothing(value)]
    if not values:
        return ()
    last = values[-1]
    if isinstance(last, ast.Name):  # "result = (dx, dw); return result"
        bound = [s.value for s in _own_statements(node.body) if isinstance(s, ast.Assign) and _binds(s, last.id)]
        if bound and isinstance(bound[-1], ast.Tuple):
            last = bound[-1]
    if isinstance(last, ast.Tuple | ast.List):
        names = [_name(element) for element in last.elts]
        return tuple("" if name in names[:k] else name for k, name in enumerate(names))
    return (_name(last),)


def _binds(statement: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in statement.targets)


def _is_nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _name(node: ast.expr) -> str:
    """``dW1`` of ``dW1``, ``grads["dW1"]``, ``self.dW1``, ``float(dW1)``, ``dW1.ravel()``, ``dW1 / m``, ``-dW1``."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            return key
        case ast.Subscript(value=ast.Name(id=name), slice=where) if not isinstance(where, ast.Slice | ast.Tuple):
            return name  # "hs[-1]"
        case ast.Attribute(attr="T" | "real", value=value):
            return _name(value)
        case ast.Attribute(attr=name, value=ast.Name()):
            return name
        case ast.Call(func=ast.Attribute(attr=method, value=ast.Name(id="np" | "numpy")), args=[value, *_]):
            return _name(value) if method in SAME and isinstance(value, ast.Name) else ""
        case ast.Call(func=ast.Attribute(attr=method, value=value)):
            return _name(value) if method in SAME and isinstance(value, ast.Name) else ""
        case ast.Call(func=ast.Name(), args=[value]):
            return _name(value) if isinstance(value, ast.Name | ast.BinOp) else ""
        case ast.BinOp(left=value, op=ast.Div()) | ast.UnaryOp(operand=value):
            return _name(value) if isinstance(value, ast.Name) else ""
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return f"({', '.join(_name(element) for element in elements)})"
    return ""


# --- what is written about them, and where they are called -----------------------------------------------------------


def documents_of(function: SourceFunction) -> str:
    """The docstring, and the comments within a function and right above it."""
    said = ast.get_docstring(function.node) or ""
    remarks = comments_of(function.text)
    first, last = function.node.lineno, function.node.end_lineno or function.node.lineno
    above = first - 1
    while above in remarks:
        above -= 1
    return "\n".join(part for part in (said, *(t for n, t in sorted(remarks.items()) if above < n <= last)) if part)


@lru_cache(maxsize=64)
def comments_of(text: str) -> Mapping[int, str]:
    """The comments of a cell by their lines."""
    found: dict[int, str] = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                found[token.start[0]] = token.string.lstrip("#! ").rstrip()
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass
    return found


def of_lambda(name: str, node: ast.Lambda, body: ast.expr) -> SourceFunction:
    """A lambda as a function of this name that returns ``body``."""
    back = ast.copy_location(ast.Return(body), node)
    return SourceFunction(name, ast.copy_location(ast.FunctionDef(name, node.args, [back], []), node), None, "")


def calls_of(cells: Sequence[Cell]) -> Mapping[str, list[str]]:
    """The source of every call that stands in the file, by the name that is called, each once."""
    return _calls_in(tuple(cells))


@lru_cache(maxsize=16)  # every way to propose a pair asks
def _calls_in(cells: tuple[Cell, ...]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for _, tree in trees_of(cells):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            source = ast.unparse(node)
            known = found.setdefault(name, [])
            if source not in known and len(known) < MOST_CALLS:
                known.append(source)
    return found
