"""The door: whatever is judged comes through here, by name, and is a plain value on the other side.

``resolve`` makes an ``interface.Implementation`` of a name: a file, a function of one, a module's, or a built-in.
"""

from __future__ import annotations

from reference.targets.reading.source import texts as read_source
from reference.targets.resolve import BUILT_IN, TargetError, is_installed, resolve

__all__ = ["BUILT_IN", "TargetError", "is_installed", "read_source", "resolve"]
