"""Strict JSON: what is not finite is a string."""

from __future__ import annotations

from reference.report.base import Model

__all__ = ["render"]


def render(report: Model) -> str:
    return report.model_dump_json(indent=2) + "\n"
