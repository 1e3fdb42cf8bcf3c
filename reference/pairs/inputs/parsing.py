"""Source parsed one text at a time: two threads that build trees at once break each other in CPython 3.11."""

from __future__ import annotations

import ast
import warnings
from threading import Lock

__all__ = ["expression", "statements"]

ONE_AT_A_TIME = Lock()


def expression(text: str) -> ast.expr:
    """The tree of an expression. Raises what ``ast.parse`` raises."""
    with ONE_AT_A_TIME:
        return ast.parse(text, mode="eval").body


def statements(source: str) -> list[ast.stmt]:
    """The statements of a file or a cell; what a string literal warns of is its author's. Raises as ``expression``."""
    with ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source).body
