"""Changes of what Python does not read: comments, blank lines, docstrings, annotations, and the layout of the text."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable

import numpy as np

from benchmarks.campaign.trees import parsed

__all__ = ["annotated", "blank_lines", "commented", "documented", "reformatted"]

Rng = np.random.RandomState
REMARKS = (
    "the derivative, by the chain rule", "производная по цепному правилу", "链式法则的导数", "連鎖律による微分",
    "المشتقة بقاعدة السلسلة", "παράγωγος", "נגזרת", "चेन नियम", "미분", "∂J/∂W₂ = (1/m) dZ₂ A₁ᵀ 🙂",
    "def not_here(X): return X", "dW2 = 2 * dW2", "'''", '"""', "TODO: None", "lambd / m", "%matplotlib inline",
    "-*- mode: python -*-",
)  # fmt: skip


def reformatted(text: str, rng: Rng) -> str | None:
    """As ``ast.unparse`` has it: no comments, one line a statement, other quotes and brackets."""
    tree = parsed(text)
    return None if tree is None else ast.unparse(tree) + "\n"


def commented(text: str, rng: Rng) -> str | None:
    """Remarks in any script, at the ends of lines and on lines of their own."""

    def remark() -> str:
        return REMARKS[rng.randint(len(REMARKS))]

    return _by_line(text, lambda line: f"{line}  # {remark()}" if "#" not in line else line, lambda: f"# {remark()}")


def blank_lines(text: str, rng: Rng) -> str | None:
    """Empty lines, and lines of blanks alone, between statements."""
    return _by_line(text, lambda line: line, lambda: "\n" * rng.randint(3) + " " * rng.randint(9))


def _by_line(text: str, last: Callable[[str], str], before: Callable[[], str]) -> str | None:
    """``last`` on every line that ends a statement, ``before`` as lines before every one that begins one."""
    if parsed(text) is None:
        return None
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, IndentationError):
        return None
    lines = text.split("\n")
    fresh, starts, ends = True, set(), set()
    for token in tokens:
        if token.type == tokenize.NEWLINE:
            ends.add(token.start[0] - 1)
            fresh = True
        elif token.type not in (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT) and fresh:
            starts.add(token.start[0] - 1)
            fresh = False
    changed = []
    for k, line in enumerate(lines):
        if k in starts and line.strip() and k > 1:
            changed += [line[: len(line) - len(line.lstrip())] + before()]
        changed.append(last(line) if k in ends and line.strip() else line)
    return "\n".join(changed)


def documented(text: str, rng: Rng) -> str | None:
    """A docstring where a function has none, another where it has one."""

    def change(function: ast.FunctionDef) -> None:
        if ast.get_docstring(function) is not None:
            del function.body[0]
        words = (
            f"Computes what {function.name} computes.\n\n    Arguments:\n    X -- data\n    Returns:\n    grads -- None"
        )
        function.body.insert(0, ast.Expr(ast.Constant(words)))

    return _functions(text, change)


def annotated(text: str, rng: Rng) -> str | None:
    """Annotations of arguments and of what is returned, some of which name nothing."""
    kinds = ("np.ndarray", "dict", "float", "'Array'", "object", "'dict[str, np.ndarray]'")

    def change(function: ast.FunctionDef) -> None:
        for argument in function.args.args:
            argument.annotation = ast.parse(kinds[rng.randint(len(kinds))], mode="eval").body
        function.returns = ast.Constant("tuple")

    return None if "np" not in text else _functions(text, change)


def _functions(text: str, change: Callable[[ast.FunctionDef], None]) -> str | None:
    tree = parsed(text)
    if tree is None:
        return None
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    for function in found:
        change(function)
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n" if found else None
