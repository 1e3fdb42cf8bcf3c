"""The result of a run: one model for each command, and one module per format. A format is imported when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

__all__ = ["COMPARISON_FORMATS", "FORMATS"]


def _renderer(module: str, function: str = "render") -> Callable[[Any], str]:
    def render(report: Any) -> str:
        found: str = getattr(importlib.import_module(f"reference.report.{module}"), function)(report)
        return found

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
COMPARISON_FORMATS: dict[str, Callable[[Any], str]] = {
    "text": _renderer("comparison_text"),
    "json": _renderer("json"),
    "markdown": _renderer("comparison_markdown"),
    "html": _renderer("html", "render_comparison"),
}
