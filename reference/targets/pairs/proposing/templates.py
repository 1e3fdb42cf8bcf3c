"""Classes that are no pair themselves: their passes lean on methods that only the classes derived from them have."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping

from reference.targets.pairs.source.functions import SourceFunction
from reference.targets.reading.abstract import is_abstract

__all__ = ["is_template"]


def is_template(owner: type, methods: Mapping[str, SourceFunction], forward: str, backward: str) -> bool:
    """Is a class's pair of passes one only in the classes derived from it?

    Both passes call what is not there; or the backward pass does, in a class from which others are derived. Where
    the forward pass alone is incomplete, or a class with nothing below it has an unfinished backward pass, something
    is missing.
    """
    known = _set_anywhere(methods) | set(dir(owner))
    if forward == backward and not _read_of(methods[forward].node) <= known:
        return True  # one method that returns both
    if not _has_a_gap(backward, methods, known, set()):
        return False
    return bool(owner.__subclasses__()) or inspect.isabstract(owner) or _has_a_gap(forward, methods, known, set())


def _has_a_gap(name: str, methods: Mapping[str, SourceFunction], known: set[str], seen: set[str]) -> bool:
    """Does a method use the answer of one that is abstract or not there, itself or by others of the class?"""
    for called in _answers_of(methods[name].node):
        if called in seen:
            continue
        seen.add(called)
        if called not in methods:
            if called not in known and "__getattr__" not in known:
                return True
        elif is_abstract(methods[called].node) or _has_a_gap(called, methods, known, seen):
            return True
    return False


def _answers_of(node: ast.FunctionDef) -> Iterator[str]:
    """The methods of its own that are called for their answer: a hook that is called for itself may do nothing."""
    hooks = {id(n.value) for n in ast.walk(node) if isinstance(n, ast.Expr)}
    for call in ast.walk(node):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name)) if id(call) not in hooks:
                yield name


def _read_of(node: ast.FunctionDef) -> set[str]:
    own = (n for n in ast.walk(node) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load))
    return {n.attr for n in own if isinstance(n.value, ast.Name) and n.value.id == "self"}


def _set_anywhere(methods: Mapping[str, SourceFunction]) -> set[str]:
    nodes = (node for method in methods.values() for node in ast.walk(method.node))
    return {n.attr for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)}
