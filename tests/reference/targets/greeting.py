"""How a target's process is first asked: to load a file's definitions."""

from __future__ import annotations

from typing import Any

from reference.settings.binding import Binding

__all__ = ["load"]


def load(text: str, path: str = "/nowhere/a.py") -> dict[str, Any]:
    """The question as ``course_file`` puts it, for the text of a ``.py``."""
    return {"ask": "load", "path": path, "cells": [[None, text]], "only": None, "binding": Binding().model_dump()}
