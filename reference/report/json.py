"""Strict JSON: what is not finite is a string. A derandomised run's is the same to the byte, so it tells no time."""

from __future__ import annotations

from reference.report.models.base import Model
from reference.report.models.verification import Report
from reference.report.view import legible

__all__ = ["render"]


def render(report: Model) -> str:
    if isinstance(report, Report) and report.reproducible:
        report = report.model_copy(update={"timing": {}})
    return legible(report).model_dump_json(indent=2) + "\n"
