"""The Python in a Markdown file: its fenced code, each piece with the line on which it begins.

A piece is Python where its fence says so. One whose fence says nothing counts where it holds a definition, and one
that was copied from a terminal without its prompts and without what was printed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Piece", "pieces"]

LANGUAGES = ("python", "python2", "python3", "py", "py3", "ipython", "ipython2", "ipython3", "pycon", "sage")
LANGUAGE = re.compile(r"[\s{.]*(?:code-cell\b)?[\s}.]*(\w*)")  # python, {.python .numberLines}, {code-cell} ipython3
DEFINITION = re.compile(r"^\s*(?:>>> ?)?(?:async def|def|class)\s+\w+", re.MULTILINE)
PROMPT = re.compile(r"^\s*(?:>>>|\.\.\.)(?: |$)")


class Piece(NamedTuple):
    """A fence's text, and how many lines stand above it in the file."""

    above: int
    text: str

    @property
    def defines(self) -> bool:
        """Does it hold a function or a class?"""
        return DEFINITION.search(self.text) is not None


def pieces(text: str) -> list[Piece]:
    """The code of a Markdown file, as CommonMark has it: nested in lists, behind tildes, indented by four."""
    from markdown_it import MarkdownIt

    found = []
    for token in MarkdownIt("commonmark").parse(text):
        if token.type not in ("fence", "code_block") or token.map is None:
            continue
        piece = Piece(token.map[0] + (token.type == "fence"), _without_prompts(token.content))
        match = LANGUAGE.match(token.info.strip().lower()) if token.type == "fence" else None
        language = match[1] if match else ""
        if language in LANGUAGES or (not language and piece.defines):
            found.append(piece)
    return found


def _without_prompts(text: str) -> str:
    """``>>>`` taken away, and with it every line that only shows what was printed."""
    lines = text.split("\n")
    if not any(line.lstrip().startswith(">>>") for line in lines):
        return text
    return "\n".join(line[match.end() :] if (match := PROMPT.match(line)) else "" for line in lines)
