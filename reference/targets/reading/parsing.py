"""Source parsed one text at a time: two threads that build trees at once break each other in CPython 3.11.

Nothing else in this project calls ``ast.parse``, or ``ast.literal_eval`` of a text.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from threading import Lock
from typing import Any, Protocol, TypeVar

__all__ = ["expression", "literal", "statements", "syntax_tree", "trees_of"]

ONE_AT_A_TIME = Lock()


class _HasText(Protocol):
    @property
    def text(self) -> str: ...


C = TypeVar("C", bound=_HasText)


def syntax_tree(source: str) -> ast.Module:
    """The tree of a file, a cell or a function. Raises what ``ast.parse`` raises."""
    with ONE_AT_A_TIME:
        return ast.parse(source)


def expression(text: str) -> ast.expr:
    """The tree of an expression. Raises as ``syntax_tree``."""
    with ONE_AT_A_TIME:
        return ast.parse(text, mode="eval").body


def statements(source: str) -> list[ast.stmt]:
    """The statements of a file or a cell; what a string literal warns of is its author's. Raises as ``syntax_tree``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return syntax_tree(source).body


def trees_of(cells: Iterable[C]) -> Iterator[tuple[C, ast.Module]]:
    """Every cell that parses, with its tree, which nobody changes; one that does not is passed over."""
    for cell in cells:
        tree = _tree_of(cell.text)
        if tree is not None:
            yield cell, tree


@lru_cache(maxsize=64)
def _tree_of(text: str) -> ast.Module | None:
    try:
        return syntax_tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def literal(text: str) -> Any:
    """The value of a constant, or of a display of such. Raises what ``ast.literal_eval`` raises."""
    return ast.literal_eval(expression(text.lstrip(" \t")))
