"""What the file's own calls of both passes say: which argument of the one is an argument of the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reference.interface.pair import Parameter, Proposal
from reference.targets.reading.parsing import expression

__all__ = ["handed_alike", "unpacks"]


def handed_alike(proposal: Proposal) -> dict[str, str]:
    """Arguments of the backward pass, each with the forward pass's that the file itself gives the same."""
    forward = [_given(call, proposal.takes) for call in _calls(proposal, proposal.forward)]
    backward = [_given(call, proposal.backward_takes) for call in _calls(proposal, proposal.backward)]
    found: dict[str, str] = {}
    for given in backward:
        for name, text in given.items():
            same = [k for other in forward for k, t in other.items() if t == text]
            if same:
                found.setdefault(name, same[0])
    return found


def unpacks(proposal: Proposal) -> bool:
    """Is the backward pass called with ``*cache``?"""
    return any(isinstance(a, ast.Starred) for call in _calls(proposal, proposal.backward) for a in call.args)


def _calls(proposal: Proposal, name: str) -> Iterator[ast.Call]:
    for source in proposal.calls:
        try:
            node = expression(source)
        except (SyntaxError, ValueError, RecursionError):
            continue
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name:
            yield node


def _given(call: ast.Call, takes: tuple[Parameter, ...]) -> dict[str, str]:
    """The text of every argument that is more than a constant, by the parameter's name."""
    inline = [p.name for p in takes if not p.many and p.annotation != "global"]
    if any(isinstance(a, ast.Starred) for a in call.args):
        return {}
    pairs = [*zip(inline, call.args, strict=False), *((k.arg, k.value) for k in call.keywords if k.arg)]
    return {name: ast.unparse(value) for name, value in pairs if name and not isinstance(value, ast.Constant)}
