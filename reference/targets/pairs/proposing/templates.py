"""Classes that are no pair themselves: their passes lean on methods that only the classes derived from them have."""

from __future__ import annotations

import ast
import dis
import inspect
from collections.abc import Mapping

from reference.targets.pairs.source.functions import SourceFunction
from reference.targets.reading.abstract import answers_of, is_abstract
from reference.targets.reading.parsed import is_of_self

__all__ = ["is_template"]


def is_template(owner: type, methods: Mapping[str, SourceFunction], forward: str, backward: str) -> bool:
    """Is a class's pair of passes one only in the classes derived from it?

    Both passes call what is not there; or the backward pass does, in a class from which others are derived. Where
    the forward pass alone is incomplete, or a class with nothing below it has an unfinished backward pass, something
    is missing.
    """
    known = _set_anywhere(owner) | set(dir(owner))
    if forward == backward and not _read_of(methods[forward].node) <= known:
        return True  # one method that returns both
    if not _has_a_gap(backward, methods, known, set()):
        return False
    return bool(owner.__subclasses__()) or inspect.isabstract(owner) or _has_a_gap(forward, methods, known, set())


def _has_a_gap(name: str, methods: Mapping[str, SourceFunction], known: set[str], seen: set[str]) -> bool:
    """Does a method use the answer of one that is abstract or not there, itself or by others of the class?"""
    for spelt in answers_of(methods[name].node):
        called = _as_it_is_kept(spelt, methods)
        if called in seen:
            continue
        seen.add(called)
        if called not in methods:
            if called not in known and "__getattr__" not in known:
                return True
        elif is_abstract(methods[called].node) or _has_a_gap(called, methods, known, seen):
            return True
    return False


def _as_it_is_kept(name: str, methods: Mapping[str, SourceFunction]) -> str:
    """``__inner`` is kept as ``_Layer__inner``."""
    if not name.startswith("__") or name.endswith("__"):
        return name
    return next((each for each in methods if each.startswith("_") and each.endswith(name)), name)


def _read_of(node: ast.FunctionDef) -> set[str]:
    names = {n.attr for n in ast.walk(node) if is_of_self(n) and isinstance(n.ctx, ast.Load)}
    return {name for name in names if not name.startswith("__")}


def _set_anywhere(owner: type) -> set[str]:
    """The attributes that any function of a class and its bases sets, one that another has taken the place of too."""
    values = (value for base in owner.__mro__[:-1] for value in vars(base).values())
    functions = (inspect.unwrap(value) for value in values if inspect.isfunction(value))
    return {i.argval for f in functions for i in dis.get_instructions(f) if i.opname == "STORE_ATTR"}
