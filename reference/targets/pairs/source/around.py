"""A call around a forward pass: ``layer(x)`` runs ``forward`` and keeps more than that, which the way back needs."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from reference.interface.pair import Proposal
from reference.targets.pairs.source.functions import SourceFunction

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
    return any(
        isinstance(n, ast.Call)
        and isinstance(n.func, ast.Attribute)
        and isinstance(n.func.value, ast.Name)
        and n.func.value.id == "self"
        and n.func.attr == method
        for n in ast.walk(node)
    )


def _attributes(node: ast.AST, way: type[ast.expr_context]) -> set[str]:
    """The attributes of ``self`` that are set, or read."""
    return {
        n.attr
        for n in ast.walk(node)
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "self"
        and isinstance(n.ctx, way)
    }  # fmt: skip
