"""Strict JSON: what is not finite is a string. A derandomised run's is the same to the byte, so it tells no time."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from pydantic_core import to_json

from reference.report.models.base import Model
from reference.report.models.verification import Report
from reference.report.view import legible

__all__ = ["parts", "render"]

NONE, FIRST, LAST = '\n  "targets": [],', '\n  "targets": [', "\n  ],"


def render(report: Model) -> str:
    """The whole report, without what is for its page alone."""
    return "".join(parts(report)) if isinstance(report, Report) else f"{_written(report.model_dump(mode='json'))}\n"


def parts(report: Report) -> Iterator[str]:
    """The same, target by target."""
    given = report.model_copy(update={"targets": []}).model_dump(mode="json")
    if report.reproducible:
        given["timing"] = {}
    before, after = _written(given).split(NONE) if report.targets else (_written(given), "")
    yield before
    for k, target in enumerate(report.targets):
        yield f"{',' if k else FIRST}\n{textwrap.indent(_written(target.model_dump(mode='json')), 4 * ' ')}"
    yield f"{LAST if report.targets else ''}{after}\n"


def _written(given: Any) -> str:
    return to_json(legible(given), indent=2).decode()
