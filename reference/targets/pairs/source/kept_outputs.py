"""Under which attribute a forward pass that returns nothing keeps its output: read from its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from reference.interface.pair import Parameter
from reference.targets.pairs.source.naming import is_cotangent
from reference.targets.reading.parsed import definition

__all__ = ["kept_outputs"]

GRADIENT_OF = re.compile(r"^_*(d|grad|gradient|delta|diff)_?|_?(grad|gradient|bar|delta)$", re.IGNORECASE)
CALLED = ("output", "outputs", "out", "result", "loss", "value", "activation", "activations")


def kept_outputs(forward: Callable[..., Any] | None, backward: Sequence[Parameter]) -> tuple[str, ...]:
    """As cotangents are called that the backward pass takes, then by names that say it, then what is assigned last."""
    named = [GRADIENT_OF.sub("", p.name).lower() for p in backward if not p.many and is_cotangent(p.name)]
    node = definition(forward)
    assigned = [] if node is None else [name for statement in node.body for name in _kept_by(statement)]
    return (*(name for name in named if name), *CALLED, *reversed(assigned))


def _kept_by(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
            yield node.attr.strip("_").lower()
