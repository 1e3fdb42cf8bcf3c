"""Whether a backward pass asks if it is training: one that does not is written for training alone."""

from __future__ import annotations

import ast
import re

__all__ = ["asks_for_a_mode"]

WORDS = re.compile(
    r"(?:^|_)(?:is_?)?(?:train\w*|test\w*|mode|phase|eval\w*|infer\w*|predict\w*|determin\w*)(?:$|_)", re.IGNORECASE
)


def asks_for_a_mode(node: ast.FunctionDef) -> bool:
    """By a name, an attribute or a text; a branch on ``None`` tells what another mode has left behind."""
    for n in ast.walk(node):
        match n:
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.arg(arg=word):
                if WORDS.search(word):
                    return True
            case ast.Compare(ops=[ast.Is() | ast.IsNot() | ast.In() | ast.NotIn(), *_]):
                return True
            case ast.Constant(value=str(text)) if len(text.split()) == 1 and WORDS.search(text):
                return True
    return False
