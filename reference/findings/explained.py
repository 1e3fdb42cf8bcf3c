"""The page of a code: what it is, why it hurts, a wrong and a right line, what it is taken for, how it is known.

A page is Markdown. Its lines stand in pairs of fences, ``python wrong FILE`` and ``python right FILE``: FILE is right,
and with the wrong line in the place of the right one it has this finding. The tests see to that.
"""

from __future__ import annotations

import functools
import re
from importlib.resources import files
from typing import NamedTuple

from reference.findings.codes import CODES
from reference.spelling import nearest

__all__ = ["CodeExample", "body_of", "examples_of", "in_short", "meant", "page_of", "table"]

FENCES = re.compile(r"```python wrong (\S+)\n(.*?)\n```.*?```python right \1\n(.*?)\n```", re.DOTALL)
LABELS = re.compile(r"^(```python) .*$", re.MULTILINE)


class CodeExample(NamedTuple):
    """``file``: a right file, or a function of it as ``FILE::NAME``, that holds the ``right`` lines."""

    file: str
    wrong: str
    right: str


@functools.cache
def page_of(code: str) -> str:
    """The whole page, with a heading. Raises ``KeyError`` for what is no code."""
    if code not in CODES:
        raise KeyError(code)
    return (files("reference.findings") / "pages" / f"{code}.md").read_text(encoding="utf-8")


def body_of(code: str) -> str:
    """The page without its heading, and with what the fences say of the language alone."""
    return LABELS.sub(r"\1", page_of(code).partition("\n\n")[2])


def in_short(code: str) -> str:
    """What the code is, in a paragraph."""
    return " ".join(page_of(code).split("\n\n")[1].split())


def examples_of(code: str) -> list[CodeExample]:
    """A wrong line and the right one in its place, in the course's notation and in a layer's."""
    return [CodeExample(*found) for found in FENCES.findall(page_of(code))]


def table() -> str:
    """Every code and what it stands for, a line for each."""
    return "".join(f"{code}  {text}\n" for code, text in CODES.items())


def meant(given: str) -> str | None:
    """The code that was meant, if one is near."""
    number = given.upper().lstrip("MB").translate(str.maketrans("OIL", "011"))
    return f"MB{number}" if f"MB{number}" in CODES else nearest(given.upper(), CODES, alike=0.6)
