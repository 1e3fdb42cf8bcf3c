"""What a class does with an argument of its constructor that it keeps: what it is compared with, asked for, called."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from reference.targets.pairs.source.uses import switches_in

__all__ = ["asked_of_kept", "merged"]


def asked_of_kept(constructor: ast.FunctionDef, methods: Iterable[ast.FunctionDef]) -> dict[str, dict[str, Any]]:
    """``texts``, ``attributes``, ``branches`` and ``called`` by argument, as ``asked_of`` has them."""
    taken = {a.arg for a in (*constructor.args.args, *constructor.args.kwonlyargs)}
    kept: dict[str, str] = {}  # the argument by the attribute
    for node in ast.walk(constructor):
        match node:
            case ast.Assign(targets=targets, value=ast.Name(id=name)) if name in taken:
                kept.update({_own(target): name for target in targets})
    found: dict[str, dict[str, Any]] = {}
    for node in (n for method in methods for n in ast.walk(method)):
        for name, fact, value in _facts(node, kept):
            facts = found.setdefault(name, {})
            facts[fact] = True if value is True else list(dict.fromkeys([*facts.get(fact, ()), value]))
    return found


def merged(facts: Mapping[str, Any], further: Mapping[str, Any]) -> dict[str, Any]:
    """Of one argument both: lists one behind the other."""
    both = {**further, **facts}
    for fact in facts.keys() & further.keys():
        if isinstance(facts[fact], list) and isinstance(further[fact], list):
            both[fact] = list(dict.fromkeys([*facts[fact], *further[fact]]))
    return both


def _facts(node: ast.AST, kept: Mapping[str, str]) -> Iterable[tuple[str, str, Any]]:
    match node:
        case ast.Attribute(value=inner, attr=attribute) if (name := kept.get(_own(inner))) is not None:
            yield name, "attributes", attribute
        case ast.Call(func=inner) if (name := kept.get(_own(inner))) is not None:
            yield name, "called", True
        case ast.If(test=test) | ast.IfExp(test=test):
            for each in switches_in(test):
                if (name := kept.get(_own(each))) is not None:
                    yield name, "branches", True
        case ast.Compare(left=one, comparators=[other]):
            for asked, value in ((one, other), (other, one)):
                name = kept.get(_own(asked))
                texts = value.elts if isinstance(value, ast.Tuple | ast.List | ast.Set) else [value]
                if name is not None:
                    found = (text.value for text in texts if isinstance(text, ast.Constant))
                    yield from ((name, "texts", text) for text in found if isinstance(text, str))


def _own(node: ast.AST) -> str:
    match node:
        case ast.Attribute(value=ast.Name(id="self"), attr=attribute):
            return attribute
    return ""
