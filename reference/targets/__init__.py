"""The door: whatever is judged comes through here, by name, and is a plain value on the other side.

An ``Entry`` is one function under test: the check's name, the cases that it can be asked, and ``run``, which takes a
stacked ``Problem`` and returns its quantities by the course's names, each with the stack's leading axis. A ``Law`` is
a check of what no gradient shows.
"""

from __future__ import annotations

from reference.targets.binding import Binding
from reference.targets.interface import (
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
from reference.targets.process.supervisor import Limits
from reference.targets.reading.source import SourceError
from reference.targets.reading.source import read as read_source
from reference.targets.resolve import BUILT_IN, TargetError, is_installed, resolve

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
