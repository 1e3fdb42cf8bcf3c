"""An exception of a target's as plain values: its type and message, and the frames that are the user's own."""

from __future__ import annotations

import sysconfig
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reference.targets.pairing.layouts import NotGradients
from reference.targets.reading import course_helpers
from reference.targets.reading.source import place
from reference.targets.reading.vocabulary import Unbindable

__all__ = ["described"]

LONGEST = 300  # of a message
FRAMES = 6
LIBRARIES = tuple(sysconfig.get_paths()[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib"))
OURS = tuple(str(Path(__file__).parents[3] / package) for package in ("reference", "manual_backprop"))


def described(
    error: BaseException, path: Path, skipped: Mapping[str, Any], templates: Mapping[str, int]
) -> dict[str, Any]:
    """What was raised while the file at ``path`` ran.

    ``skipped``: the names that only its code which is not executed would set; ``templates``: its unfinished functions,
    and the line where something is missing.
    """
    try:
        message = str(error)
    except Exception:  # the target's own __str__
        message = ""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if _is_theirs(f.filename, path)]
    own = [f for f in frames if place(f.filename)[0] == str(path)] or frames
    missing = getattr(error, "name", None) if isinstance(error, NameError) else None
    blank = next((f for f in reversed(own) if f.name in templates), None)
    if isinstance(error, KeyError) and error.args != (None,):  # it asks for a key that it was not given
        blank = None
    return {
        "type": type(error).__name__,
        "message": message[:LONGEST] + ("…" if len(message) > LONGEST else ""),
        "frames": [[*place(f.filename), f.lineno or 0, f.name] for f in own[-FRAMES:]],
        "template": isinstance(error, NotImplementedError) or blank is not None,
        "blank": None if blank is None else [*place(blank.filename), templates[blank.name]],
        "needs": isinstance(error, ModuleNotFoundError) or missing in skipped,
        "unbindable": isinstance(error, Unbindable | NotGradients) or _is_ours(error, path),
    }


def _is_ours(error: BaseException, path: Path) -> bool:
    """Did this tool raise it, at calling the target or at what came back? The helpers that it supplies are no part."""
    frames = [f.filename for f in traceback.extract_tb(error.__traceback__)]
    known = [f for f in frames if f.startswith(OURS) or not f.startswith((*LIBRARIES, "<"))]
    known = [f for f in known if f != course_helpers.__file__]
    if any(f.startswith("<frozen importlib") for f in frames):  # a module of the target's that cannot be imported
        return False
    return bool(known) and known[-1].startswith(OURS) and place(known[-1])[0] != str(path)


def _is_theirs(file: str, path: Path) -> bool:
    return place(file)[0] == str(path) or not file.startswith((*OURS, "<"))
