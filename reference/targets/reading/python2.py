"""Python 2's print statements and ``except E, e`` read as Python 3, without moving a line."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from tokenize import COMMENT, NAME, NEWLINE, NL, OP, TokenInfo

__all__ = ["python3"]

EXCEPT = re.compile(r"^(\s*except\s+(?:[\w.]+|\([^()]*\)))\s*,\s*(\w+)\s*:")
LAYOUT = (tokenize.INDENT, tokenize.DEDENT, NL, COMMENT, tokenize.ENCODING)
HEADERS = ("if", "elif", "else", "for", "while", "try", "except", "finally", "with", "def", "class")


def python3(text: str) -> str:
    """The text with every print statement made a call. What cannot be told apart into tokens stays as it is."""
    text = "\n".join(re.sub(r"^[ \t]+", lambda blank: blank[0].expandtabs(8), line) for line in text.split("\n"))
    lines = text.split("\n")
    for k in _handlers(text):
        lines[k - 1] = EXCEPT.sub(r"\1 as \2:", lines[k - 1])
    text = "\n".join(lines)
    edits: list[tuple[int, int, int, str]] = []  # line, from column, to column, what stands there instead
    for statement in _statements(text):
        edits += _call(statement)
    for line, start, end, new in sorted(edits, reverse=True):
        lines[line - 1] = lines[line - 1][:start] + new + lines[line - 1][end:]
    return "\n".join(lines)


def _handlers(text: str) -> list[int]:
    """The lines that begin an ``except`` clause; none of a string's."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == NAME and token.string == "except":
                found.append(token.start[0])
    except (tokenize.TokenError, SyntaxError):
        pass
    return found


def _statements(text: str) -> Iterator[list[TokenInfo]]:
    """The simple statements, token by token; as far as the tokens go."""
    statement: list[TokenInfo] = []
    depth, header = 0, False
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in LAYOUT:
                continue
            if token.type == NEWLINE or (token.string == ";" and depth == 0):
                yield statement
                statement, header = [], False
                continue
            if token.type == OP:
                depth += (token.string in "([{") - (token.string in ")]}")
            if not statement:
                header = token.type == NAME and token.string in HEADERS
            statement.append(token)
            if header and depth == 0 and token.string == ":":
                statement, header = [], False
    except (tokenize.TokenError, SyntaxError):
        pass
    if statement:
        yield statement


def _call(statement: list[TokenInfo]) -> Iterator[tuple[int, int, int, str]]:
    """The edits that make a print statement a call; none where it is no such statement."""
    if not statement or statement[0].string != "print":
        return
    first, rest = statement[0], statement[1:]
    if not rest:
        yield first.end[0], first.end[1], first.end[1], "()"
        return
    if rest[0].string in ("=", ".", ",", ")", ":") or (rest[0].string == "(" and _closes(rest) == len(rest) - 1):
        return
    last, end, where = rest[-1], "", ""
    if last.string == ",":  # no new line: it does not matter here
        yield last.start[0], last.start[1], last.end[1], ""
    if rest[0].string == ">>":
        comma = next((t for t in rest if t.string == "," and t is not last), None)
        if comma is None:
            return
        where = f", file={_between(rest[1:], comma)}"
        for token in rest[: rest.index(comma) + 1]:
            yield token.start[0], token.start[1], token.end[1], ""
    if first.end == rest[0].start:
        yield first.end[0], first.end[1], first.end[1], "("
    else:
        yield first.end[0], first.end[1], first.end[1] + (first.end[0] == rest[0].start[0]), "("
    at = last.start if last.string == "," else last.end
    yield at[0], at[1], at[1], f"{end}{where})"


def _closes(tokens: list[TokenInfo]) -> int:
    """Where the bracket that the tokens begin with is closed."""
    depth = 0
    for k, token in enumerate(tokens):
        if token.type == OP:
            depth += (token.string in "([{") - (token.string in ")]}")
        if depth == 0:
            return k
    return -1


def _between(tokens: list[TokenInfo], end: TokenInfo) -> str:
    return "".join(token.string for token in tokens[: tokens.index(end)])
