"""Which gradients a statement of a function has a part in: what it assigns is disturbed, and the gradients compared."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.targets.pairs.edits.kinds import Page

__all__ = ["NAME", "disturb", "disturbed", "moved", "parts"]

NAME = "__disturbed__"
SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return)


def parts(page: Page) -> list[ast.expr]:
    """What a function assigns and returns, each element of a tuple by itself."""
    found: list[ast.expr] = []
    for node in ast.walk(page.function):
        if isinstance(node, SIMPLE) and node.value is not None:
            found += node.value.elts if isinstance(node.value, ast.Tuple | ast.List) else [node.value]
    return found


def disturbed(page: Page, part: ast.expr) -> str:
    """The function's source, where this part of it is something else."""
    start, end = page.span(part)
    return f"{page.source[:start]}{NAME!r}({page.source[start:end]}){page.source[end:]}"


def disturb(value: Any) -> Any:
    """Another value of the same kind and shape; raises ``TypeError`` for what has none."""
    if isinstance(value, float):
        return value * 1.37
    array = np.asarray(value) if isinstance(value, np.generic | np.ndarray) else value
    kind = getattr(getattr(array, "dtype", None), "kind", "")
    if kind == "f":
        return value * (1 + 0.2 * np.cos(1.7 * np.arange(array.size).reshape(array.shape))) + 0.01
    if kind == "b":
        return ~value
    raise TypeError("no number that can be disturbed")


def moved(before: dict[str, Any], run: Callable[[], dict[str, Any]]) -> list[str] | None:
    """Which gradients are others than before; ``None`` where it did not run."""
    try:
        after = run()
    except KeyboardInterrupt:
        raise
    except BaseException:
        return None
    return [name for name, g in before.items() if name in after and not _same(g, after[name])]


def _same(a: Any, b: Any) -> bool:
    return np.shape(a) == np.shape(b) and np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True)
