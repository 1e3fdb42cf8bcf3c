"""The door: whatever is judged comes through here, by name, and is a plain value on the other side.

An ``Entry`` is one function under test: the check's name, the cases that it can be asked, and ``run``, which takes a
stacked ``Problem`` and returns its quantities by the course's names, each with the stack's leading axis. A ``Law`` is
a check of what no gradient shows.
"""

from __future__ import annotations

from reference.implementations.binding import Binding
from reference.implementations.entry import (
    ANY,
    COURSE,
    Domain,
    Entry,
    Implementation,
    Law,
    Meter,
    Outcome,
    Violation,
    kind_of,
)
from reference.implementations.process import Limits
from reference.implementations.resolve import BUILT_IN, TargetError, is_installed, resolve
from reference.implementations.source import SourceError
from reference.implementations.source import read as read_source

__all__ = [
    "ANY",
    "BUILT_IN",
    "COURSE",
    "Binding",
    "Domain",
    "Entry",
    "Implementation",
    "Law",
    "Limits",
    "Meter",
    "Outcome",
    "SourceError",
    "TargetError",
    "Violation",
    "is_installed",
    "kind_of",
    "read_source",
    "resolve",
]
