"""A call around a forward pass: ``layer(x)`` runs ``forward`` and keeps more than that, which the way back needs."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from reference.interface.pair import Proposal
from reference.targets.pairs.source.functions import SourceFunction
from reference.targets.reading.parsed import is_of_self

__all__ = ["around"]

CALL = "__call__"


def around(proposal: Proposal, methods: Mapping[str, SourceFunction]) -> Proposal:
    """By ``__call__`` where it runs the forward pass and sets an attribute that only the backward pass reads."""
    outer, inner = methods.get(CALL), methods.get(proposal.forward)
    if outer is None or inner is None or outer is inner or not _runs(outer.node, proposal.forward):
        return proposal
    kept = _attributes(outer.node, ast.Store) - _attributes(inner.node, ast.Store)
    read = _attributes(methods[proposal.backward].node, ast.Load)
    return proposal._replace(forward=CALL) if kept & read else proposal


def _runs(node: ast.AST, method: str) -> bool:
    """Does it hand on to a method what it is given? Not where that is taken out of it, as ``x.data`` of a variable."""
    for n in ast.walk(node):
        match n:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=attr)) if attr == method:
                return not any(isinstance(part, ast.Attribute) for given in n.args for part in ast.walk(given))
    return False


def _attributes(node: ast.AST, way: type[ast.expr_context]) -> set[str]:
    """The attributes of ``self`` that are set, or read."""
    return {n.attr for n in ast.walk(node) if is_of_self(n) and isinstance(n.ctx, way)}
