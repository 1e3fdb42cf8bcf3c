"""Strict JSON: what is not finite is a string. A derandomised run's is the same to the byte, so it tells no time."""

from __future__ import annotations

from pydantic_core import to_json

from reference.report.models.base import Model
from reference.report.models.verification import Report
from reference.report.view import legible

__all__ = ["render"]


def render(report: Model) -> str:
    """The whole report, without what is for its page alone."""
    given = report.model_dump(mode="json")
    if isinstance(report, Report) and report.reproducible:
        given["timing"] = {}
    return to_json(legible(given), indent=2).decode() + "\n"
