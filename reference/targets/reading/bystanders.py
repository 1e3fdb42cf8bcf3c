"""Names that a file's functions use for what they leave behind alone: a logger, a writer of summaries, a progress bar.

Only a run of the whole file would have set them, and no value of theirs goes into a computation.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = ["Bystander", "bystanders"]

ONLOOKER = re.compile(
    r"_*(?:log|logs|logging|logger|\w*_log(?:ger)?|\w*logger|writer|\w*_writer|console|pbar|bar|progress\w*|timer|profiler|"
    r"tb|tensorboard|wandb|monitor|tracker|debug|trace|notify)",
    re.IGNORECASE,
)


class Bystander:
    """Whatever it is told, it does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> Bystander:
        return self

    def __enter__(self) -> Bystander:
        return self

    def __exit__(self, *_: Any) -> None:
        return None


def bystanders(nodes: Iterable[ast.stmt], lost: Mapping[str, str]) -> dict[str, Any]:
    """Of the names that are lost those that are never asked for a value: ``logger.info(…)`` as a statement.

    ``lost``: with the names by which each is known, in the file and where it was to come from.
    """
    wanted = {name for name, known in lost.items() if any(map(ONLOOKER.fullmatch, re.split(r"[ .]", known)))}
    if not wanted:
        return {}
    every, idle = [], []
    for top in nodes:
        for node in ast.walk(top):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in wanted:
                every.append(node)
            elif isinstance(node, ast.Expr | ast.With):
                idle += list(_idle(node))
    asked = {node.id for node in every if all(node is not one for one in idle)}
    return {name: Bystander() for name in wanted - asked}


def _idle(node: ast.Expr | ast.With) -> Iterator[ast.Name]:
    """The name at the root of a call of which nothing is kept."""
    values = [node.value] if isinstance(node, ast.Expr) else [i.context_expr for i in node.items if not i.optional_vars]
    for value in values:
        inner: ast.expr = value
        while isinstance(inner, ast.Call | ast.Attribute):
            inner = inner.func if isinstance(inner, ast.Call) else inner.value
        if isinstance(value, ast.Call) and isinstance(inner, ast.Name):
            yield inner
