"""The result of a run: one model for each command, and one module per format. A format is imported when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["COMPARISON_FORMATS", "FORMATS", "IN_PARTS"]


def _renderer(module: str, function: str = "render") -> Callable[[Any], Any]:
    def render(report: Any) -> Any:
        return getattr(importlib.import_module(f"reference.report.{module}"), function)(report)

    return render


FORMATS: dict[str, Callable[[Any], str]] = {
    "text": _renderer("text"),
    "json": _renderer("json"),
    "junit": _renderer("junit"),
    "github": _renderer("github"),
    "sarif": _renderer("sarif"),
    "markdown": _renderer("markdown"),
    "csv": _renderer("csv"),
    "html": _renderer("html", "render_report"),
}
IN_PARTS: dict[str, Callable[[Any], Iterator[str]]] = {  # of many targets: no more than one of them in memory
    name: _renderer(name, "parts") for name in ("text", "json", "csv")
}
COMPARISON_FORMATS: dict[str, Callable[[Any], str]] = {
    "text": _renderer("comparison_text"),
    "json": _renderer("json"),
    "markdown": _renderer("comparison_markdown"),
    "html": _renderer("html", "render_comparison"),
}
