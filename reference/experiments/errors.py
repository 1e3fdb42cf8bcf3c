"""What a user can put right."""

from __future__ import annotations

__all__ = ["ExperimentError"]


class ExperimentError(Exception):
    """Data, options or a folder with which no experiment can be made. The message is one line."""
