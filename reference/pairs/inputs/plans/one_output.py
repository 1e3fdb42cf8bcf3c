"""Weights of one output, and a bias of one entry, where the file's own lines make them so.

A bias that is drawn with more entries than anybody gives it is not the bias that the step was written for: its gradient
is the sum over everything where it is one number.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reference.interface.pair import Parameter, Proposal
from reference.pairs.inputs.plans.seen import calls_seen
from reference.pairs.inputs.spec import Size
from reference.pairs.inputs.text.static_values import UNKNOWN, Shaped, valued
from reference.pairs.inputs.text.vocabulary import Part
from reference.targets.reading.parsing import statements

__all__ = ["axes_of_one_output"]

Dims = tuple[int, ...]


def axes_of_one_output(
    proposal: Proposal, parts: Mapping[str, Part], sources: Sequence[str]
) -> dict[str, tuple[Size, ...]]:
    """The axes of the one weight and of the biases, as far as the file's lines agree that there is one output."""
    weights = [p for p in proposal.takes if parts.get(p.name) is Part.WEIGHT]
    biases = [p for p in proposal.takes if parts.get(p.name) is Part.BIAS]
    if not (weights or biases):
        return {}
    calls = [call for call, _ in calls_seen(proposal, sources)]
    found: dict[str, tuple[Size, ...]] = {}
    for bias in biases:
        every = _shapes(bias, calls, sources)
        if every and all(all(d == 1 for d in dims) for dims in every):
            found[bias.name] = every[0]
    one_input = any(
        isinstance(value, Shaped) and 1 in value.dims
        for call in calls
        for name, value in call.items()
        if parts.get(name) is Part.INPUT
    )
    if len(weights) == 1 and not one_input:
        every = _shapes(weights[0], calls, sources)
        ways = {_of_one(dims) for dims in every}
        if len(ways) == 1 and (axes := ways.pop()) is not None:
            found[weights[0].name] = axes
    return found


def _of_one(dims: Dims) -> tuple[Size, ...] | None:
    """A row or a column of weights."""
    if len(dims) != 2 or (dims[0] == 1) == (dims[1] == 1):
        return None
    return tuple(1 if d == 1 else "D" for d in dims)


def _shapes(of: Parameter, calls: Sequence[Mapping[str, Any]], sources: Sequence[str]) -> list[Dims]:
    """Of everything that is handed over in its place; else of everything that is called so."""
    given = [dims for call in calls if (dims := _dims(call.get(of.name, UNKNOWN))) is not None]
    return given or list(_called_so(of.name, sources))


def _called_so(name: str, sources: Sequence[str]) -> Iterator[Dims]:
    for source in sources[:1]:  # of the file itself
        try:
            body = statements(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        for statement in (s for top in body for s in ast.walk(top) if isinstance(s, ast.Assign)):
            if any(isinstance(target, ast.Name) and target.id == name for target in statement.targets):
                dims = _dims(valued(statement.value, {}))
                if dims is not None:
                    yield dims


def _dims(value: Any) -> Dims | None:
    if isinstance(value, Shaped):
        return value.dims
    return () if isinstance(value, int | float) and not isinstance(value, bool) else None
