"""A layer that steps only where it has an optimiser: without one it keeps its gradients, and its parameters stay."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reference.targets.pairs.objects.gradient_names import is_gradient_name
from reference.targets.reading.parsed import definition

__all__ = ["does_without"]


def does_without(owner: type, backward: str, name: str) -> bool:
    """Does the backward pass ask whether there is an optimiser of this name, and keep gradients in any case?"""
    written = definition(getattr(owner, backward, None))
    if written is None:
        return False
    asking = [node for node in ast.walk(written) if isinstance(node, ast.If) and _reads(node.test, name.strip("_"))]
    stepped = {id(inner) for node in asking for part in node.body for inner in ast.walk(part)}
    return bool(asking) and any(is_gradient_name(("", kept)) for kept in _kept(written, stepped))


def _reads(test: ast.expr, name: str) -> bool:
    return any(isinstance(n, ast.Attribute) and n.attr.strip("_") == name for n in ast.walk(test))


def _kept(written: ast.AST, apart: set[int]) -> Iterator[str]:
    for node in ast.walk(written):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and id(node) not in apart:
            yield node.attr
