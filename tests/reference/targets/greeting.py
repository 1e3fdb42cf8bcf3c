"""How a target's process is first asked: to load a file's definitions."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import Any

from reference.settings.binding import Binding

__all__ = ["load"]


def load(text: str, **bound: Any) -> dict[str, Any]:
    """The question as ``course_file`` puts it, for the text of a ``.py``, which is written for it."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder, "a.py")
    path.write_text(text, encoding="utf-8")
    return {"ask": "load", "path": str(path), "only": None, "binding": Binding(**bound).model_dump()}
