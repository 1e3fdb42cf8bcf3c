"""Strict JSON: what is not finite is a string."""

from __future__ import annotations

from reference.report.model import Report

__all__ = ["render"]


def render(report: Report) -> str:
    return report.model_dump_json(indent=2) + "\n"
