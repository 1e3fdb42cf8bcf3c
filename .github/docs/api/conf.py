"""How Sphinx builds the reference of the library: ``sphinx-build -W .github/docs/api FOLDER``."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from typing import Any

project = "manual-backprop"
extensions = ["sphinx.ext.autodoc"]
autodoc_default_options = {"members": True, "member-order": "bysource", "undoc-members": True}
autodoc_type_aliases = {name: name for name in ("Array", "ArrayLike", "Parameters", "Masks")}
html_theme = "furo"


def as_it_stands(lines: list[str]) -> None:
    """What is indented is a formula or a table, and keeps its lines."""
    for k in reversed(range(2, len(lines))):
        before = next((line for line in reversed(lines[:k]) if line), "")
        if lines[k].startswith("    ") and not lines[k - 1] and not before.startswith("    "):
            lines[k:k] = ["::", ""]


def of_field(name: str) -> str:
    """The comment behind a field of a named tuple: ``worst: float  # of all``."""
    module, _, field = name.rpartition(".")
    module, _, owner = module.rpartition(".")
    source = inspect.getsource(getattr(import_module(module), owner))
    found = re.search(rf"^    {field}:.*?  # (.+)$", source, re.MULTILINE)
    return "" if found is None else found[1]


def read(app: Any, what: str, name: str, of: Any, options: Any, lines: list[str]) -> None:
    if lines and lines[0].startswith("Alias for field number"):
        lines[:] = [of_field(name)]
    as_it_stands(lines)


def setup(app: Any) -> None:
    app.connect("autodoc-process-docstring", read)
